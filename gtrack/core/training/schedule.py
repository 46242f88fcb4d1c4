"""How long a training is, and how its learning rate rises and falls."""

from __future__ import annotations

import math

EPOCHS = 5.0
"""Passes over the training rows where nothing else is said."""

LEAST_STEPS = 1000
"""Of a new network where nothing is said: five passes over a thousand windows are 80 steps, in
which a network of random weights has learnt next to nothing (docs/measurements.md)."""


def steps_of(epochs: float | None, rows: int, batch: int, *, new: bool) -> int:
    """Return how many steps a training takes of which passes over `rows` are asked.

    Parameters
    ----------
    epochs : float or None
        Passes over the rows; None: `EPOCHS`, and `LEAST_STEPS` at least where the network is new.
    rows, batch : int
        Rows of the training set, and of a step.
    new : bool
        Whether the network starts with random weights.

    Examples
    --------
    >>> steps_of(1.5, 100, 64, new=True)
    3
    >>> steps_of(None, 100, 64, new=True)
    1000
    """
    steps = max(1, math.ceil((EPOCHS if epochs is None else epochs) * rows / batch))
    return max(steps, LEAST_STEPS) if new and epochs is None else steps


def rate_factor(step: int, steps: int, warmup: int) -> float:
    """Share of the highest learning rate at a step: linear rise, level, cosine from half time."""
    rise = min(warmup, steps // 10)
    half = steps // 2
    if step < rise:
        return (step + 1) / rise
    if step < half:
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - half) / (steps - half)))

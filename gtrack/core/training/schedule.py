"""How long a training is, and how its learning rate rises and falls."""

from __future__ import annotations

import math


def steps_of(epochs: float, rows: int, batch: int) -> int:
    """Return how many batches `epochs` passes over `rows` take, at least 1.

    Examples
    --------
    >>> steps_of(1.5, 100, 64)
    3
    """
    return max(1, math.ceil(epochs * rows / batch))


def rate_factor(step: int, steps: int, warmup: int) -> float:
    """Share of the highest learning rate at a step: linear rise, level, cosine from half time."""
    rise = min(warmup, steps // 10)
    half = steps // 2
    if step < rise:
        return (step + 1) / rise
    if step < half:
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - half) / (steps - half)))

"""Which sequence stands in for which: the pairs of every control by other sequences."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

PAIRS, ROUNDS = 300, 10
"""Pairs that are enough for a mean, and the most rounds that are made for them."""


def other_sequences(n: int, rounds: int | None, seed: int) -> Iterator[tuple[int, int]]:
    """Yield pairs of different sequences; in each round every one comes first and second once.

    Parameters
    ----------
    n : int
        Sequences, at least 2.
    rounds : int, optional
        How often all are paired anew; by default as often as gives `PAIRS`, at least once and at
        most `ROUNDS` times.
    seed : int
        Of the pairings.

    Yields
    ------
    (first, second)
        Numbers of two sequences.

    Raises
    ------
    ValueError
        With fewer than two sequences.
    """
    if n < 2:
        raise ValueError(f"{n} sequences: at least two are needed")
    if rounds is None:
        rounds = min(ROUNDS, math.ceil(PAIRS / n))
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        order = rng.permutation(n)  # the next one round a random circle: never itself
        yield from zip(order.tolist(), np.roll(order, 1).tolist(), strict=True)

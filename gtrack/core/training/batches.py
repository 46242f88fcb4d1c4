"""Batches of rows that differ in length: which rows go together, and how they are padded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.integer]
"""One row as a network reads it: an id per unit."""

MOST_ROWS = 256


def framed(ids: Sequence[int], first: int, last: int) -> Ids:
    """Return a row between two special ids."""
    return np.array([first, *ids, last], np.int32)


def padded(rows: Sequence[Ids], pad: int) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None]:
    """Return the ids of a batch, shape (rows, longest), and its mask where a row is shorter."""
    lengths = np.array([len(row) for row in rows])
    ids = np.full((len(rows), lengths.max()), pad, np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
    if lengths.min() == lengths.max():
        return ids, None
    return ids, np.arange(lengths.max()) < lengths[:, None]


def alike(lengths: Sequence[int], units: int) -> Iterator[list[int]]:
    """Yield batches of rows of like length, the shortest first.

    Parameters
    ----------
    lengths : sequence of int
        Of every row, at least 1.
    units : int
        Most rows x length of a batch, estimated from above; `MOST_ROWS` rows at most, 1 at least.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    at = 0
    while at < len(order):
        longest = lengths[order[min(at + MOST_ROWS - 1, len(order) - 1)]]
        rows = order[at : at + max(1, min(MOST_ROWS, units // longest))]
        yield rows
        at += len(rows)

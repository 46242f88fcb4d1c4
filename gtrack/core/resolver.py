"""Which of many overlapping candidates stay: the best first, none that overlaps one that stayed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def resolve(
    lane: Integers,
    start: Integers,
    end: Integers,
    score: NDArray[np.float64],
    tie: Integers,
    gap: int,
) -> Integers:
    """Choose candidates greedily by score; two that stay are at least `gap` bp apart.

    Parameters
    ----------
    lane : ndarray of int64, shape (N,)
        Candidates of different lanes (chromosomes) never meet.
    start, end : ndarray of int64, shape (N,)
        0-based half-open, ``start < end``.
    score : ndarray of float64, shape (N,)
        Higher goes first. Equal scores: lower start, lower end, lower `tie` first, so that the
        order of the rows does not matter where no two rows agree in all of these.
    tie : ndarray of int64, shape (N,)
        Last word on equal candidates.
    gap : int
        Free bases between two that stay; 0 lets them touch.

    Returns
    -------
    ndarray of int64
        Rows that stay, by lane and start.
    """
    if not len(start):
        return np.empty(0, np.int64)
    by_place = np.lexsort((start, lane))
    low, high = _dense(lane[by_place], start[by_place], end[by_place], gap)
    begin, stop = np.empty_like(low), np.empty_like(high)
    begin[by_place], stop[by_place] = low, high
    taken = bytearray(int(high.max()) + gap)
    mark = b"\1" * (int((end - start).max()) + 2 * gap)
    kept = []
    order = np.lexsort((tie, end, start, -score))
    for row, first, last in zip(
        order.tolist(), begin[order].tolist(), stop[order].tolist(), strict=True
    ):
        if taken.find(1, first, last) < 0:
            kept.append(row)
            taken[first - gap : last + gap] = mark[: last - first + 2 * gap]
    rows = np.array(kept, np.int64)
    return rows[np.lexsort((start[rows], lane[rows]))]


def _dense(lane: Integers, start: Integers, end: Integers, gap: int) -> tuple[Integers, Integers]:
    """Close the empty stretches between sorted candidates, so that a map of the rest is small."""
    key = start + (lane - lane.min()) * (int(end.max()) + 2 * gap + 1)
    reach = np.maximum.accumulate(key + (end - start))
    empty = key[1:] - reach[:-1] - gap
    low = key - key[0] + gap
    low[1:] -= np.maximum(empty, 0).cumsum()
    return low, low + (end - start)

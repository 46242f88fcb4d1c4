"""Which of many overlapping candidates stay: the best first, none that overlaps one that stayed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtrack.core.ties import least_tied, ranks

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
        Higher goes first, as far as five significant digits tell. Equal scores: lower start, lower
        end, lower `tie` first, so that the order of the rows does not matter where no two rows
        agree in all of these.
    tie : ndarray of int64, shape (N,)
        Last word on equal candidates; of those of one place the lowest stays whose score ties with
        the best there.
    gap : int
        Free bases between two that stay; 0 lets them touch.

    Returns
    -------
    ndarray of int64
        Rows that stay, by lane and start.
    """
    if not len(start):
        return np.empty(0, np.int64)
    rows = _best_of_places(lane, start, end, score, tie)
    lane, start, end, score, tie = lane[rows], start[rows], end[rows], score[rows], tie[rows]
    begin, stop = _dense(lane, start, end, gap)
    taken = bytearray(int(stop.max()) + gap)
    mark = b"\1" * (int((end - start).max()) + 2 * gap)
    kept = []
    order = np.lexsort((tie, end, start, -ranks(score)))
    for row, first, last in zip(
        order.tolist(), begin[order].tolist(), stop[order].tolist(), strict=True
    ):
        if taken.find(1, first, last) < 0:
            kept.append(row)
            taken[first - gap : last + gap] = mark[: last - first + 2 * gap]
    return rows[np.sort(np.array(kept, np.int64))]


def _best_of_places(
    lane: Integers, start: Integers, end: Integers, score: NDArray[np.float64], tie: Integers
) -> Integers:
    """Return one row per place, by lane, start and end: no other of that place can ever stay."""
    order = np.lexsort((tie, end, start, lane))
    place = np.stack((lane, start, end))[:, order]
    new = np.concatenate([[True], (place[:, 1:] != place[:, :-1]).any(axis=0)])
    which = new.cumsum() - 1
    ranked = score[order]
    tied = ranked >= least_tied(np.maximum.reduceat(ranked, np.flatnonzero(new)))[which]
    order, which = order[tied], which[tied]
    return np.asarray(order[np.concatenate([[True], which[1:] != which[:-1]])])


def _dense(lane: Integers, start: Integers, end: Integers, gap: int) -> tuple[Integers, Integers]:
    """Close the empty stretches between sorted candidates, so that a map of the rest is small."""
    key = start + (lane - lane.min()) * (int(end.max()) + 2 * gap + 1)
    reach = np.maximum.accumulate(key + (end - start))
    empty = key[1:] - reach[:-1] - gap
    low = key - key[0] + gap
    low[1:] -= np.maximum(empty, 0).cumsum()
    return low, low + (end - start)

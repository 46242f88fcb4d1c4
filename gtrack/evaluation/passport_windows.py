"""Which windows and bases a passport looks at; all of it follows from a seed."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtrack.core.sequences import is_known
from gtrack.core.shuffle import dinucleotide_shuffle
from gtrack.core.training.likeness import alike_groups
from gtrack.evaluation.similarity import pearson

Array = NDArray[np.float64]

STRONGEST = RANDOM = 10
"""Bases of a window that are changed: those of the largest relevance, and some of the rest."""


def in_chance_order(count: int, seed: int, first: Sequence[bool] = ()) -> list[int]:
    """Return the numbers 0 to `count` in random order, those marked in `first` before the rest.

    Examples
    --------
    >>> in_chance_order(4, 1, [False, True, False, True])[:2]
    [1, 3]
    """
    order = np.random.default_rng(seed).permutation(count)
    if len(first):
        order = order[np.argsort(~np.asarray(first, np.bool_)[order], kind="stable")]
    return [int(each) for each in order]


def called(probabilities: Sequence[float], rows_of_window: Sequence[int]) -> list[bool]:
    """Tell of which windows the model says yes: the mean probability of its strands is above 0.5.

    Parameters
    ----------
    probabilities : sequence of float
        One a row, window after window; NaN is no yes.
    rows_of_window : sequence of int
        Strands of each window that were read.

    Examples
    --------
    >>> called([0.9, 0.3, 0.2, 0.7], [2, 1, 1])
    [True, False, True]
    """
    first, sizes = _edges(rows_of_window)
    if not len(sizes):
        return []
    sums = np.add.reduceat(np.asarray(probabilities, np.float64), first)
    return [bool(each) for each in sums / sizes > 0.5]


def called_on_the_other_strand(
    probabilities: Sequence[float], rows_of_window: Sequence[int]
) -> list[bool]:
    """Tell of which windows the model says yes on the strand that a check of one does not read.

    Windows chosen for their score would score above their shuffles for that alone, those of an
    untrained model, too. What a model that has learnt nothing says of the other strand has to do
    with this one by the counts of dinucleotides only, and these the shuffles have.

    Parameters
    ----------
    probabilities, rows_of_window
        As of :func:`called`; of two rows the forward strand comes first.

    Returns
    -------
    list of bool
        False of windows that were read on one strand; see :func:`reads_reverse`.

    Examples
    --------
    >>> called_on_the_other_strand([0.9, 0.3, 0.9, 0.2, 0.7], [2, 2, 1])
    [False, True, False]
    """
    first, sizes = _edges(rows_of_window)
    said = np.asarray(probabilities, np.float64)
    found = []
    for window, (row, size) in enumerate(zip(first.tolist(), sizes.tolist(), strict=True)):
        other = row if reads_reverse(window) else row + 1
        found.append(bool(size == 2 and said[other] > 0.5))
    return found


def reads_reverse(window: int) -> bool:
    """Tell which strand a check of one reads of a window that was read on both: they alternate."""
    return window % 2 == 1


def _edges(rows_of_window: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    sizes = np.asarray(rows_of_window, np.int64)
    return np.cumsum(sizes) - sizes, sizes


def apart(
    windows: Iterable[int],
    chrom: NDArray[np.integer],
    start: NDArray[np.integer],
    end: NDArray[np.integer],
) -> Iterator[int]:
    """Yield those of some windows that have no base in common with one before.

    Parameters
    ----------
    windows : iterable of int
        In the order in which they are wanted.
    chrom, start, end : ndarray of int
        Of every window, 0-based half-open.

    Examples
    --------
    >>> start = np.array([0, 50, 100])
    >>> list(apart([1, 0, 2], np.zeros(3, int), start, start + 100))
    [1]
    """
    taken: dict[int, list[tuple[int, int]]] = {}
    for window in windows:
        places = taken.setdefault(int(chrom[window]), [])
        first, last = int(start[window]), int(end[window])
        before = bisect_left(places, (last, 0))
        if before == 0 or places[before - 1][1] <= first:
            places.insert(before, (first, last))
            yield window


def first_of_their_like(texts: Sequence[str]) -> list[int]:
    """Return which sequences are like none before (:mod:`gtrack.core.training.likeness`)."""
    groups = alike_groups(texts)
    return [int(each) for each in np.unique(groups, return_index=True)[1]]


def mostly_known(text: str) -> bool:
    """Tell whether more than half of a window is A, C, G or T."""
    return bool(is_known(text).mean() > 0.5) if text else False


def shuffles(texts: Sequence[str], seed: int) -> list[str]:
    """Return a dinucleotide shuffle of every sequence; see :func:`dinucleotide_shuffle`."""
    random = [np.random.default_rng([seed, number]) for number in range(len(texts))]
    return [dinucleotide_shuffle(*each) for each in zip(texts, random, strict=True)]


def bases_to_change(relevance: ArrayLike, seed: int) -> NDArray[np.int64]:
    """Return the bases of one window that are changed: the strongest, then some of the others.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        NaN where there is no base to change.
    seed : int

    Returns
    -------
    ndarray of int64, shape (STRONGEST + RANDOM,)
        Fewer where the window has fewer bases. Of equal values the left one is stronger.
    """
    values = np.asarray(relevance, np.float64)
    there = np.flatnonzero(np.isfinite(values))
    strong = there[np.argsort(-np.abs(values[there]), kind="stable")[:STRONGEST]]
    rest = np.setdiff1d(there, strong)
    random = np.random.default_rng(seed)
    drawn = random.choice(rest, min(RANDOM, len(rest)), replace=False)
    return np.concatenate([strong, drawn]).astype(np.int64)


def rows(values: Array, texts: Sequence[str]) -> list[Array]:
    """Cut values per base, row after row, into those of each row."""
    return np.split(values, np.cumsum([len(text) for text in texts])[:-1]) if len(texts) else []


def strand_correlations(bases: Sequence[Array]) -> Array:
    """Return how alike the maps of two strands are, shape (m,).

    Parameters
    ----------
    bases : sequence of ndarray, length 2 m
        Of each window the map of its forward strand, then that of its reverse strand as it was
        read: from the window's end to its beginning.
    """
    pairs = zip(bases[::2], bases[1::2], strict=True)
    return np.array([pearson(forward, reverse[::-1]) for forward, reverse in pairs])


def largest_difference(map_: Array, stored: Sequence[tuple[int, NDArray[np.floating]]]) -> float:
    """Return the largest difference between a map and stored runs of it, over its largest value.

    Parameters
    ----------
    map_ : ndarray, shape (L,)
        NaN where there is no value.
    stored : sequence of (int, ndarray)
        Where each run begins in the map, and its values.

    Returns
    -------
    float
        1 at least where one has a value and the other none; NaN where the map is all 0.
    """
    scale = float(np.abs(np.nan_to_num(map_)).max(initial=0.0))
    if scale == 0:
        return math.nan
    worst = 0.0
    for start, run in stored:
        here, there = map_[start : start + len(run)], np.asarray(run, np.float64)
        if (np.isnan(here) != np.isnan(there)).any():
            worst = max(worst, scale)
        worst = max(worst, float(np.abs(np.nan_to_num(here - there)).max(initial=0.0)))
    return worst / scale


def array(values: Sequence[float]) -> Array:
    """Return numbers as an array of float64."""
    return np.array(values, np.float64)

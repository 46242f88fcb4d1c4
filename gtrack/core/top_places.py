"""Which few places of a scan to show first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gtrack.core.ties import least_tied, ranks

LARGEST = 2
"""A place is at most so many times as long as was asked for."""

PIECE = 1000
"""A long region is cut so, in bp, to be shown in more than one place."""

Place = tuple[int, int, int]
"""Index of the chromosome, start and end: 0-based half-open, in bp."""

Item = TypeVar("Item")


def strongest_window(values: NDArray[np.floating], span: int) -> int:
    """Return where the stretch with the largest sum of |values| begins, the first of ties.

    Parameters
    ----------
    values : ndarray of float, shape (N,)
        Relevance per base; NaN, where there is none, counts as 0.
    span : int
        Length of the stretch in bp, at least 1; where it exceeds N, all of it is the stretch.

    Returns
    -------
    int
        Index of its first base.

    Examples
    --------
    >>> strongest_window(np.array([0.0, 1.0, -3.0, 0.5]), 2)
    1
    """
    if span < 1:
        raise ValueError(f"span {span} < 1")
    if span >= len(values):
        return 0
    summed = np.concatenate([[0.0], np.nan_to_num(np.abs(values, dtype=np.float64)).cumsum()])
    sums = summed[span:] - summed[:-span]
    # Differences of running sums are exact to the last bits of the total: such differences are ties
    slack = 4 * np.finfo(np.float64).eps * summed[-1]
    largest = sums.max()
    return int(np.argmax(sums >= min(least_tied(largest), largest - slack)))


def merge_places(
    sites: Sequence[Place],
    chrom_sizes: Sequence[int],
    *,
    span: int,
    count: int,
    taken: Sequence[Place] = (),
) -> list[Place]:
    """Return the first places that hold the sites, the strongest first, none shown twice.

    A place is `span` bp around a site. It grows until it cuts no site, to `LARGEST` times the
    span at most; a site that touches a place already taken is shown there and makes no other.

    Parameters
    ----------
    sites : sequence of (chrom, start, end)
        Strongest first: index into `chrom_sizes`, and 0-based half-open, in bp.
    chrom_sizes : sequence of int
        Length of every chromosome, in bp.
    span : int
        Usual length of a place in bp, at least 1.
    count : int
        At most so many places.
    taken : sequence of (chrom, start, end)
        Disjoint places that are shown already.

    Returns
    -------
    list of (chrom, start, end)
        Disjoint places, 0-based half-open, without those taken.

    Examples
    --------
    >>> merge_places([(0, 100, 110), (0, 95, 99), (0, 300, 310)], [1000], span=20, count=9)
    [(0, 95, 115), (0, 295, 315)]
    """
    if span < 1:
        raise ValueError(f"span {span} < 1")
    chrom, start, end = np.array(sites, np.int64).reshape(-1, 3).T
    left = np.ones(len(start), bool)
    for place in taken:
        left &= ~_touched(chrom, start, end, place)
    places = list(taken)
    while len(places) - len(taken) < count and left.any():
        row = int(left.argmax())
        here, first, last = int(chrom[row]), int(start[row]), int(end[row])
        others = [place for place in places if place[0] == here]
        low = max((place[2] for place in others if place[2] <= first), default=0)
        high = min((place[1] for place in others if place[1] >= last), default=chrom_sizes[here])
        near = chrom == here
        first, last = _grown(start[near], end[near], (first, last), (low, high), span)
        places.append((here, first, last))
        left &= ~_touched(chrom, start, end, places[-1])
    return places[len(taken) :]


def in_turns(ranked: Sequence[Sequence[Item]]) -> Iterator[Item]:
    """Yield the first of every list, then the second of every list, ... as long as there are any.

    Examples
    --------
    >>> list(in_turns(["abc", "x"]))
    ['a', 'x', 'b', 'c']
    """
    missing = object()
    for row in zip_longest(*ranked, fillvalue=missing):
        yield from (item for item in row if item is not missing)  # type: ignore[misc]


def strongest_stretches(
    values: NDArray[np.floating], span: int, piece: int = PIECE
) -> Iterator[tuple[int, int, float]]:
    """Yield the strongest stretch of every `piece` bp that hold relevance.

    Parameters
    ----------
    values : ndarray of float, shape (N,)
        Relevance per base; NaN counts as 0.
    span : int
        Length of a stretch in bp, at least 1.
    piece : int
        Length of a piece in bp; the last is shorter.

    Yields
    ------
    (first, end, sum)
        Indices, half-open, and the sum of |values| between them, above 0.
    """
    for at in range(0, len(values), piece):
        here = np.nan_to_num(np.abs(values[at : at + piece], dtype=np.float64))
        first = strongest_window(here, span)
        size = float(here[first : first + span].sum())
        if size > 0:
            yield at + first, at + first + min(span, len(here)), size


def summed_strength(
    tracks: Iterable[tuple[NDArray[np.floating], float]],
) -> NDArray[np.float64]:
    """Return |relevance| summed over tracks, of at least one, each in its own unit.

    Parameters
    ----------
    tracks : iterable of (values, unit)
        Values of the same bases, NaN where there is none, which counts as 0.
    """
    sizes = (np.nan_to_num(np.abs(values, dtype=np.float64)) / unit for values, unit in tracks)
    return np.asarray(sum(sizes))


def strongest_first(strengths: Sequence[float], things: Sequence[Item]) -> Iterator[Item]:
    """Yield things by their strength; `gtrack.core.ties` says what ties, in the given order."""
    strength = ranks(np.array(strengths, np.float64))
    for at in np.argsort(-strength, kind="stable").tolist():
        yield things[at]


def largest(values: NDArray[np.floating]) -> float:
    """Return the largest |value|; 0 where there is none."""
    return float(np.nan_to_num(np.abs(values)).max(initial=0))


def _touched(
    chrom: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    place: Place,
) -> NDArray[np.bool_]:
    return np.asarray((chrom == place[0]) & (start < place[2]) & (end > place[1]))


def _grown(
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    site: tuple[int, int],
    free: tuple[int, int],
    span: int,
) -> tuple[int, int]:
    """Return `span` bp around a site, shifted into what is free, and more if that cuts others."""
    low, high = free
    longest = max(LARGEST * span, site[1] - site[0])
    first = max(low, min(site[0], high - span, (site[0] + site[1] - span) // 2))
    last = min(high, max(site[1], first + span))
    while True:
        cut = (start < last) & (end > first) & ((start < first) | (end > last))
        wider = (
            max(low, int(min(start[cut], default=first))),
            min(high, int(max(end[cut], default=last))),
        )
        wider = min(first, wider[0]), max(last, wider[1])
        if wider == (first, last) or wider[1] - wider[0] > longest:
            return first, last
        first, last = wider

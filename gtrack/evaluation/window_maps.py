"""The explanation of one window: bases, and the units that the model read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.intervals import Interval
from gtrack.evaluation.units import spread

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class WindowMap:
    """One window explained by one method, on the forward strand.

    Parameters
    ----------
    bases : ndarray of float64, shape (L,)
        Signed relevance; NaN where a base has no value. The mean of the strands that are read.
    spans : ndarray of int64, shape (T, 2)
        Units of the strand that is read first, placed ones only, in the order of the genome:
        0-based half-open, on the window.
    units : ndarray of float64, shape (T,)
        Their relevance.
    """

    bases: Floats
    spans: NDArray[np.int64]
    units: Floats

    @classmethod
    def of(cls, bases: NDArray[np.floating], columns: Mapping[str, Any], values: str) -> WindowMap:
        """Take a window's bases, and the columns of its units (`gtrack.core.scan.explanation`)."""
        kept = columns["placed"] & (columns["strand"] == columns["strand"][0])
        start, end = columns["start"][kept], columns["end"][kept]
        order = np.argsort(start, kind="stable")
        spans = np.stack((start, end), axis=1)[order].astype(np.int64)
        return cls(np.asarray(bases, np.float64), spans, columns[values][kept][order])

    @classmethod
    def of_bases(cls, bases: NDArray[np.floating]) -> WindowMap:
        """Take a map without units."""
        return cls(np.asarray(bases, np.float64), np.zeros((0, 2), np.int64), np.zeros(0))

    def cut(self, start: int, end: int) -> WindowMap:
        """Return the part on some bases, with the units that lie wholly on them."""
        inside = (self.spans[:, 0] >= start) & (self.spans[:, 1] <= end)
        return WindowMap(self.bases[start:end], self.spans[inside] - start, self.units[inside])

    def tokens_over(self, mask: NDArray[np.bool_]) -> Floats:
        """Return a map that is 1 on the units that touch a mask, and 0 on the others."""
        touched = [float(mask[first:last].any()) for first, last in self.spans.tolist()]
        sizes = self.spans[:, 1] - self.spans[:, 0]
        return spread(np.array(touched) * sizes, self.spans, len(self.bases))


def laid(values: Floats, begins: int, start: int, length: int) -> Floats:
    """Return values that begin at a base as a map of `length` bases from `start`; NaN elsewhere."""
    found = np.full(length, np.nan)
    low, high = max(begins, start), min(begins + len(values), start + length)
    if high > low:
        found[low - start : high - start] = np.asarray(values)[low - begins : high - begins]
    return found


def counted(places: Sequence[int], start: int, end: int) -> Floats:
    """Return how many places lie on each base from `start` to `end`, shape (end - start,)."""
    inside = np.array([at - start for at in places if start <= at < end], np.int64)
    return np.bincount(inside, minlength=end - start).astype(np.float64)


def noise(length: int, *seed: int) -> Floats:
    """Return a map that knows nothing, shape (length,): a function of its seed alone."""
    return np.random.default_rng(seed).standard_normal(length)


def loci_of(windows: Iterable[Interval]) -> NDArray[np.int64]:
    """Return the locus of each window: of those that overlap, directly or not, one number.

    Parameters
    ----------
    windows : iterable of Interval

    Returns
    -------
    ndarray of int64, shape (n,)
        From 0, in the order of the windows' chromosomes (by name) and starts.

    Examples
    --------
    >>> from gtrack.core.intervals import Interval
    >>> loci_of([Interval("c", 5, 9), Interval("c", 0, 6), Interval("c", 9, 12)]).tolist()
    [0, 0, 1]
    """
    places = [(window.chrom, window.start, window.end) for window in windows]
    found, locus, on, reached = np.zeros(len(places), np.int64), -1, "", 0
    for row in sorted(range(len(places)), key=places.__getitem__):
        chrom, start, end = places[row]
        if locus < 0 or chrom != on or start >= reached:
            locus, on, reached = locus + 1, chrom, end
        found[row], reached = locus, max(reached, end)
    return found


def sample_of(count: int, size: int | None, seed: int) -> list[int]:
    """Return which of `count` regions are drawn, rising; all where `size` is None or as many."""
    if size is None or size >= count:
        return list(range(count))
    drawn = np.random.default_rng(seed).choice(count, size, replace=False)
    return sorted(int(each) for each in drawn)

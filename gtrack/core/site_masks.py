"""Which bases of a window lie on sites that are known: truth, or an annotation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gtrack.core.intervals import Interval, union


class WindowSites(NamedTuple):
    """Sites of a window, without those that its edges cut.

    Attributes
    ----------
    inside : ndarray of bool, shape (L,)
        True on the bases of sites.
    judged : slice
        Bases that are on a site or on none; the others are of sites that the window's edges cut.
    """

    inside: NDArray[np.bool_]
    judged: slice


class SiteMasks:
    """Sites of a genome, asked window by window.

    Parameters
    ----------
    sites : iterable of Interval
        0-based half-open; they may overlap.
    """

    def __init__(self, sites: Iterable[Interval]) -> None:
        by_chrom: dict[str, list[tuple[int, int]]] = {}
        for site in sites:
            by_chrom.setdefault(site.chrom, []).append((site.start, site.end))
        self._runs = {chrom: np.array(union(spans), np.int64) for chrom, spans in by_chrom.items()}

    def mask(self, chrom: str, start: int, end: int) -> NDArray[np.bool_]:
        """Return which bases of ``start`` to ``end`` lie on a site, shape (end - start,)."""
        mask = np.zeros(end - start, np.bool_)
        for first, last in self._near(chrom, start, end).tolist():
            mask[max(first - start, 0) : max(last - start, 0)] = True
        return mask

    def whole(self, chrom: str, start: int, end: int) -> WindowSites:
        """Return the sites of a window; those that its edges cut are left out.

        Sites that overlap or touch are one. One that is too long for any window of this length
        counts by the part that lies in it.
        """
        inside, low, high = self.mask(chrom, start, end), 0, end - start
        for first, last in self._near(chrom, start, end).tolist():
            if last - first > end - start:
                continue
            if first < start:
                low = last - start
            if last > end:
                high = first - start
        inside[:low] = inside[high:] = False
        return WindowSites(inside, slice(low, high))

    def cut(self, chrom: str, start: int, end: int) -> int:
        """Return how many sites of a window `whole` leaves out, those that touch as one."""
        near = self._near(chrom, start, end)
        over = (near[:, 0] < start) | (near[:, 1] > end)
        return int((over & (near[:, 1] - near[:, 0] <= end - start)).sum())

    def touches(self, chrom: str, start: int, end: int) -> bool:
        """Tell whether any base of ``start`` to ``end`` lies on a site."""
        return bool(len(self._near(chrom, start, end)))

    def _near(self, chrom: str, start: int, end: int) -> NDArray[np.int64]:
        """Return the runs of sites that have a base in common with a stretch, in order."""
        if chrom not in self._runs:
            return np.zeros((0, 2), np.int64)
        runs = self._runs[chrom]
        low = int(np.searchsorted(runs[:, 1], start, side="right"))
        high = int(np.searchsorted(runs[:, 0], end, side="left"))
        return runs[low:high]

"""Which bases of a window lie on sites that are known: truth, or an annotation."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from gtrack.core.intervals import Interval


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
        self._spans = {
            chrom: np.array(sorted(spans), np.int64) for chrom, spans in by_chrom.items()
        }
        self._ends = {
            chrom: np.maximum.accumulate(spans[:, 1]) for chrom, spans in self._spans.items()
        }

    def mask(self, chrom: str, start: int, end: int) -> NDArray[np.bool_]:
        """Return which bases of ``start`` to ``end`` lie on a site, shape (end - start,)."""
        mask = np.zeros(end - start, np.bool_)
        for first, last in self._near(chrom, start, end).tolist():
            mask[max(first - start, 0) : max(last - start, 0)] = True
        return mask

    def touches(self, chrom: str, start: int, end: int) -> bool:
        """Tell whether any base of ``start`` to ``end`` lies on a site."""
        near = self._near(chrom, start, end)
        return bool((near[:, 1] > start).any())

    def _near(self, chrom: str, start: int, end: int) -> NDArray[np.int64]:
        """Return the sites that may touch a stretch."""
        if chrom not in self._spans:
            return np.zeros((0, 2), np.int64)
        low = int(np.searchsorted(self._ends[chrom], start, side="right"))
        high = int(np.searchsorted(self._spans[chrom][:, 0], end, side="left"))
        return self._spans[chrom][low:high]

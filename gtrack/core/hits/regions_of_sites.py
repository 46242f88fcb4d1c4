"""Which region a site belongs to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from gtrack.core.intervals import Interval


class RegionIndex:
    """The scanned regions, to be asked for the one that a site lies in.

    Parameters
    ----------
    regions : sequence of Interval
        Canonical: by chromosome, then by start.
    """

    def __init__(self, regions: Sequence[Interval]) -> None:
        self._chroms: dict[str, list[Interval]] = {}
        for region in regions:
            self._chroms.setdefault(region.chrom, []).append(region)
        self._starts = {c: [r.start for r in rs] for c, rs in self._chroms.items()}
        # The farthest end so far: before it falls below a site, regions may still reach the site.
        self._reach = {
            c: list(accumulate((r.end for r in rs), max)) for c, rs in self._chroms.items()
        }

    def of(self, chrom: str, start: int, end: int) -> Interval:
        """Return the region that shares most bases with a site; the first of equals.

        Raises
        ------
        KeyError
            When no region shares a base with it.
        """
        regions, reach = self._chroms[chrom], self._reach[chrom]
        best, most = None, 0
        for at in range(bisect_left(self._starts[chrom], end) - 1, -1, -1):
            if reach[at] <= start:
                break
            shared = min(end, regions[at].end) - max(start, regions[at].start)
            if shared >= max(1, most):  # walking left: of equals the first wins
                best, most = regions[at], shared
        if best is None:
            raise KeyError(f"{chrom}:{start}-{end} lies in no region")
        return best

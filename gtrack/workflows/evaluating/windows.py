"""The unit of an evaluation: the window that is centred on a region."""

from __future__ import annotations

from gtrack.core.intervals import Interval


def centred(region: Interval, width: int, length: int) -> Interval:
    """Return the window of a width centred on a region, moved into a chromosome of a length."""
    width = min(width, length)
    start = min(max(region.centred(width), 0), length - width)
    return Interval(region.chrom, start, start + width, region.name, region.strand)


def common(first: Interval, second: Interval) -> tuple[int, int]:
    """Return the bases that two windows of one region have in common."""
    low, high = max(first.start, second.start), min(first.end, second.end)
    return low, max(low, high)

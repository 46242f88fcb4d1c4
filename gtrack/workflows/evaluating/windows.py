"""The unit of an evaluation: the window that is centred on a region."""

from __future__ import annotations

from collections.abc import Sequence

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


def overlap(one: Interval, other: Interval) -> bool:
    """Tell whether two windows have a base in common."""
    return one.chrom == other.chrom and one.start < other.end and other.start < one.end


def another(windows: Sequence[Interval], at: int) -> int | None:
    """Return which window comes next, round the list, that has no base in common with one.

    Of a place that is given twice, as TSSs of several transcripts are, the next is the same window.
    """
    count = len(windows)
    after = ((at + step) % count for step in range(1, count))
    return next((k for k in after if not overlap(windows[at], windows[k])), None)

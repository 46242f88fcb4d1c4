"""What the tracks alone tell, of every region: no model is needed, and no region is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from gtrack.core.evaluation_rows import TRACK
from gtrack.core.intervals import Interval
from gtrack.core.ports import Progress
from gtrack.core.site_masks import SiteMasks
from gtrack.core.targets import Target
from gtrack.evaluation.sheet import BLIND, Sheet, of_pair, of_place, of_track
from gtrack.evaluation.window_maps import WindowMap, loci_of
from gtrack.io.bigwig import BigWigReader
from gtrack.workflows.evaluating.reading import subject, subject_of_both
from gtrack.workflows.evaluating.windows import centred, common, overlap
from gtrack.workflows.folder.finished import FinishedScan

TRACKS = "tracks"
"""What progress is told under."""


def measure_tracks(
    scan: FinishedScan,
    widths: dict[str, int],
    truth: SiteMasks | None,
    progress: Progress,
) -> Sheet:
    """Measure every track in the window that is centred on each region.

    Parameters
    ----------
    scan : FinishedScan
    widths : dict of str to int
        Length of a window of each model, in bp.
    truth : SiteMasks or None
    progress : Progress
    """
    sizes, widest = scan.chrom_sizes, max(widths.values())
    loci = loci_of(centred(region, widest, sizes[region.chrom]) for region in scan.regions)
    sheet = Sheet(len(scan.regions), loci)
    with ExitStack() as stack:
        tracks = [
            (target, stack.enter_context(BigWigReader(scan.track(target))))
            for target in scan.targets
        ]
        before: list[tuple[Target, Interval, WindowMap]] = []
        apart: list[tuple[Target, Interval, WindowMap]] = []  # the last that have no base of `now`
        sites: dict[str, Any] = {}  # of the last window that had some, by target
        progress(TRACKS, 0, len(scan.regions))
        for row, region in enumerate(scan.regions):
            now: list[tuple[Target, Interval, WindowMap]] = []
            for target, track in tracks:
                window = centred(region, widths[target.model], sizes[region.chrom])
                found = WindowMap.of_bases(track.values(window.chrom, window.start, window.end))
                now.append((target, window, found))
                where = window.chrom, window.start, window.end
                here = None if truth is None else truth.whole(*where)
                sheet.put(row, *subject(target), of_track(TRACK, found.bases, here))
                if here is None or not here.inside.any():
                    continue
                last = sites.get(target.stem)
                same = last is not None and len(last) == len(here.inside)
                told = of_place(TRACK, found.bases, here, last if same else None)
                sheet.put(row, *subject(target), told)
                sites[target.stem] = here.inside
            if not _overlap(now, before):
                apart = before
            elif _overlap(now, apart):
                apart = []
            for names, label, first, second, other in _pairs(now, apart):
                sheet.put(row, names, label, of_pair(TRACK, first, second, None))
                if other is not None:
                    sheet.put(row, names, label, of_pair(BLIND, first, other, None))
            before = now
            progress(TRACKS, 1, len(scan.regions))
    return sheet


def cut_sites(scan: FinishedScan, widths: dict[str, int], truth: SiteMasks) -> Iterator[str]:
    """Say how many sites the edges of windows cut, for each length of a window."""
    for width in sorted(set(widths.values())):
        windows = (centred(each, width, scan.chrom_sizes[each.chrom]) for each in scan.regions)
        cut = sum(truth.cut(each.chrom, each.start, each.end) for each in windows)
        if cut:
            yield (
                f"sites of the truth that the edge of a window of {width:,} bp cuts: {cut:,}; "
                "their bases count there neither as truth nor as background"
            )


def _overlap(
    now: Sequence[tuple[Target, Interval, WindowMap]],
    before: Sequence[tuple[Target, Interval, WindowMap]],
) -> bool:
    """Tell whether windows of one target at two regions have a base in common."""
    pairs = zip(now, before, strict=False)  # at first there are none
    return any(overlap(one[1], other[1]) for one, other in pairs)


def _pairs(
    now: Sequence[tuple[Target, Interval, WindowMap]],
    before: Sequence[tuple[Target, Interval, WindowMap]],
) -> Iterator[tuple[str, str, WindowMap, WindowMap, WindowMap | None]]:
    """Yield the maps of two models on the bases that both read; and the second's of the last one.

    A region before, of other bases, is another sequence of the same scan: what two maps share by
    chance.
    """
    for at, (one, window, first) in enumerate(now):
        for place in range(at + 1, len(now)):
            two, other, second = now[place]
            if one.model == two.model:
                continue
            low, high = common(window, other)
            if high <= low:
                continue
            offset, size = low - other.start, high - low
            apart = None
            if before and offset + size <= len(before[place][2].bases):
                apart = before[place][2].cut(offset, offset + size)
            yield (
                *subject_of_both(one, two),
                first.cut(low - window.start, high - window.start),
                second.cut(offset, offset + size),
                apart,
            )

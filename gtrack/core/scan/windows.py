"""Windows own bases: which stretch the model reads, and which bases it answers for.

Every window is exactly as long as the model's input (or the whole chromosome where that is
shorter). A region no longer than a window gets one window, centred on the region or on its
narrowPeak summit and then shifted the least that makes it contain the region; a longer region is
tiled. Windows are shifted to stay inside the chromosome, never dropped for it, and windows with the
same coordinates are one window.

Every base of the union of the regions is owned by exactly one window: the one whose centre is
nearest, the left one on ties. Tracks are therefore disjoint, and no base is a silent mean over
contexts. A window that owns nothing is dropped and counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.scan.grid import BOTH, FORWARD, REVERSE, WindowGrid
from gtrack.core.scan.regions import merge_regions


def lay_windows(
    regions: Sequence[Interval],
    chrom_sizes: Mapping[str, int],
    window_bp: int,
    stride: int,
    strand: str = "both",
    *,
    exact: bool = False,
) -> WindowGrid:
    """Lay one model's windows over regions and say which bases each owns.

    Parameters
    ----------
    regions : sequence of Interval
        Sorted in the order of `chrom_sizes`, inside their chromosomes.
    chrom_sizes : mapping of str to int
        Length of each chromosome, in bp.
    window_bp, stride : int
        Length of a window, and the step between windows of a region longer than that, in bp.
    strand : str
        Which to explain, one of :data:`gtrack.core.strands.STRANDS`; ``region`` takes each
        region's own, ``.`` meaning both.
    exact : bool
        Refuse chromosomes that are shorter than a window, which would shorten it.

    Raises
    ------
    InputError
        When the stride leaves gaps, a chromosome is too short for an `exact` model, or when under
        ``region`` one window is wanted on opposite strands by two regions.
    """
    if window_bp < 1:
        raise InputError(f"a window of {window_bp} bp: give --window a positive length")
    if not 1 <= stride <= window_bp:
        raise InputError(
            f"stride {stride} must be between 1 and the window of {window_bp} bp, "
            "or bases would be left out: change --stride"
        )
    short = next((r for r in regions if exact and chrom_sizes[r.chrom] < window_bp), None)
    if short is not None:
        raise InputError(
            f"{short.origin or short.locus}: {short.chrom!r} has {chrom_sizes[short.chrom]} bp, "
            f"and the model reads exactly {window_bp}; leave out the regions on it"
        )
    chroms = tuple(chrom_sizes)
    rank = {name: i for i, name in enumerate(chroms)}
    chrom, start, width, asker = _lay(regions, rank, chrom_sizes, window_bp, stride)
    order = np.lexsort((asker, start, chrom))
    chrom, start, width, asker = chrom[order], start[order], width[order], asker[order]
    new = np.ones(len(start), bool)
    new[1:] = (chrom[1:] != chrom[:-1]) | (start[1:] != start[:-1])
    window = np.cumsum(new) - 1
    chrom, start, end = chrom[new], start[new], (start + width)[new]
    strands = _strands(strand, regions, window, asker, len(start))

    run_window, run_start, run_end = _own(regions, rank, chrom, start, end)
    keep = np.zeros(len(start), bool)
    keep[run_window] = True
    renamed = np.cumsum(keep) - 1
    asked = keep[window]
    return WindowGrid(
        chroms,
        chrom[keep],
        start[keep],
        end[keep],
        strands[keep],
        renamed[run_window],
        run_start,
        run_end,
        renamed[window[asked]],
        asker[asked],
        int((~keep).sum()),
    )


def _lay(
    regions: Sequence[Interval],
    rank: Mapping[str, int],
    chrom_sizes: Mapping[str, int],
    window_bp: int,
    stride: int,
) -> tuple[NDArray[np.int64], ...]:
    """Return chrom, start, width and asking region of every window, region by region."""
    chrom: list[int] = []
    starts: list[int] = []
    widths: list[int] = []
    asker: list[int] = []
    for index, region in enumerate(regions):
        size = chrom_sizes[region.chrom]
        width = min(window_bp, size)
        if len(region) <= width:
            laid = [_contain(region, width)]
        else:
            laid = list(range(region.start, region.end - width + stride, stride))
        for at in laid:
            chrom.append(rank[region.chrom])
            starts.append(min(max(at, 0), size - width))
            widths.append(width)
            asker.append(index)
    return tuple(np.array(column, np.int64) for column in (chrom, starts, widths, asker))


def _contain(region: Interval, width: int) -> int:
    """Return the start of the window centred on the region or its summit, containing the region."""
    return min(max(region.centred(width), region.end - width), region.start)


def _strands(
    strand: str,
    regions: Sequence[Interval],
    window: NDArray[np.int64],
    asker: NDArray[np.int64],
    n_windows: int,
) -> NDArray[np.uint8]:
    """Return the strand bits of each window."""
    if strand != "region":
        bits = {"both": BOTH, "forward": FORWARD, "reverse": REVERSE}[strand]
        return np.full(n_windows, bits, np.uint8)
    strands = np.zeros(n_windows, np.uint8)
    first: dict[tuple[int, str], Interval] = {}
    for w, r in zip(window.tolist(), asker.tolist(), strict=True):
        one = regions[r]
        strands[w] |= {"+": FORWARD, "-": REVERSE, ".": BOTH}[one.strand]
        first.setdefault((w, one.strand), one)
        other = first.get((w, {"+": "-", "-": "+"}.get(one.strand, "")))
        if other is not None:
            raise InputError(
                f"{one.origin or one.locus}: region {one.locus} ({one.strand}) and "
                f"{other.origin or other.locus}: region {other.locus} ({other.strand}) share a "
                "window but not the strand; use --strand both, or scan them apart"
            )
    return strands


def _own(
    regions: Sequence[Interval],
    rank: Mapping[str, int],
    chrom: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Cut the union of the regions at the borders between window centres."""
    windows: list[NDArray[np.int64]] = []
    starts: list[NDArray[np.int64]] = []
    ends: list[NDArray[np.int64]] = []
    union = merge_regions(regions)
    for name in dict.fromkeys(region.chrom for region in regions):
        low, high = np.searchsorted(chrom, [rank[name], rank[name] + 1])
        # Base p goes left of windows a < b when its centre p + 1/2 is no farther from a:
        # 4 p + 2 <= A + B with A, B = start + end, twice the centres.
        centre2 = start[low:high] + end[low:high]
        border = (centre2[:-1] + centre2[1:] - 2) // 4 + 1
        for left, right in union[name]:
            first, last = np.searchsorted(border, [left, right - 1], side="right")
            cuts = border[first:last]
            windows.append(np.arange(first, last + 1) + low)
            starts.append(np.concatenate([[left], cuts]))
            ends.append(np.concatenate([cuts, [right]]))
    none = np.zeros(0, np.int64)
    columns = (np.concatenate([none, *column]) for column in (windows, starts, ends))
    run_window, run_start, run_end = columns
    filled = run_end > run_start  # equal centres leave empty cells
    return run_window[filled], run_start[filled], run_end[filled]

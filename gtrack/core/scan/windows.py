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

from gtrack.core.encodings import positions
from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.regions import Regions, narrow
from gtrack.core.scan.grid import BOTH, FORWARD, REVERSE, WindowGrid
from gtrack.core.scan.one_axis import off_axis, on_axis
from gtrack.core.scan.regions import union_of


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
    regions = Regions.of(regions)
    too_short = regions.sizes(chrom_sizes) < window_bp
    if exact and too_short.any():
        short = regions[int(np.argmax(too_short))]
        raise InputError(
            f"{short.origin or short.locus}: {short.chrom!r} has {chrom_sizes[short.chrom]} bp, "
            f"and the model reads exactly {window_bp}; leave out the regions on it"
        )
    chroms = tuple(chrom_sizes)
    rank = regions.rank(chrom_sizes)
    chrom, start, width, asker = _lay(regions, rank, chrom_sizes, window_bp, stride)
    along = on_axis(chrom, start)
    if (along[1:] < along[:-1]).any():  # seldom, and it takes memory
        order = np.argsort(along, kind="stable")
        chrom, start, width, asker = chrom[order], start[order], width[order], asker[order]
    del along
    new = np.ones(len(start), bool)
    new[1:] = (chrom[1:] != chrom[:-1]) | (start[1:] != start[:-1])
    window = np.cumsum(new) - 1
    chrom, start, end = chrom[new], start[new], (start + width)[new]
    del width, new
    strands = _strands(strand, regions, window, asker, len(start))

    run_window, run_start, run_end = _own(regions, rank, chrom, start, end)
    keep = np.zeros(len(start), bool)
    keep[run_window] = True
    # Of a genome each column is 100 MB: one after the other becomes what is kept of it.
    of, first, last = (narrow(each[keep]) for each in (chrom, start, end))
    del chrom, start, end
    asked, renamed = keep[window], narrow(np.cumsum(keep) - 1)
    return WindowGrid(
        *(chroms, of, first, last, strands[keep]),
        *(renamed[run_window], run_start, run_end, renamed[window[asked]], asker[asked]),
        int((~keep).sum()),
    )


def _lay(
    regions: Regions,
    chrom: NDArray[np.int64],
    chrom_sizes: Mapping[str, int],
    window_bp: int,
    stride: int,
) -> tuple[NDArray[np.int64], ...]:
    """Return chrom, start, width and asking region of every window, region by region."""
    start, end, size = regions.start, regions.end, regions.sizes(chrom_sizes)
    width = np.minimum(window_bp, size)
    centred = regions.centred(width)
    tiled = end - start > width
    alone = np.minimum(np.maximum(centred, end - width), start)  # one that contains its region
    number = np.where(tiled, -(-(end - width + stride - start) // stride), 1)
    asker = np.repeat(np.arange(len(regions)), number)
    step = positions(np.zeros_like(number), number) * stride
    laid = np.where(tiled, start, alone)[asker] + step
    widths = width[asker]
    starts = np.minimum(np.maximum(laid, 0), size[asker] - widths)
    return chrom[asker], starts, widths, asker


def _strands(
    strand: str,
    regions: Regions,
    window: NDArray[np.int64],
    asker: NDArray[np.int64],
    n_windows: int,
) -> NDArray[np.uint8]:
    """Return the strand bits of each window."""
    if strand != "region":
        bits = {"both": BOTH, "forward": FORWARD, "reverse": REVERSE}[strand]
        return np.full(n_windows, bits, np.uint8)
    own = regions.strand[asker]  # of each that asked, window after window
    asked = np.array([FORWARD, REVERSE, 0], np.uint8)[own]
    strands = np.bitwise_or.reduceat(asked, np.flatnonzero(np.diff(window, prepend=-1)))
    if (strands == BOTH).any():
        of_first = window == np.argmax(strands == BOTH)
        _refuse_opposite(regions.take(asker[of_first & (asked > 0)]))
    free = np.zeros(n_windows, bool)
    free[window[asked == 0]] = True
    return np.where(free, np.uint8(BOTH), strands)


def _refuse_opposite(regions: Regions) -> None:
    """Refuse regions that share a window but not the strand."""
    other = regions[0]
    one = next(region for region in regions if region.strand != other.strand)
    raise InputError(
        f"{one.origin or one.locus}: region {one.locus} ({one.strand}) and "
        f"{other.origin or other.locus}: region {other.locus} ({other.strand}) share a "
        "window but not the strand; use --strand both, or scan them apart"
    )


def _own(
    regions: Regions,
    rank: NDArray[np.int64],
    chrom: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Cut the union of the regions at the borders between window centres."""
    left, right = union_of(regions, rank)
    # Base p goes left of windows a < b when its centre p + 1/2 is no farther from a:
    # 4 p + 2 <= A + B with A, B = start + end, twice the centres. Between two chromosomes the
    # border is where the second begins.
    centre2 = start + end
    border = on_axis(chrom[:-1], (centre2[:-1] + centre2[1:] - 2) // 4 + 1)
    border = np.where(chrom[1:] == chrom[:-1], border, on_axis(chrom[1:], 0))
    del centre2
    first = np.searchsorted(border, left, side="right")
    last = np.searchsorted(border, right - 1, side="right")
    run = np.repeat(np.arange(len(left)), last - first + 1)
    window = positions(first, last - first + 1)
    edges = np.concatenate([[0], border, [0]])  # of a window: its own, and the next one's
    del border
    run_start = np.where(window == first[run], left[run], edges[window])
    run_end = np.where(window == last[run], right[run], edges[window + 1])
    del edges, run
    filled = run_end > run_start  # equal centres leave empty cells
    return window[filled], off_axis(run_start[filled])[1], off_axis(run_end[filled])[1]

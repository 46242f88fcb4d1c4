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

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import positions
from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.narrow_columns import end_to_end, narrow, narrowest, numbered, once
from gtrack.core.regions import Regions
from gtrack.core.scan.grid import BOTH, FORWARD, REVERSE, WindowGrid
from gtrack.core.scan.one_axis import off_axis, on_axis
from gtrack.core.scan.regions import run_begins, union_of

_AT_ONCE = 1 << 12  # regions whose windows are laid, or whose bases are cut, at once


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
    regions = Regions.of(regions)
    _refuse(regions, chrom_sizes, window_bp, stride, exact)
    chroms = tuple(chrom_sizes)
    # Of a genome each column of 64 bits is 100 MB: what is kept of one has 32 where it fits.
    rank = narrowest(regions.rank(chrom_sizes))
    chrom, start, width, asker = _lay_all(regions, rank, chrom_sizes, window_bp, stride)
    other = chrom[1:] != chrom[:-1]
    if ((chrom[1:] < chrom[:-1]) | (~other & (start[1:] < start[:-1]))).any():  # seldom
        order = np.argsort(on_axis(chrom, start), kind="stable")
        chrom, start, width, asker = chrom[order], start[order], width[order], asker[order]
        other = chrom[1:] != chrom[:-1]
    new = np.append(True, other | (start[1:] != start[:-1]))[: len(start)]
    window, chrom, start, width = numbered(new), chrom[new], start[new], width[new]
    end = narrow(np.add(start, width, dtype=np.int64))
    del width, new, other
    *_, start, end, window, asker = once([*regions.places, start, end, window, asker])
    strands = _strands(strand, regions, window, asker, len(start))

    run_window, run_start, run_end = _own(regions, rank, chrom, start, end)
    del rank
    *_, run_start, run_end = once([*regions.places, start, end, run_start, run_end])
    keep = np.zeros(len(start), bool)
    keep[run_window] = True
    dropped = int((~keep).sum())
    if dropped:
        chrom, start, end = (each[keep] for each in (chrom, start, end))
        strands = strands[keep]
        asked, renamed = keep[window], numbered(keep)
        window, asker = renamed[window[asked]], asker[asked]
        run_window = renamed[run_window]
    laid = chrom, start, end, strands, run_window, run_start, run_end, window, asker
    return WindowGrid(chroms, *laid, dropped)


def _refuse(
    regions: Regions, chrom_sizes: Mapping[str, int], window_bp: int, stride: int, exact: bool
) -> None:
    """Refuse what :func:`lay_windows` says."""
    if window_bp < 1:
        raise InputError(f"a window of {window_bp} bp: give --window a positive length")
    if not 1 <= stride <= window_bp:
        raise InputError(
            f"stride {stride} must be between 1 and the window of {window_bp} bp, "
            "or bases would be left out: change --stride"
        )
    too_short = regions.sizes(chrom_sizes) < window_bp
    if exact and too_short.any():
        short = regions[int(np.argmax(too_short))]
        raise InputError(
            f"{short.origin or short.locus}: {short.chrom!r} has {chrom_sizes[short.chrom]} bp, "
            f"and the model reads exactly {window_bp}; leave out the regions on it"
        )


def _lay_all(
    regions: Regions,
    chrom: NDArray[np.integer],
    chrom_sizes: Mapping[str, int],
    window_bp: int,
    stride: int,
) -> list[NDArray[np.integer]]:
    """Return chrom, start, width and asking region of every window, region by region."""

    def laid() -> Iterator[Sequence[NDArray[np.integer]]]:
        for low in range(0, max(len(regions), 1), _AT_ONCE):
            some = slice(low, low + _AT_ONCE)
            of, *places, asker = _lay(regions[some], chrom[some], chrom_sizes, window_bp, stride)
            yield narrowest(of), narrow(places[0]), narrowest(places[1]), narrow(asker + low)

    return end_to_end(laid())


def _lay(
    regions: Regions,
    chrom: NDArray[np.integer],
    chrom_sizes: Mapping[str, int],
    window_bp: int,
    stride: int,
) -> tuple[NDArray[np.integer], ...]:
    """Do so for some regions, whose numbers count from the first of them."""
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
    window: NDArray[np.integer],
    asker: NDArray[np.integer],
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
    rank: NDArray[np.integer],
    chrom: NDArray[np.integer],
    start: NDArray[np.integer],
    end: NDArray[np.integer],
) -> list[NDArray[np.integer]]:
    """Cut the union of the regions at the borders between window centres.

    Returns
    -------
    window, start, end : ndarray of int, shape (K,)
        Of each run.
    """
    edges = _edges(chrom, start, end)
    union = union_of(regions, rank, run_begins(regions, rank))

    def cut() -> Iterator[Sequence[NDArray[np.integer]]]:
        for low in range(0, max(len(union[0]), 1), _AT_ONCE):
            of, left, right = (each[low : low + _AT_ONCE] for each in union)
            yield _cut(edges, on_axis(of, left), on_axis(of, right))

    return end_to_end(cut())


def _cut(
    edges: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64]
) -> Sequence[NDArray[np.integer]]:
    """Do so with some runs of the union, which are on the axis as the edges are."""
    border = edges[1:-1]
    first = np.searchsorted(border, left, side="right")
    number = np.searchsorted(border, right) - first + 1  # up to that of its last base
    run = np.repeat(np.arange(len(left)), number)
    window = positions(first, number)
    start = np.maximum(edges[window], left[run])
    end = np.minimum(edges[1:][window], right[run])
    filled = end > start  # equal centres leave empty cells
    if not filled.all():
        window, start, end = window[filled], start[filled], end[filled]
    return narrow(window), narrow(off_axis(start)[1]), narrow(off_axis(end)[1])


def _edges(
    chrom: NDArray[np.integer], start: NDArray[np.integer], end: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Return where each window begins to be the nearest, on the axis, and where the last ends."""
    # Base p goes left of windows a < b when its centre p + 1/2 is no farther from a:
    # 4 p + 2 <= A + B with A, B = start + end, twice the centres. Between two chromosomes the
    # border is where the second begins.
    edges = np.zeros(len(start) + 1, np.int64)
    edges[-1] = np.iinfo(np.int64).max
    border = edges[1:-1]
    for each in (start, end):
        border += each[:-1]
        border += each[1:]
    border -= 2
    border //= 4
    border += 1
    for low in range(0, len(border), _AT_ONCE):
        some = slice(low, low + _AT_ONCE)
        border[some] += on_axis(chrom[:-1][some], 0)
    other = chrom[1:] != chrom[:-1]
    border[other] = on_axis(chrom[1:][other], 0)
    return edges

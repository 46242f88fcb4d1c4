"""What the model says of each region, from the windows that own its bases."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import positions
from gtrack.core.intervals import Interval
from gtrack.core.regions import Regions
from gtrack.core.row_sums import row_sums
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.one_axis import on_axis
from gtrack.core.scan.sorted_columns import places_in


@dataclass(frozen=True, slots=True, eq=False)
class RegionShares:
    """The windows of regions, as pairs sorted by region, then window.

    Parameters
    ----------
    region, window, bases : ndarray of int64, shape (P,)
        A window that owns bases of a region, and how many.
    counts : ndarray of int64, shape (R,)
        Windows of each region.
    owned : ndarray of int64, shape (R,)
        Bases of each region that windows own which it asked for itself; the others answer to
        windows of neighbouring regions.
    """

    region: NDArray[np.int64]
    window: NDArray[np.int64]
    bases: NDArray[np.int64]
    counts: NDArray[np.int64]
    owned: NDArray[np.int64]


def region_shares(grid: WindowGrid, regions: Sequence[Interval], number: int = 0) -> RegionShares:
    """Return which windows own the bases of each region.

    Parameters
    ----------
    grid : WindowGrid
    regions : sequence of Interval
        Canonical, or some of these in a row.
    number : int
        Of the first of them, from 0.
    """
    columns, n_regions = Regions.of(regions), len(regions)
    chrom = columns.rank(dict.fromkeys(grid.chroms))
    start, end = columns.start, columns.end
    left, right = on_axis(chrom, start), on_axis(chrom, end)
    near = slice(*(_runs_near(grid, int(left[0]), int(right.max())) if n_regions else (0, 0)))
    on = grid.chrom[grid.run_window[near]]
    first = np.searchsorted(on_axis(on, grid.run_end[near]), left, side="right")
    last = np.searchsorted(on_axis(on, grid.run_start[near]), right, side="left")
    of = np.repeat(np.arange(n_regions), last - first)
    run = positions(first, last - first) + near.start
    size = np.minimum(grid.run_end[run], end[of]) - np.maximum(grid.run_start[run], start[of])
    window = grid.run_window[run].astype(np.int64)  # sorted within a region, as runs are
    new = np.ones(len(of), bool)
    new[1:] = (of[1:] != of[:-1]) | (window[1:] != window[:-1])
    pair = np.flatnonzero(new)
    bases = np.add.reduceat(size, pair) if len(pair) else size
    region, window = of[pair], window[pair]
    own = _among(window * n_regions + region, _asked(grid, window, number, n_regions))
    owned = np.zeros(n_regions, np.int64)
    np.add.at(owned, region[own], bases[own])
    return RegionShares(region, window, bases, np.bincount(region, minlength=n_regions), owned)


def windows_near(grid: WindowGrid, regions: Regions) -> tuple[int, int]:
    """Return the first window that can own bases of canonical regions, and one behind the last."""
    chrom = regions.rank(dict.fromkeys(grid.chroms))
    left, right = on_axis(chrom, regions.start), on_axis(chrom, regions.end)
    first, last = _runs_near(grid, int(left[0]), int(right.max()))
    if first == last:
        return 0, 0
    return int(grid.run_window[first]), int(grid.run_window[last - 1]) + 1


def _runs_near(grid: WindowGrid, left: int, right: int) -> tuple[int, int]:
    """Return the first run that ends behind a place of the axis, and the first from another on."""

    def at(run: int, place: NDArray[np.integer]) -> int:
        return int(on_axis(grid.chrom[grid.run_window[run]], place[run]))

    runs = range(len(grid.run_window))
    first = bisect_right(runs, left, key=lambda run: at(run, grid.run_end))
    return first, max(first, bisect_left(runs, right, key=lambda run: at(run, grid.run_start)))


def _asked(
    grid: WindowGrid, window: NDArray[np.int64], number: int, n_regions: int
) -> NDArray[np.int64]:
    """Return a number for each pair of a window and a region that asked for it, near `window`."""
    if not len(window):
        return window
    pairs = slice(*places_in(grid.wanted_window, [window.min(), window.max() + 1]).tolist())
    asked, by = grid.wanted_window[pairs].astype(np.int64), grid.wanted_region[pairs] - number
    return np.asarray((asked * n_regions + by)[(by >= 0) & (by < n_regions)])


def _among(values: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which values are among some others; np.isin takes eight times as long for a thousand."""
    if not len(others):
        return np.zeros(len(values), bool)
    others = np.sort(others)
    nearest = others[np.minimum(np.searchsorted(others, values), len(others) - 1)]
    return np.asarray(nearest == values)


def means_over(shares: RegionShares, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each region's mean of window values, weighted by the bases that the window owns.

    Windows without a value (NaN: the strand was not explained) are left out; NaN if all are.
    """
    chosen = values[shares.window]
    there = np.isfinite(chosen)
    region, bases = shares.region[there], shares.bases[there]
    counts = np.bincount(region, minlength=len(shares.counts))
    weights = np.zeros(len(counts), np.int64)
    np.add.at(weights, region, bases)
    means = np.full(len(counts), np.nan)
    has = counts > 0
    means[has] = row_sums(chosen[there] * bases, counts)[has] / weights[has]
    return means

"""What the model says of each region, from the windows that own its bases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.intervals import Interval
from gtrack.core.scan.grid import WindowGrid


@dataclass(frozen=True, slots=True, eq=False)
class RegionShare:
    """The windows of one region.

    Parameters
    ----------
    windows : ndarray of int64, shape (n,)
        The windows that own bases of it.
    bases : ndarray of int64, shape (n,)
        How many each owns.
    owned : int
        Bases of the region that windows own which it asked for itself; the others answer to
        windows of neighbouring regions.
    """

    windows: NDArray[np.int64]
    bases: NDArray[np.int64]
    owned: int


def region_shares(grid: WindowGrid, regions: Sequence[Interval]) -> Iterator[RegionShare]:
    """Yield, region by region, which windows own its bases."""
    rank = {name: i for i, name in enumerate(grid.chroms)}
    run_chrom = grid.chrom[grid.run_window]
    asked: dict[int, set[int]] = {}
    for window, region in zip(
        grid.wanted_window.tolist(), grid.wanted_region.tolist(), strict=True
    ):
        asked.setdefault(region, set()).add(window)
    bounds = np.searchsorted(run_chrom, np.arange(len(grid.chroms) + 1))
    for index, region in enumerate(regions):
        low, high = bounds[rank[region.chrom]], bounds[rank[region.chrom] + 1]
        first = low + np.searchsorted(grid.run_end[low:high], region.start, side="right")
        last = low + np.searchsorted(grid.run_start[low:high], region.end, side="left")
        cut = slice(int(first), int(last))
        bases = np.minimum(grid.run_end[cut], region.end) - np.maximum(
            grid.run_start[cut], region.start
        )
        windows, inverse = np.unique(grid.run_window[cut], return_inverse=True)
        totals = np.bincount(inverse, bases, len(windows)).astype(np.int64)
        own = np.isin(windows, list(asked.get(index, ())))
        yield RegionShare(windows, totals, int(totals[own].sum()))


def mean_over(share: RegionShare, values: NDArray[np.float64]) -> float:
    """Return the mean of window values, each weighted by the bases that the window owns.

    Windows without a value (NaN: the strand was not explained) are left out; NaN if all are.
    """
    chosen = values[share.windows]
    there = np.isfinite(chosen)
    if not there.any():
        return float("nan")
    weights = share.bases[there]
    return float((chosen[there] * weights).sum() / weights.sum())


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return Pearson's correlation over the entries that both have; NaN when undefined."""
    both = np.isfinite(one) & np.isfinite(other)
    a, b = one[both], other[both]
    if len(a) < 2 or not a.std() or not b.std():
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])

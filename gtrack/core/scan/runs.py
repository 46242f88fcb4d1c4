"""Runs of adjacent bases that have a value: what a bigWig is made of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def finite_runs(
    chrom: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    values: NDArray[np.float32],
) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
    """Join runs that touch and cut them at NaN.

    Parameters
    ----------
    chrom, start, end : ndarray of int64, shape (K,)
        Sorted, disjoint runs, 0-based half-open.
    values : ndarray of float32, shape (sum of lengths,)
        One value per base, run after run.

    Yields
    ------
    tuple of (int, int, ndarray of float32)
        Chromosome index, first base, finite values of adjacent bases.
    """
    lengths = end - start
    offset = np.cumsum(lengths) - lengths
    # A key in which a step of one is an adjacent base, and chromosomes lie far apart.
    key = np.arange(len(values)) + np.repeat(start - offset + (chrom << 40), lengths)
    kept = np.flatnonzero(np.isfinite(values))
    key = key[kept]
    cuts = np.flatnonzero(np.diff(key) != 1) + 1
    for low, high in zip([0, *cuts.tolist()], [*cuts.tolist(), len(kept)], strict=True):
        if high > low:
            at = int(key[low])
            first = int(kept[low])
            yield at >> 40, at & ((1 << 40) - 1), values[first : first + high - low]

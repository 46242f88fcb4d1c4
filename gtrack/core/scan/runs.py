"""Runs of adjacent bases that have a value: what a bigWig is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import positions
from gtrack.core.scan.one_axis import off_axis, on_axis


@dataclass(frozen=True, slots=True, eq=False)
class ValuedRuns:
    """Runs as columns, sorted and apart: none begins where another ends.

    Parameters
    ----------
    chrom, start, size : ndarray of int64, shape (K,)
        Index of the chromosome, first base (0-based), and bases of each run.
    values : ndarray of float32, shape (sum of sizes,)
        Finite, run after run.
    """

    chrom: NDArray[np.int64]
    start: NDArray[np.int64]
    size: NDArray[np.int64]
    values: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.start)

    def by_chrom(self) -> Iterator[tuple[int, ValuedRuns]]:
        """Yield the runs of each chromosome, with its index."""
        offset = np.concatenate([[0], np.cumsum(self.size)])
        cuts = np.flatnonzero(np.diff(self.chrom)) + 1
        edges = [0, *cuts.tolist(), len(self)]
        for low, high in pairwise(edges):
            if high > low:
                cut, bases = slice(low, high), slice(int(offset[low]), int(offset[high]))
                yield (
                    int(self.chrom[low]),
                    ValuedRuns(
                        self.chrom[cut], self.start[cut], self.size[cut], self.values[bases]
                    ),
                )


def joined_runs(
    chrom: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    values: NDArray[np.float32],
) -> ValuedRuns:
    """Join runs that touch and cut them at NaN.

    Parameters
    ----------
    chrom, start, end : ndarray of int64, shape (K,)
        Sorted, disjoint runs, 0-based half-open, of at least one base.
    values : ndarray of float32, shape (sum of lengths,)
        One value per base, run after run.
    """
    size, finite = end - start, np.isfinite(values)
    if finite.all():  # no N: what is looked at are runs, not bases
        apart = (chrom[1:] != chrom[:-1]) | (start[1:] != end[:-1])
        first = np.flatnonzero(np.concatenate([np.ones(min(1, len(start)), bool), apart]))
        whole = np.add.reduceat(size, first) if len(first) else size
        return ValuedRuns(chrom[first], start[first], whole, values)
    base = positions(on_axis(chrom, start), size)[finite]  # a step of one is an adjacent base
    first = np.concatenate([[0], np.flatnonzero(np.diff(base) != 1) + 1])[: len(base)]
    sizes = np.diff(np.append(first, len(base)))
    return ValuedRuns(*off_axis(base[first]), sizes, values[finite])

"""What a model says of windows, laid on the bases that each window owns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.runs import ValuedRuns, joined_runs
from gtrack.core.scan.sorted_columns import places_in

_AT_ONCE = 4096  # windows whose bases are in memory


class StrandMeans:
    """The score of every window of a model for one target: the mean of the strands read.

    Parameters
    ----------
    grid : WindowGrid
    names : sequence of str
        Of its chromosomes, as the table has them.
    """

    def __init__(self, grid: WindowGrid, names: Sequence[str]) -> None:
        self._grid = grid
        self._sum = np.zeros(len(grid))
        self._strands = np.zeros(len(grid), np.int64)
        chroms = (names[each] for each in grid.chrom.tolist())
        starts, ends = grid.start.tolist(), grid.end.tolist()
        self._places: Iterator[tuple[int, tuple[str, int, int] | None]]
        self._places = enumerate(zip(chroms, starts, ends, strict=True))
        self._at, self._here = next(self._places, (-1, None))

    def add(self, row: Mapping[str, str]) -> None:
        """Take a row of ``windows.tsv``, where they stand in the order of the grid.

        Raises
        ------
        LookupError
            When the row is of no window of the grid.
        """
        place = row["chrom"], int(row["start"]), int(row["end"])
        while self._here != place:
            self._at, self._here = next(self._places, (-1, None))
            if self._here is None:
                raise LookupError(f"no window at {place}")
        self._sum[self._at] += float(row["score"])
        self._strands[self._at] += 1

    def values(self) -> NDArray[np.float64]:
        """Return the scores, one per window.

        Raises
        ------
        LookupError
            When a window lacks a row, or one of its rows a number.
        """
        wanted = (self._grid.strands & 1) + (self._grid.strands >> 1)
        if (self._strands != wanted).any() or not np.isfinite(self._sum).all():
            raise LookupError("a window without a score")
        return self._sum / self._strands


def score_runs(grid: WindowGrid, scores: NDArray[np.float64]) -> Iterator[tuple[str, ValuedRuns]]:
    """Yield runs of bases with the score of the window that owns them, chromosome by chromosome.

    Parameters
    ----------
    grid : WindowGrid
    scores : ndarray of float64, shape (W,)
        One per window, finite.
    """
    for first in range(0, len(grid), _AT_ONCE):
        low, high = places_in(grid.run_window, [first, first + _AT_ONCE])
        window = grid.run_window[low:high]
        start, end = (each[low:high].astype(np.int64) for each in (grid.run_start, grid.run_end))
        values = np.repeat(scores[window].astype(np.float32), end - start)
        for chrom, runs in joined_runs(grid.chrom[window], start, end, values).by_chrom():
            yield grid.chroms[chrom], runs


def mean_scores(members: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean of members' scores, summed from the smallest: their order changes no bit."""
    values = np.sort(np.array(list(members)), axis=0)
    return np.asarray(values.sum(axis=0) / len(values))


def stretches(
    regions: Mapping[str, list[tuple[int, int]]], most: int
) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Yield runs of one chromosome, so many that they have about `most` bases; long ones are cut.

    Examples
    --------
    >>> list(stretches({"c": [(0, 3), (5, 12)]}, 4))
    [('c', [(0, 3)]), ('c', [(5, 9)]), ('c', [(9, 12)])]
    """
    for chrom, runs in regions.items():
        kept: list[tuple[int, int]] = []
        bases = 0
        for start, end in runs:
            edges = [*range(start, end, most), end]
            for low, high in pairwise(edges):
                if kept and bases + high - low > most:
                    yield chrom, kept
                    kept, bases = [], 0
                kept.append((low, high))
                bases += high - low
        if kept:
            yield chrom, kept

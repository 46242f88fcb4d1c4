"""What a model says of windows, gathered shard by shard, and of regions from their windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gtrack.core.intervals import Interval
from gtrack.core.regions import Regions
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.region_scores import correlation, means_over, region_shares
from gtrack.core.scan.shard import ShardResult


@dataclass(frozen=True, slots=True, eq=False)
class RegionScores:
    """What a model says of R regions, as columns.

    Parameters
    ----------
    windows : ndarray of int64, shape (R,)
        Windows that own bases of each.
    scores, probabilities : ndarray of float64, shape (T, 3, R)
        Of each target, means over the region's bases: forward strand, reverse strand, and mean of
        the strands that were explained; NaN where there is none.
    owned : ndarray of int64, shape (R,)
        Bases in windows that the region asked for itself.
    elsewhere : ndarray of bool, shape (R,)
        Others lie in windows of neighbouring regions.
    n_share : ndarray of float64, shape (R,)
        Share of its bases that are not A, C, G or T.
    """

    windows: NDArray[np.int64]
    scores: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    owned: NDArray[np.int64]
    elsewhere: NDArray[np.bool_]
    n_share: NDArray[np.float64]


class WindowScores:
    """Scores and probabilities of all windows of a model, NaN until they are added.

    Parameters
    ----------
    targets, windows : int
        How many there are.
    """

    def __init__(self, targets: int, windows: int) -> None:
        self._score = np.full((targets, 2, windows), np.nan)  # of both strands
        self._probability = np.full((targets, 2, windows), np.nan)

    def add(self, result: ShardResult) -> None:
        """Take the scores of one shard."""
        strand = result.reverse.astype(np.int64)
        self._score[:, strand, result.window] = result.score
        self._probability[:, strand, result.window] = result.probability

    def agreement(self, target: int) -> float:
        """Return the correlation of both strands' scores of a target; NaN when undefined."""
        return correlation(*self._score[target])

    def of_regions(
        self,
        grid: WindowGrid,
        regions: Sequence[Interval],
        known: Sequence[int] | NDArray[np.integer],
        number: int = 0,
    ) -> RegionScores:
        """Return the scores of regions.

        Parameters
        ----------
        grid : WindowGrid
        regions : sequence of Interval
            Canonical, or some of these in a row.
        known : sequence of int
            A, C, G, T bases of each.
        number : int
            Of the first of them, from 0.
        """
        shares = region_shares(grid, regions, number)
        first, last = int(shares.window.min(initial=len(grid))), int(shares.window.max(initial=-1))
        shares = replace(shares, window=shares.window - first)
        lengths = Regions.of(regions).lengths
        scores, probabilities = (
            np.array(
                [
                    [means_over(shares, strand) for strand in (*strands, _mean(strands))]
                    for strands in of_target[:, :, first : last + 1]
                ]
            )
            for of_target in (self._score, self._probability)
        )
        return RegionScores(
            windows=shares.counts,
            scores=scores,
            probabilities=probabilities,
            owned=shares.owned,
            elsewhere=shares.owned < lengths,
            n_share=1 - np.asarray(known, np.int64) / lengths,
        )


def _mean(strands: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the strands that were explained; NaN where none has a number."""
    there = np.isfinite(strands)
    counted = there.sum(axis=0)
    total = np.where(there, strands, 0).sum(axis=0)
    return np.asarray(np.where(counted > 0, total / np.maximum(counted, 1), np.nan))

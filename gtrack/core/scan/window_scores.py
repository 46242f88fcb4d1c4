"""What a model says of windows, gathered shard by shard, and of regions from their windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.intervals import Interval
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.region_scores import correlation, mean_over, region_shares
from gtrack.core.scan.shard import ShardResult


@dataclass(frozen=True, slots=True)
class RegionScores:
    """What a model says of one region.

    Parameters
    ----------
    windows : int
        Windows that own bases of it.
    scores, probabilities : tuple, one triple per target
        Means over its bases: forward strand, reverse strand, and mean of the strands that were
        explained; NaN where there is none.
    owned : int
        Bases in windows that the region asked for itself.
    elsewhere : bool
        Others lie in windows of neighbouring regions.
    n_share : float
        Share of its bases that are not A, C, G or T.
    """

    windows: int
    scores: tuple[tuple[float, ...], ...]
    probabilities: tuple[tuple[float, ...], ...]
    owned: int
    elsewhere: bool
    n_share: float


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
        self, grid: WindowGrid, regions: Sequence[Interval], known: Sequence[int]
    ) -> Iterator[RegionScores]:
        """Yield the scores of each region.

        Parameters
        ----------
        grid : WindowGrid
        regions : sequence of Interval
            Canonical.
        known : sequence of int
            A, C, G, T bases of each.
        """
        said = [
            [np.vstack([strands, _mean(strands)]) for strands in of_target]
            for of_target in (self._score, self._probability)
        ]
        shares = region_shares(grid, regions)
        for region, bases, share in zip(regions, known, shares, strict=True):
            scores, probabilities = (
                tuple(tuple(mean_over(share, strand) for strand in each) for each in of_target)
                for of_target in said
            )
            yield RegionScores(
                windows=len(share.windows),
                scores=scores,
                probabilities=probabilities,
                owned=share.owned,
                elsewhere=share.owned < len(region),
                n_share=1 - bases / len(region),
            )


def _mean(strands: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the strands that were explained; NaN where none has a number."""
    there = np.isfinite(strands)
    counted = there.sum(axis=0)
    total = np.where(there, strands, 0).sum(axis=0)
    return np.asarray(np.where(counted > 0, total / np.maximum(counted, 1), np.nan))

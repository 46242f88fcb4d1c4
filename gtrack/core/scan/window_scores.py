"""What a model says of windows, kept while it is needed, and of regions from their windows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gtrack.core.intervals import Interval
from gtrack.core.regions import Regions
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.region_scores import means_over, region_shares
from gtrack.core.scan.shard import ShardResult
from gtrack.core.scan.strand_agreement import StrandAgreement


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


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Scores and probabilities of windows in a row, shape (T, 2, windows), NaN where none are."""

    first: int
    score: NDArray[np.float64]
    probability: NDArray[np.float64]

    @property
    def end(self) -> int:
        return self.first + int(self.score.shape[-1])


class WindowScores:
    """Scores and probabilities of the windows of a model, added in order, kept until let go.

    Parameters
    ----------
    targets : int
        How many there are.

    Attributes
    ----------
    end : int
        Windows that were added.
    """

    def __init__(self, targets: int) -> None:
        self._parts: deque[_Part] = deque()
        self._empty = _Part(0, *(np.zeros((targets, 2, 0)) for _ in range(2)))
        self._agreements = [StrandAgreement() for _ in range(targets)]
        self.end = 0

    def add(self, result: ShardResult) -> None:
        """Take the scores of the next windows, all strands of them."""
        if not len(result.window):
            return
        first, self.end = self.end, int(result.window[-1]) + 1
        place = result.window - first
        strand = result.reverse.astype(np.int64)
        shape = (len(result.score), 2, self.end - first)
        part = _Part(first, np.full(shape, np.nan), np.full(shape, np.nan))
        part.score[:, strand, place] = result.score
        part.probability[:, strand, place] = result.probability
        self._parts.append(part)
        for agreement, scores in zip(self._agreements, part.score, strict=True):
            agreement.add(*scores)

    def forget(self, before: int) -> None:
        """Let go of windows before one, of which nothing is asked any more."""
        while self._parts and self._parts[0].end <= before:
            self._parts.popleft()

    def agreement(self, target: int) -> float:
        """Return the correlation of both strands' scores of a target; NaN when undefined."""
        return self._agreements[target].value

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
            Canonical, or some of these in a row, whose windows were all added and none let go.
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
                    for strands in of_target
                ]
            )
            for of_target in self._between(first, last + 1)
        )
        return RegionScores(
            windows=shares.counts,
            scores=scores,
            probabilities=probabilities,
            owned=shares.owned,
            elsewhere=shares.owned < lengths,
            n_share=1 - np.asarray(known, np.int64) / lengths,
        )

    def _between(self, first: int, end: int) -> Iterator[NDArray[np.float64]]:
        """Yield scores, then probabilities, of the windows from one to another."""
        near = [each for each in self._parts if each.first < end and each.end > first]
        if near and not (near[0].first <= first and end <= near[-1].end):
            raise IndexError(f"windows {first} to {end}: {near[0].first} to {self.end} are there")
        cut = slice(first - near[0].first, end - near[0].first) if near else slice(0)
        for name in ("score", "probability"):
            parts = [getattr(each, name) for each in near or [self._empty]]
            yield np.concatenate(parts, axis=-1)[..., cut]


def _mean(strands: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the strands that were explained; NaN where none has a number."""
    there = np.isfinite(strands)
    counted = there.sum(axis=0)
    total = np.where(there, strands, 0).sum(axis=0)
    return np.asarray(np.where(counted > 0, total / np.maximum(counted, 1), np.nan))

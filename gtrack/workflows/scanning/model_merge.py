"""One model's shards on their way into tracks and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import VerificationError
from gtrack.core.heads import Head
from gtrack.core.manifest import TrackSpec
from gtrack.core.scan.first_view import Peak
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.percentile import AbsolutePercentile
from gtrack.core.scan.plan import ModelPlan, Plan
from gtrack.core.scan.region_scores import correlation, mean_over, region_shares
from gtrack.core.scan.runs import finite_runs
from gtrack.core.scan.shard import ShardResult
from gtrack.core.targets import Target, path_of, track_url
from gtrack.io.bigwig import BigWigWriter
from gtrack.io.shards import read_shard, shard_path

_STRANDS = {"values": "", "forward": ".forward", "backward": ".reverse"}


@dataclass(frozen=True, slots=True)
class TargetSummary:
    """What became of one target: a line of the end summary.

    `largest` is the largest |relevance|, 0 where all of it is 0; `constant` says that every base
    has the same.
    """

    target: Target
    explained: str
    strand_correlation: float
    largest: float
    constant: bool


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """What became of one model's scan.

    `owned_elsewhere` counts the regions that have values from windows of neighbouring regions.
    """

    name: str
    head: Head
    targets: tuple[TargetSummary, ...]
    windows: int
    windows_dropped: int
    bases: int
    owned_elsewhere: int
    strand_from: str


class ModelMerge:
    """The shards of one model of a plan: its rows, and then its tracks and its summary."""

    def __init__(self, plan: Plan, model: ModelPlan, out: Path) -> None:
        self._plan, self._model, self._out = plan, model, out
        self._grid, self._targets = plan.grid(model.name), plan.targets_of(model.name)
        shape = (len(self._targets), 2, len(self._grid))  # target, strand, window
        self._score = np.full(shape, np.nan)
        self._probability = np.full(shape, np.nan)
        self._elsewhere = 0
        self.tracks: list[TrackSpec] = []
        self._constant: list[bool] = []

    def windows(self) -> Iterator[tuple[object, ...]]:
        """Write the tracks; meanwhile yield the rows of windows.tsv."""
        columns = list(_STRANDS) if self._plan.options.per_strand_tracks else ["values"]
        with ExitStack() as stack:
            writers = [
                [
                    stack.enter_context(_Track(self._plan, target, self._out, column))
                    for column in columns
                ]
                for target in self._targets
            ]
            for shard in range(self._plan.n_shards):
                pools = self._plan.shard(shard, self._model.name)
                if not pools:
                    continue
                path = shard_path(self._out / "shards", shard)
                result = read_shard(path, self._plan.shard_seal(shard), self._model.name)
                for target, of_target in enumerate(writers):
                    for column, writer in zip(columns, of_target, strict=True):
                        values = getattr(result, column)[target]
                        writer.add(self._grid, pools[0][1], pools[-1][2], values)
                strand = result.reverse.astype(np.int64)
                self._score[:, strand, result.window] = result.score
                self._probability[:, strand, result.window] = result.probability
                yield from _window_rows(self._grid, self._targets, result)
        self._constant = [of_target[0].constant for of_target in writers]
        written = [writer for of_target in writers for writer in of_target]
        self.tracks = [writer.spec() for writer in written if writer.bases]
        for track in self.tracks:
            if track.kind == "relevance" and track.bases != self._plan.covered[self._model.name]:
                raise VerificationError(
                    f"{self._out / path_of(track.url)}: {track.bases} bases have a value, but "
                    f"{self._plan.covered[self._model.name]} were planned; please report this"
                )

    def regions(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of regions.tsv."""
        score, probability = (
            [np.vstack([each, _mean(each)]) for each in of_target]
            for of_target in (self._score, self._probability)
        )
        regions = self._plan.regions
        for index, share in enumerate(region_shares(self._grid, regions)):
            region, known = regions[index], self._plan.known[index]
            self._elsewhere += share.owned < len(region)
            for target in self._targets:
                yield (
                    *(index, region.chrom, region.start, region.end, region.name, region.strand),
                    *(self._model.name, target.label, len(share.windows)),
                    *(mean_over(share, strand) for strand in score[target.place]),
                    *(mean_over(share, strand) for strand in probability[target.place]),
                    *(share.owned, 1 - known / len(region)),
                )

    def summary(self) -> ModelSummary:
        """Return the model's part of the end summary, once both tables are written."""
        largest = {t.url: t.largest for t in self.tracks if t.kind == "relevance"}
        return ModelSummary(
            name=self._model.name,
            head=self._model.head,
            targets=tuple(
                TargetSummary(
                    target=target,
                    explained=self._model.head.explained(target.index),
                    strand_correlation=correlation(*self._score[target.place]),
                    largest=largest[track_url(target.stem)] or 0.0,
                    constant=self._constant[target.place],
                )
                for target in self._targets
            ),
            windows=len(self._grid),
            windows_dropped=self._grid.dropped,
            bases=self._plan.covered[self._model.name],
            owned_elsewhere=self._elsewhere,
            strand_from=self._model.strand_from,
        )


class _Track:
    """One bigWig under way."""

    def __init__(self, plan: Plan, target: Target, out: Path, column: str) -> None:
        self._chroms = tuple(plan.chrom_sizes)
        self._target, self._strand = target, _STRANDS[column].lstrip(".")
        self._url = track_url(target.stem + _STRANDS[column])
        self._writer = BigWigWriter(out / path_of(self._url), plan.chrom_sizes)
        self._percentile, self._peak = AbsolutePercentile(), Peak()
        self._sizes, self.bases = plan.chrom_sizes, 0
        self._least, self._most = np.inf, -np.inf

    @property
    def constant(self) -> bool:
        """Whether every value is the same."""
        return self.bases > 0 and self._least == self._most

    def __enter__(self) -> _Track:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if kind is None and self.bases:
            self._writer.close()
        else:  # a strand that no window was explained on has no track
            self._writer.discard()

    def add(self, grid: WindowGrid, first: int, end: int, values: NDArray[np.float32]) -> None:
        """Add the owned bases of the windows ``first`` to ``end``."""
        low, high = np.searchsorted(grid.run_window, [first, end])
        runs = slice(int(low), int(high))
        chrom = grid.chrom[grid.run_window[runs]]
        for at, start, run in finite_runs(chrom, grid.run_start[runs], grid.run_end[runs], values):
            self._writer.add(self._chroms[at], start, run)
            self._percentile.add(run)
            self._peak.add(self._chroms[at], start, run)
            self._least = min(self._least, float(run.min()))
            self._most = max(self._most, float(run.max()))
            self.bases += len(run)

    def spec(self) -> TrackSpec:
        """Describe the finished track."""
        strand = f"-{self._strand}" if self._strand else ""
        return TrackSpec(
            name=self._target.stem + strand,
            kind="relevance" + strand,
            format="bigWig",
            model=self._target.model,
            target=self._target.among,
            url=self._url,
            p99=self._percentile.at(0.99),
            largest=self._percentile.largest,
            bases=self.bases,
            peak=self._peak.place(self._sizes),
        )


def _window_rows(
    grid: WindowGrid, targets: Sequence[Target], result: ShardResult
) -> Iterator[tuple[object, ...]]:
    for at, window in enumerate(result.window.tolist()):
        low, high = np.searchsorted(grid.wanted_window, [window, window + 1])
        askers = ",".join(map(str, grid.wanted_region[low:high].tolist()))
        runs = grid.runs_of(window)
        for target in targets:
            score = float(result.score[target.place, at])
            total = float(result.relevance_sum[target.place, at])
            unplaced = float(result.unplaced[target.place, at])
            yield (
                *(grid.chroms[grid.chrom[window]], grid.start[window], grid.end[window]),
                *("-" if result.reverse[at] else "+", askers, target.model, target.label),
                *(score, float(result.probability[target.place, at]), total, unplaced),
                *(score - total - unplaced, result.bases[at], result.tokens[at]),
                *(runs[0][0], runs[-1][1]),
            )


def _mean(strands: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the strands that were explained; NaN where none has a number."""
    there = np.isfinite(strands)
    counted = there.sum(axis=0)
    total = np.where(there, strands, 0).sum(axis=0)
    return np.asarray(np.where(counted > 0, total / np.maximum(counted, 1), np.nan))

"""``gtrack merge``: finished shards to verified tracks, tables and the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError, VerificationError
from gtrack.core.first_view import Peak
from gtrack.core.manifest import TrackSpec
from gtrack.core.percentile import AbsolutePercentile
from gtrack.core.plan import ModelPlan, Plan
from gtrack.core.region_scores import correlation, mean_over, region_shares
from gtrack.core.runs import finite_runs
from gtrack.core.shard import ShardResult
from gtrack.core.windows import WindowGrid
from gtrack.io.bed import write_bed
from gtrack.io.bigwig import BigWigWriter
from gtrack.io.plan_folder import read_plan
from gtrack.io.shards import is_done, read_shard, shard_path
from gtrack.io.tables import REGION_COLUMNS, WINDOW_COLUMNS, write_table
from gtrack.publish.manifest import read_manifest
from gtrack.workflows.annotations import annotation_tracks
from gtrack.workflows.job import holding
from gtrack.workflows.null import NullSummary, merge_null, null_done, null_record
from gtrack.workflows.owned import SHARDS, Owned
from gtrack.workflows.record import copy_genome, make_manifest, publish_scan

_STRANDS = {"values": "", "forward": ".forward", "backward": ".reverse"}


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """What became of one model's scan: one line of the end summary.

    `owned_elsewhere` counts the regions that have values from windows of neighbouring regions.
    """

    name: str
    windows: int
    windows_dropped: int
    bases: int
    owned_elsewhere: int
    strand_correlation: float
    strand_from: str


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """The account of a scan: every region that was given is in it.

    `models` is empty when the tracks stood there already and only the null was added.
    """

    out: Path
    given: int
    duplicates: int
    scanned: int
    without_bases: int
    models: tuple[ModelSummary, ...]
    tracks: tuple[TrackSpec, ...]
    null: tuple[NullSummary, ...] = ()


def merge(out: Path) -> ScanSummary | None:
    """Merge the shards of a planned scan; None when that was done before.

    Raises
    ------
    InputError
        When there is no plan, or shards are missing.
    VerificationError
        When a shard is damaged, or a track does not hold what was planned.
    OutputError
        When the disk refuses, or another run holds the folder.
    """
    with holding(out):
        plan = read_plan(out / "plan")
        if not is_finished(plan, out):
            return merge_shards(plan, out)
        Owned.of(out).remove(*SHARDS)
        return None


def is_finished(plan: Plan, out: Path) -> bool:
    """Tell whether tracks and null of just this plan are all there; then its shards can go."""
    if not is_merged(plan, out) or not null_done(plan, out):
        return False
    listed = read_manifest(out / "manifest.json").null
    return plan.null is None or (listed is not None and listed["bases"] == plan.null.bases)


def is_merged(plan: Plan, out: Path) -> bool:
    """Tell whether the tracks and tables of just this plan are all there."""
    path = out / "manifest.json"
    if not path.exists():
        return False
    manifest = read_manifest(path)
    tracks = [track.url for track in manifest.tracks if track.format == "bigWig"]
    files = ["regions.bed", "regions.tsv", "windows.tsv", *tracks]
    return manifest.plan_sha256 == plan.digest and all((out / name).is_file() for name in files)


def merge_shards(plan: Plan, out: Path) -> ScanSummary:
    """Merge the shards of a scan folder that the caller holds; see :func:`merge`.

    Tracks that stand there already stay, when only the null is new.
    """
    if is_merged(plan, out):
        manifest = read_manifest(out / "manifest.json")
        tracks = tuple(track for track in manifest.tracks if track.format == "bigWig")
        return _finish(plan, out, tracks, (), manifest.genome["fasta"])
    shards = out / "shards"
    missing = [k for k in range(plan.n_shards) if not is_done(shard_path(shards, k), plan.digest)]
    if missing:
        raise InputError(
            f"{out}: {len(missing)} of {plan.n_shards} shards are missing or damaged (first: "
            f"{missing[0]}); run gtrack scan --plan {out} --shard {missing[0]}"
        )
    Owned.of(out).sweep()
    write_bed(out / "regions.bed", plan.regions)
    merged = [_ModelMerge(plan, model, out) for model in plan.models]
    rows = (row for each in merged for row in each.windows())
    write_table(out / "windows.tsv", WINDOW_COLUMNS, rows)
    write_table(
        out / "regions.tsv", REGION_COLUMNS, (row for each in merged for row in each.regions())
    )
    tracks = tuple(track for each in merged for track in each.tracks)
    models = tuple(each.summary() for each in merged)
    return _finish(plan, out, tracks, models, copy_genome(plan, out))


def _finish(
    plan: Plan,
    out: Path,
    tracks: tuple[TrackSpec, ...],
    models: tuple[ModelSummary, ...],
    fasta: str | None,
) -> ScanSummary:
    """Merge the null and write the manifest; hits of tracks or a null before these go."""
    before = Owned.of(out)  # it knows the hits that the manifest lists now
    null = merge_null(plan, out)
    shown = (*tracks, *annotation_tracks(out))
    manifest = make_manifest(plan, shown, fasta, null_record(plan, null))
    publish_scan(out, manifest)
    before.remove("hits", *SHARDS)
    return ScanSummary(
        out=out,
        given=plan.given,
        duplicates=plan.given - len(plan.regions),
        scanned=len(plan.regions),
        without_bases=sum(known == 0 for known in plan.known),
        models=models,
        tracks=tracks,
        null=null,
    )


class _ModelMerge:
    """One model's shards on their way into tracks and tables."""

    def __init__(self, plan: Plan, model: ModelPlan, out: Path) -> None:
        self._plan, self._model, self._out = plan, model, out
        self._grid = plan.grid(model.name)
        shape = (2, len(self._grid))  # forward, reverse
        self._score = np.full(shape, np.nan)
        self._probability = np.full(shape, np.nan)
        self._elsewhere = 0
        self.tracks: list[TrackSpec] = []

    def windows(self) -> Iterator[tuple[object, ...]]:
        """Write the tracks; meanwhile yield the rows of windows.tsv."""
        columns = list(_STRANDS) if self._plan.options.per_strand_tracks else ["values"]
        with ExitStack() as stack:
            writers = {
                column: stack.enter_context(_Track(self._plan, self._model, self._out, column))
                for column in columns
            }
            for shard in range(self._plan.n_shards):
                pools = self._plan.shard(shard, self._model.name)
                if not pools:
                    continue
                path = shard_path(self._out / "shards", shard)
                result = read_shard(path, self._plan.digest, self._model.name)
                for column, writer in writers.items():
                    writer.add(self._grid, pools[0][1], pools[-1][2], getattr(result, column))
                strand = result.reverse.astype(np.int64)
                self._score[strand, result.window] = result.score
                self._probability[strand, result.window] = result.probability
                yield from _window_rows(self._grid, self._model.name, result)
        self.tracks = [writer.spec() for writer in writers.values() if writer.bases]
        if self.tracks[0].bases != self._plan.covered[self._model.name]:
            raise VerificationError(
                f"{self._out / self.tracks[0].url}: {self.tracks[0].bases} bases have a value, but "
                f"{self._plan.covered[self._model.name]} were planned; please report this"
            )

    def regions(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of regions.tsv."""
        score = np.vstack([self._score, _mean(self._score)])
        probability = np.vstack([self._probability, _mean(self._probability)])
        regions = self._plan.regions
        for index, share in enumerate(region_shares(self._grid, regions)):
            region, known = regions[index], self._plan.known[index]
            self._elsewhere += share.owned < len(region)
            yield (
                *(index, region.chrom, region.start, region.end, region.name, region.strand),
                *(self._model.name, len(share.windows)),
                *(mean_over(share, strand) for strand in score),
                *(mean_over(share, strand) for strand in probability),
                *(share.owned, 1 - known / len(region)),
            )

    def summary(self) -> ModelSummary:
        """Return the model's line of the end summary, once both tables are written."""
        return ModelSummary(
            name=self._model.name,
            windows=len(self._grid),
            windows_dropped=self._grid.dropped,
            bases=self._plan.covered[self._model.name],
            owned_elsewhere=self._elsewhere,
            strand_correlation=correlation(*self._score),
            strand_from=self._model.strand_from,
        )


class _Track:
    """One bigWig under way."""

    def __init__(self, plan: Plan, model: ModelPlan, out: Path, column: str) -> None:
        self._chroms = tuple(plan.chrom_sizes)
        self._model, self._strand = model.name, _STRANDS[column].lstrip(".")
        self._url = f"tracks/{model.name}{_STRANDS[column]}.relevance.bw"
        self._writer = BigWigWriter(out / self._url, plan.chrom_sizes)
        self._percentile, self._peak = AbsolutePercentile(), Peak()
        self._sizes, self.bases = plan.chrom_sizes, 0

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
            self.bases += len(run)

    def spec(self) -> TrackSpec:
        """Describe the finished track."""
        strand = f"-{self._strand}" if self._strand else ""
        return TrackSpec(
            name=self._model + strand,
            kind="relevance" + strand,
            format="bigWig",
            model=self._model,
            url=self._url,
            p99=self._percentile.at(0.99),
            largest=self._percentile.largest,
            bases=self.bases,
            peak=self._peak.place(self._sizes),
        )


def _window_rows(grid: WindowGrid, name: str, result: ShardResult) -> Iterator[tuple[object, ...]]:
    for at, window in enumerate(result.window.tolist()):
        low, high = np.searchsorted(grid.wanted_window, [window, window + 1])
        askers = ",".join(map(str, grid.wanted_region[low:high].tolist()))
        runs = grid.runs_of(window)
        score, total = float(result.score[at]), float(result.relevance_sum[at])
        unplaced = float(result.unplaced[at])
        yield (
            *(grid.chroms[grid.chrom[window]], grid.start[window], grid.end[window]),
            *("-" if result.reverse[at] else "+", askers, name),
            *(score, float(result.probability[at]), total, unplaced, score - total - unplaced),
            *(result.bases[at], result.tokens[at], runs[0][0], runs[-1][1]),
        )


def _mean(strands: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the strands that were explained; every window has one at least."""
    there = np.isfinite(strands)
    return np.asarray(np.where(there, strands, 0).sum(axis=0) / there.sum(axis=0))

"""The shards of one model, joined: its tracks, its rows of both tables, and its summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from gtrack.core.errors import VerificationError
from gtrack.core.heads import Head
from gtrack.core.manifest import TrackSpec
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import ModelPlan, Plan
from gtrack.core.scan.runs import ValuedRuns
from gtrack.core.scan.shard import ShardResult
from gtrack.core.scan.shard_cuts import cut_by_windows
from gtrack.core.scan.table_columns import Column, region_columns, window_columns
from gtrack.core.scan.track_statistics import TrackStatistics
from gtrack.core.scan.window_scores import WindowScores
from gtrack.core.targets import Target, path_of, track_url
from gtrack.engines.local import Threads, available_cores
from gtrack.io.bigwig import BigWigWriter
from gtrack.io.bigwig.compression import Each
from gtrack.workflows.folder.run_record import asked_workers
from gtrack.workflows.folder.scan_folder import ScanFolder

_STRANDS = {"values": "", "forward_values": ".forward", "reverse_values": ".reverse"}

Write = Callable[[Sequence[Column]], None]
"""Writes rows of a table by their columns."""


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

    `owned_elsewhere` counts the regions that have values from windows of neighbouring regions;
    `stranded` says that every region has a strand of its own.
    """

    name: str
    head: Head
    targets: tuple[TargetSummary, ...]
    windows: int
    windows_dropped: int
    bases: int
    owned_elsewhere: int
    strand_from: str
    stranded: bool


@dataclass(frozen=True, slots=True)
class MergedModel:
    """One model's part of a finished scan."""

    tracks: tuple[TrackSpec, ...]
    summary: ModelSummary


def merge_model(
    plan: Plan, model: ModelPlan, folder: ScanFolder, windows: Write, regions: Write
) -> MergedModel:
    """Join one model's shards.

    Parameters
    ----------
    plan : Plan
    model : ModelPlan
    folder : ScanFolder
        Whose shards are all there.
    windows, regions : callable
        Write rows of ``windows.tsv`` and ``regions.tsv``.

    Raises
    ------
    VerificationError
        When a shard is damaged, or a track does not hold what was planned.
    """
    grid, targets = plan.grid(model.name), plan.targets_of(model.name)
    scores = WindowScores(len(targets), len(grid))
    with _Tracks(plan, targets, folder) as tracks:
        for shard in range(plan.n_shards):
            pools = plan.shard(shard, model.name)
            if pools:
                result = folder.parts.read_shard(plan, shard, model.name)
                scores.add(result)
                for first, end, part in cut_by_windows(grid, pools, result):
                    tracks.add(grid, first, end, part)
                    windows(window_columns(grid, targets, part))
                del result, part  # before the next is read
    specs = tuple(track.spec() for track in tracks.written)
    for spec in specs:
        if spec.kind == "relevance" and spec.bases != plan.covered[model.name]:
            raise VerificationError(
                f"{folder.out / path_of(spec.url)}: {spec.bases} bases have a value, but "
                f"{plan.covered[model.name]} were planned; please report this"
            )
    owned_elsewhere = 0
    for columns, elsewhere in region_columns(plan, targets, scores):
        regions(columns)
        owned_elsewhere += elsewhere
    found = zip(targets, tracks.statistics, strict=True)
    summary = ModelSummary(
        name=model.name,
        head=model.head,
        targets=tuple(
            TargetSummary(
                target=target,
                explained=model.head.explained(target.index),
                strand_correlation=scores.agreement(target.place),
                largest=statistics.largest,
                constant=statistics.constant,
            )
            for target, statistics in found
        ),
        windows=len(grid),
        windows_dropped=grid.dropped,
        bases=plan.covered[model.name],
        owned_elsewhere=owned_elsewhere,
        strand_from=model.strand_from,
        stranded=plan.regions.stranded,
    )
    return MergedModel(specs, summary)


_MOST_THREADS = 8
"""Threads that compress a track, at most: one lays its sections, and writes tables beside it."""


class _Tracks:
    """The bigWigs of one model under way: one a target, and one a strand where that is wanted."""

    def __init__(self, plan: Plan, targets: Sequence[Target], folder: ScanFolder) -> None:
        columns = list(_STRANDS) if plan.options.per_strand_tracks else ["values"]
        self._wanted = [(target, column) for target in targets for column in columns]
        self._plan, self._folder, self._all = plan, folder, dict[tuple[Target, str], _Track]()
        self._stack = ExitStack()

    def __enter__(self) -> _Tracks:
        with self._stack:
            each = self._stack.enter_context(_compressing(self._folder))
            for target, column in self._wanted:
                track = _Track(self._plan, target, self._folder, column, each)
                self._all[target, column] = self._stack.enter_context(track)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *error: object) -> bool | None:
        return self._stack.__exit__(*error)  # type: ignore[arg-type]

    def add(self, grid: WindowGrid, first: int, end: int, result: ShardResult) -> None:
        """Add the owned bases of the windows ``first`` to ``end``."""
        for (target, column), track in self._all.items():
            values = getattr(result, column)[target.place]
            for chrom, runs in grid.runs_between(first, end, values).by_chrom():
                track.add(grid.chroms[chrom], runs)

    @property
    def written(self) -> list[_Track]:
        """Those that hold something."""
        return [track for track in self._all.values() if track.statistics.bases]

    @property
    def statistics(self) -> list[TrackStatistics]:
        """Of the track of each target, both strands together."""
        return [each.statistics for (_, column), each in self._all.items() if column == "values"]


@contextmanager
def _compressing(folder: ScanFolder) -> Iterator[Each]:
    """Give what compresses and checks sections, in as many threads as the scan may use."""
    asked = asked_workers(folder.read_run()) if folder.has_run() else None
    threads = min(asked or available_cores(), _MOST_THREADS)
    if threads == 1:
        yield map
        return
    pool = Threads(threads)
    try:
        yield pool.map
    finally:
        pool.close()


class _Track:
    """One bigWig under way."""

    def __init__(
        self, plan: Plan, target: Target, folder: ScanFolder, column: str, each: Each
    ) -> None:
        self._target, self._strand = target, _STRANDS[column].lstrip(".")
        self._url, self._sizes = track_url(target.stem + _STRANDS[column]), plan.chrom_sizes
        self._writer = BigWigWriter(folder.out / path_of(self._url), plan.chrom_sizes, each=each)
        self.statistics = TrackStatistics()

    def __enter__(self) -> _Track:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if kind is None and self.statistics.bases:
            self._writer.close()
        else:  # a strand that no window was explained on has no track
            self._writer.discard()

    def add(self, chrom: str, runs: ValuedRuns) -> None:
        """Add runs of adjacent bases of one chromosome."""
        self._writer.add_runs(chrom, runs.start, runs.size, runs.values)
        self.statistics.add_runs(chrom, runs.start, runs.size, runs.values)

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
            p99=self.statistics.p99,
            largest=self.statistics.largest,
            bases=self.statistics.bases,
            peak=self.statistics.peak(self._sizes),
        )

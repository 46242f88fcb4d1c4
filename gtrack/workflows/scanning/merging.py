"""The shards of one model, joined: its tracks and its rows of both tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from gtrack.core.errors import VerificationError
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.shard import ShardResult
from gtrack.core.scan.shard_cuts import cut_by_windows
from gtrack.core.scan.table_columns import RegionRows, window_columns
from gtrack.core.scan.track_statistics import TrackStatistics
from gtrack.core.scan.window_scores import WindowScores
from gtrack.core.targets import Target, path_of
from gtrack.engines.local import Threads, available_cores
from gtrack.io.bigwig.compression import Each
from gtrack.io.tables import WriteColumns
from gtrack.workflows.folder.new_track import NewTrack
from gtrack.workflows.folder.run_record import asked_workers
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.merged import MergedModel

_STRANDS = {"values": "", "forward_values": "forward", "reverse_values": "reverse"}


class ModelMerging:
    """One model's shards on their way into its tracks and its rows of both tables.

    The tracks appear when the ``with`` block ends.

    Parameters
    ----------
    plan : Plan
    order : int
        Of the model in the plan.
    folder : ScanFolder
    windows, regions : callable
        Write rows of ``windows.tsv`` and ``regions.tsv``.

    Raises
    ------
    VerificationError
        At the end of the block, when a track does not hold what was written.
    """

    def __init__(
        self,
        plan: Plan,
        order: int,
        folder: ScanFolder,
        windows: WriteColumns,
        regions: WriteColumns,
    ) -> None:
        self._plan, self._order, self._model = plan, order, plan.models[order]
        self._folder, self._windows, self._regions = folder, windows, regions
        self._grid, self._targets = plan.grid(self._model.name), plan.targets_of(self._model.name)
        self._scores = WindowScores(len(self._targets))
        self._rows = RegionRows(plan, self._targets, self._scores)
        self._tracks = _Tracks(plan, self._targets, folder)

    def __enter__(self) -> ModelMerging:
        self._tracks.__enter__()
        return self

    def __exit__(self, *error: object) -> bool | None:
        return self._tracks.__exit__(*error)

    def add(self, shard: int) -> None:
        """Take the next shard, which is on disk; they come in order.

        Raises
        ------
        VerificationError
            When it is damaged.
        OutputError
            When the disk refuses.
        """
        plan, grid = self._plan, self._grid
        if pools := plan.shard(shard, self._model.name):
            result = self._folder.parts.read_shard(plan, shard, self._model.name)
            self._scores.add(result)
            for first, end, part in cut_by_windows(grid, pools, result):
                self._tracks.add(grid, first, end, part)
                self._windows(window_columns(grid, self._targets, part), self._order)
            for columns in self._rows.ready():
                self._regions(columns, self._order)

    def merged(self) -> MergedModel:
        """Describe what was made; all shards were added.

        Raises
        ------
        VerificationError
            When a track does not hold what was planned.
        """
        plan, model, targets = self._plan, self._model, self._targets
        specs = tuple(track.relevance_spec() for track in self._tracks.written)
        for spec in specs:
            if spec.kind == "relevance" and spec.bases != plan.covered[model.name]:
                raise VerificationError(
                    f"{self._folder.out / path_of(spec.url)}: {spec.bases} bases have a value, but "
                    f"{plan.covered[model.name]} were planned; please report this"
                )
        statistics = self._tracks.statistics
        return MergedModel(
            tracks=specs,
            strand_correlations=tuple(self._scores.agreement(each.place) for each in targets),
            largest=tuple(each.largest for each in statistics),
            constant=tuple(each.constant for each in statistics),
            owned_elsewhere=self._rows.owned_elsewhere,
        )


_MOST_THREADS = 8
"""Threads that compress a track, at most: one lays its sections, and writes tables beside it."""


def tracks_of(plan: Plan, model: str) -> int:
    """Return how many tracks a model has at most."""
    return len(plan.targets_of(model)) * len(_columns(plan))


def _columns(plan: Plan) -> list[str]:
    """Return the columns of a shard that have a track for each target."""
    return list(_STRANDS) if plan.options.per_strand_tracks else ["values"]


class _Tracks:
    """The bigWigs of one model under way: one a target, and one a strand where that is wanted."""

    def __init__(self, plan: Plan, targets: Sequence[Target], folder: ScanFolder) -> None:
        self._wanted = [(target, column) for target in targets for column in _columns(plan)]
        self._plan, self._folder, self._all = plan, folder, dict[tuple[Target, str], NewTrack]()
        self._stack = ExitStack()

    def __enter__(self) -> _Tracks:
        with self._stack:
            each = self._stack.enter_context(_compressing(self._folder))
            for target, column in self._wanted:
                asked = self._folder, self._plan.chrom_sizes, target, "relevance", _STRANDS[column]
                self._all[target, column] = self._stack.enter_context(NewTrack(*asked, each))
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
    def written(self) -> list[NewTrack]:
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

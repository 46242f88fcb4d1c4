"""One shard of a scan or part of its null: explain windows and keep what they own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gtrack.attribution.pool import NotFinite, PoolExplainer, Prepared, Wait
from gtrack.core.errors import InputError
from gtrack.core.ports import OnBatch, Runner, SequenceModel
from gtrack.core.scan.answers import Answers
from gtrack.core.scan.batches import share
from gtrack.core.scan.busy import Busy
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.projection import Projection
from gtrack.core.scan.shard import ShardResult, assemble
from gtrack.engines.stages import Stages
from gtrack.io.bigwig import BigWigReader
from gtrack.io.fasta import Genome
from gtrack.workflows.folder.genome import planned_sequences
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.method import make_method
from gtrack.workflows.scanning.null import null_name
from gtrack.workflows.scanning.piece_log import PieceLog
from gtrack.workflows.scanning.pools import Found, Kept, Pool, Read, pools_of, pools_of_null
from gtrack.workflows.scanning.rows import read_rows
from gtrack.workflows.scanning.tasks import Task, task_done


@dataclass(frozen=True, slots=True)
class _End:
    """No pool, but the end of a piece of work, which may have been on disk before."""

    task: Task
    there: bool


class ShardScanner:
    """Everything that shards need, opened once: genome, models under their rules, an engine.

    Parameters
    ----------
    plan : Plan
    folder : ScanFolder
        Where the results go.
    fasta, weights : Path
        Genome, and the bigWig of ``--projection weighted`` or None.
    models : mapping of str to SequenceModel
        Opened models by name.
    runner : Runner
        Runs the batches of a pool.
    stages : Stages, optional
        A thread that reads and one that computes, ahead of this one, which writes; without them
        this one does it all in turn.
    stays : bool, optional
        See :class:`gtrack.attribution.pool.PoolExplainer`.
    """

    def __init__(
        self,
        plan: Plan,
        folder: ScanFolder,
        fasta: Path,
        weights: Path | None,
        models: Mapping[str, SequenceModel],
        runner: Runner,
        stages: Stages | None = None,
        stays: bool | None = None,
    ) -> None:
        self._plan, self._folder, self._fasta, self._weights = plan, folder, fasta, weights
        self._track: BigWigReader | None = None
        self._models, self._runner, self._stages, self._stays = models, runner, stages, stays
        self._explainers: dict[str, PoolExplainer] = {}
        self._method = make_method(plan.options)
        self._stack = ExitStack()
        self._busy, self._log = Busy(), PieceLog(folder, plan)

    def __enter__(self) -> ShardScanner:
        with self._stack:
            self._genome = self._stack.enter_context(Genome.open(self._fasta))
            if self._weights is not None:
                self._track = self._stack.enter_context(BigWigReader(self._weights))
            for planned in self._plan.models:
                model = self._models[planned.name]
                self._explainers[planned.name] = PoolExplainer(
                    planned.name,
                    model,
                    self._stack.enter_context(self._method.applied(model)),
                    planned.contrasts,
                    planned.batch_units,
                    self._method.per_base,
                    self._runner,
                    self._stays,
                )
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def done(self, task: Task) -> bool:
        """Tell whether a piece of work is on disk, whole and of this plan."""
        return task_done(self._plan, self._folder, task)

    def scan(
        self, tasks: Iterable[Task], on_batch: OnBatch
    ) -> Generator[tuple[Task, bool], None, None]:
        """Do pieces of work; yield each when it is on disk, and whether it was there before."""
        kept = Kept(self._plan)
        with closing(self._results(self._pools(tasks), on_batch)) as results:
            for each in results:
                if not isinstance(each, _End):
                    kept.take(each)
                elif not each.there:
                    with self._busy.during("writing"):
                        self._write(each.task, kept)
                    self._log.done(each.task, kept.pools, self._busy.taken())
                    kept.clear()
                if isinstance(each, _End):
                    yield each.task, each.there
                del each  # else it would wait for the next

    def _pools(self, tasks: Iterable[Task]) -> Iterator[Pool | _End]:
        """Yield the pools of each piece of work that is not done, and its end."""
        plan = self._plan
        for task in tasks:
            there = self.done(task)
            if not there:
                self._log.begun(task)
                yield from (
                    pools_of_null(plan, task.index) if task.null else pools_of(plan, task.index)
                )
            yield _End(task, there)

    def _results(
        self, pools: Iterator[Pool | _End], on_batch: OnBatch
    ) -> Generator[Found | _End, None, None]:
        """Yield what every pool gives, in their order, however many threads there are."""
        if self._stages is None:
            for pool in pools:
                yield pool if isinstance(pool, _End) else self._in_turn(pool, on_batch)
            return
        try:
            with closing(self._stages.map(self._prepare, self._begin, pools)) as found:
                for each in found:
                    yield each if isinstance(each, _End) else self._waited(*each, on_batch)
        except NotFinite as problem:  # no thread uses the model any more
            problem.again()

    def _in_turn(self, pool: Pool, on_batch: OnBatch) -> Found:
        """Do all of a pool."""
        read, tell = self._rows(pool), self._teller(pool, on_batch)
        explainer = self._explainers[pool.model.name]
        with self._busy.during("model"):
            answers = explainer(read.rows.encodings, read.texts, read.called, tell)
        return Found.of(read, self._assembled(read, answers))

    def _prepare(self, pool: Pool | _End) -> tuple[Read, Prepared] | _End:
        """Read a pool, and lay it: the reader's step."""
        if isinstance(pool, _End):
            return pool
        read, explainer = self._rows(pool), self._explainers[pool.model.name]
        with self._busy.during("tokenising"):  # what the device waits for
            return read, explainer.prepare(read.rows.encodings, read.texts, read.called)

    def _begin(self, pool: tuple[Read, Prepared] | _End) -> tuple[Read, Wait] | _End:
        """Compute a pool: the device's step."""
        if isinstance(pool, _End):
            return pool
        read, prepared = pool
        with self._busy.during("model"):
            return read, self._explainers[read.pool.model.name].begin(prepared)

    def _waited(self, read: Read, wait: Wait, on_batch: OnBatch) -> Found:
        """Take what a pool gave: the step of the thread that writes."""
        with self._busy.during("model"):  # counted once where the next pool is begun meanwhile
            answers = wait()
        self._teller(read.pool, on_batch)(0, 1)
        return Found.of(read, self._assembled(read, answers))

    def _teller(self, pool: Pool, on_batch: OnBatch) -> Callable[[int, int], None]:
        """Return what tells of a batch of a pool: its number, of how many."""
        name = pool.model.name if pool.drawn is None else null_name(pool.model.name)
        totals = pool.end - pool.first, pool.grid.owned(pool.first, pool.end)
        return lambda number, batches: on_batch(name, *share(number, batches, *totals))

    def _rows(self, pool: Pool) -> Read:
        """Return a pool as its model reads it."""
        grid, name = pool.grid, pool.model.name
        with self._busy.during("reading"):
            sequences = self._read(grid, pool.first, pool.end, pool.sha256)
            if pool.drawn is not None:
                sequences = pool.drawn.shuffled(pool.first, sequences)
        with self._busy.during("tokenising"):
            rows, texts = read_rows(
                name, self._models[name], grid, pool.first, sequences, self._track
            )
        return Read(pool, sequences, rows, texts)

    def _read(self, grid: WindowGrid, first: int, end: int, sha256: str) -> list[str]:
        """Return a pool's sequences, once they are proven to be those of the plan."""
        sequences = planned_sequences(self._genome, grid, first, end, sha256)
        if sequences is None:
            raise InputError(
                f"{self._fasta}: the sequence near {grid.locus(first)} changed since the plan was "
                "made; restore the file, or start anew with --overwrite"
            )
        return sequences

    def _assembled(self, read: Read, answers: Answers) -> ShardResult:
        options = self._plan.options
        with self._busy.during("projecting"):
            return assemble(
                read.pool.grid,
                read.rows,
                answers.outputs,
                answers.relevance,
                read.pool.model,
                cast(Projection, options.projection),
                per_strand=options.per_strand_tracks and read.pool.drawn is None,
                per_base=self._method.per_base,
            )

    def _write(self, task: Task, kept: Kept) -> None:
        """Write a piece of work."""
        plan, parts = self._plan, self._folder.parts
        if not task.null:
            results = {name: each.result() for name, each in kept.columns.items()}
            parts.write_shard(plan, task.index, results)
        for each in kept.drawn:
            name, drawn, first = each.pool.model.name, each.pool.drawn, each.pool.first
            assert drawn is not None
            for target in plan.targets_of(name):
                values = each.result.values[target.place]
                segments = drawn.segments(first, each.sequences, values)
                parts.write_null_part(plan, target, task.index, segments)

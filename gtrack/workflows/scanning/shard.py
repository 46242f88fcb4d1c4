"""One shard of a scan or part of its null: explain windows and keep what they own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from gtrack.attribution import GROUP as METHOD_GROUP
from gtrack.attribution import METHODS
from gtrack.attribution.pool import PoolExplainer
from gtrack.core.catalogue import load
from gtrack.core.errors import InputError
from gtrack.core.ports import Attributor, Explain, OnBatch, Runner, SequenceModel
from gtrack.core.scan.batches import pool_bounds, share
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import ModelPlan, Plan, ScanOptions
from gtrack.core.scan.projection import Projection
from gtrack.core.scan.shard import ShardResult, assemble, concatenate
from gtrack.io.bigwig import BigWigReader
from gtrack.io.fasta import Genome
from gtrack.workflows.folder.genome import planned_sequences
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.null import null_name, part_done
from gtrack.workflows.scanning.rows import read_rows

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work that is done or not: a shard, or a part of the null."""

    index: int
    null: bool = False

    def __str__(self) -> str:
        return f"null part {self.index}" if self.null else f"shard {self.index}"

    @classmethod
    def named(cls, words: str) -> Task:
        """Return the piece of such words."""
        kind, _, index = words.rpartition(" ")
        return cls(int(index), null=kind == "null part")


def task_done(plan: Plan, folder: ScanFolder, task: Task) -> bool:
    """Tell whether a piece of work is on disk, whole and of this plan."""
    if task.null:
        return part_done(plan, folder, task.index)
    return folder.parts.has_shard(plan, task.index)


def tasks(plan: Plan) -> list[Task]:
    """Return all of a plan's work."""
    parts = 0 if plan.null is None else plan.null.n_parts
    return [*map(Task, range(plan.n_shards)), *(Task(part, null=True) for part in range(parts))]


def tasks_of_shard(plan: Plan, shard: int) -> list[Task]:
    """Return one shard, with the parts of the null that go with it."""
    parts = range(0) if plan.null is None else plan.null.parts(shard, plan.n_shards)
    return [Task(shard), *(Task(part, null=True) for part in parts)]


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
    """

    def __init__(
        self,
        plan: Plan,
        folder: ScanFolder,
        fasta: Path,
        weights: Path | None,
        models: Mapping[str, SequenceModel],
        runner: Runner,
    ) -> None:
        self._plan, self._folder, self._fasta = plan, folder, fasta
        self._weights = None if weights is None else BigWigReader(weights)
        self._models, self._runner = models, runner
        self._explain: dict[str, Explain] = {}
        self._method = make_method(plan.options)
        self._stack = ExitStack()

    def __enter__(self) -> ShardScanner:
        with self._stack:
            self._genome = self._stack.enter_context(Genome.open(self._fasta))
            for name, model in self._models.items():
                self._explain[name] = self._stack.enter_context(self._method.applied(model))
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def done(self, task: Task) -> bool:
        """Tell whether a piece of work is on disk, whole and of this plan."""
        return task_done(self._plan, self._folder, task)

    def scan(self, task: Task, on_batch: OnBatch) -> None:
        """Explain one piece of work and write it."""
        if task.null:
            self._scan_null(task.index, on_batch)
            return
        plan, results = self._plan, {}
        per_strand = plan.options.per_strand_tracks
        for model in plan.models:
            grid, parts = plan.grid(model.name), []
            for pool, first, end in plan.shard(task.index, model.name):
                sequences = self._read(grid, first, end, plan.pools[model.name][pool])
                tell = partial(on_batch, model.name)
                parts.append(self._scan_pool(model, grid, first, sequences, per_strand, tell))
            results[model.name] = concatenate(parts, len(model.targets))
        self._folder.parts.write_shard(plan, task.index, results)

    def _scan_null(self, part: int, on_batch: OnBatch) -> None:
        """Explain one pool of every model's shuffled windows: what was read is the only difference.

        Nothing else than the sequences differs from `scan`: the same pools, batches and strands.
        """
        null = self._plan.null
        assert null is not None
        for model in self._plan.models:
            drawn, pools = self._plan.null_grids()[model.name], null.pools[model.name]
            if part >= len(pools):
                continue
            first, end = pool_bounds(len(drawn))[part]
            sequences = drawn.shuffled(first, self._read(drawn.grid, first, end, pools[part]))
            tell = partial(on_batch, null_name(model.name))
            result = self._scan_pool(model, drawn.grid, first, sequences, False, tell)
            for target in self._plan.targets_of(model.name):
                segments = drawn.segments(first, sequences, result.values[target.place])
                self._folder.parts.write_null_part(self._plan, target, part, segments)

    def _read(self, grid: WindowGrid, first: int, end: int, sha256: str) -> list[str]:
        """Return a pool's sequences, once they are proven to be those of the plan."""
        sequences = planned_sequences(self._genome, grid, first, end, sha256)
        if sequences is None:
            raise InputError(
                f"{self._fasta}: the sequence near {grid.locus(first)} changed since the plan was "
                "made; restore the file, or start anew with --overwrite"
            )
        return sequences

    def _scan_pool(
        self,
        model_plan: ModelPlan,
        grid: WindowGrid,
        first: int,
        sequences: list[str],
        per_strand: bool,
        tell: Callable[[int, int], None],
    ) -> ShardResult:
        """Explain the windows from `first` on, whatever their sequences are."""
        name, end = model_plan.name, first + len(sequences)
        model, per_base = self._models[name], self._method.per_base
        rows, texts = read_rows(name, model, grid, first, sequences, self._weights)
        explainer = PoolExplainer(
            name,
            model,
            self._explain[name],
            model_plan.contrasts,
            model_plan.batch_units,
            per_base,
            self._runner,
        )
        totals = end - first, grid.owned(first, end)
        answers = explainer(
            rows.encodings,
            texts,
            lambda row: f"window {grid.locus(int(rows.window[row]))}",
            lambda number, batches: tell(*share(number, batches, *totals)),
        )
        return assemble(
            grid,
            rows,
            answers.outputs,
            answers.relevance,
            model_plan,
            cast(Projection, self._plan.options.projection),
            per_strand=per_strand,
            per_base=per_base,
        )


def make_method(options: ScanOptions) -> Attributor:
    """Return the attribution method that the options name."""
    method: type[Attributor] = load(METHODS, options.method, METHOD_GROUP)
    return method(options.parameters, options.precision)

"""One shard of a scan or part of its null: explain windows and keep what they own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from gtrack.attribution import GROUP as METHOD_GROUP
from gtrack.attribution import METHODS
from gtrack.core.catalogue import load
from gtrack.core.encodings import Encodings, Explained, positions
from gtrack.core.errors import InputError, ModelError
from gtrack.core.ports import Attributor, Explain, Runner, SequenceModel
from gtrack.core.scan.batches import LENGTH_STEP, BatchShape, cut_batches, pool_bounds
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import ModelPlan, Plan, ScanOptions
from gtrack.core.scan.projection import Projection
from gtrack.core.scan.shard import Rows, ShardResult, assemble, concatenate
from gtrack.io.bigwig import BigWigReader
from gtrack.io.fasta import Genome
from gtrack.io.null_files import write_null
from gtrack.io.shards import is_done, shard_path, write_shard
from gtrack.workflows.folder.sequences import pool_digest, window_sequences
from gtrack.workflows.scanning.null import null_name, part_done, part_path
from gtrack.workflows.scanning.rows import locus, read_rows

Progress = Callable[[str, int, int], None]
"""``progress(name, windows done, owned bases done)``: a model's name, or `null_name` of it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of work that is done or not: a shard, or a part of the null."""

    index: int
    null: bool = False


def units(plan: Plan) -> list[Unit]:
    """Return all of a plan's work."""
    parts = 0 if plan.null is None else plan.null.n_parts
    return [*map(Unit, range(plan.n_shards)), *(Unit(part, null=True) for part in range(parts))]


def units_of_shard(plan: Plan, shard: int) -> list[Unit]:
    """Return one shard, with the parts of the null that go with it."""
    parts = range(0) if plan.null is None else plan.null.parts(shard, plan.n_shards)
    return [Unit(shard), *(Unit(part, null=True) for part in parts)]


class ShardScanner:
    """Everything that shards need, opened once: genome, models under their rules, an engine.

    Parameters
    ----------
    plan : Plan
    out : Path
        The scan's folder; shards go to ``OUT/shards``.
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
        out: Path,
        fasta: Path,
        weights: Path | None,
        models: Mapping[str, SequenceModel],
        runner: Runner,
    ) -> None:
        self._plan, self._out, self._fasta = plan, out, fasta
        self._weights = None if weights is None else BigWigReader(weights)
        self._models, self._runner = models, runner
        self._explain: dict[str, Explain] = {}
        self._method = make_method(plan.options)
        self._nulls = plan.null_grids()
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

    def done(self, unit: Unit) -> bool:
        """Tell whether a piece of work is on disk, whole and of this plan."""
        if unit.null:
            return part_done(self._plan, self._out, unit.index)
        return is_done(
            shard_path(self._out / "shards", unit.index), self._plan.shard_seal(unit.index)
        )

    def scan(self, unit: Unit, progress: Progress) -> None:
        """Explain one piece of work and write it."""
        if unit.null:
            self._scan_null(unit.index, progress)
            return
        plan, results = self._plan, {}
        for model in plan.models:
            parts = []
            for pool, first, end in plan.shard(unit.index, model.name):
                grid, sha256 = plan.grid(model.name), plan.pools[model.name][pool]
                sequences = self._read(grid, first, end, sha256)
                tell = partial(progress, model.name)
                parts.append(
                    self._scan_pool(
                        model, grid, first, sequences, plan.options.per_strand_tracks, tell
                    )
                )
            results[model.name] = concatenate(parts, len(model.targets))
        path = shard_path(self._out / "shards", unit.index)
        write_shard(path, plan.shard_seal(unit.index), results)

    def _scan_null(self, part: int, progress: Progress) -> None:
        """Explain one pool of every model's shuffled windows: what was read is the only difference.

        Nothing else than the sequences differs from `scan`: the same pools, batches and strands.
        """
        null = self._plan.null
        assert null is not None
        for model in self._plan.models:
            drawn, pools = self._nulls[model.name], null.pools[model.name]
            if part >= len(pools):
                continue
            first, end = pool_bounds(len(drawn))[part]
            sequences = drawn.shuffled(first, self._read(drawn.grid, first, end, pools[part]))
            tell = partial(progress, null_name(model.name))
            result = self._scan_pool(model, drawn.grid, first, sequences, False, tell)
            for target in self._plan.targets_of(model.name):
                path = part_path(self._out, target.stem, part)
                path.parent.mkdir(exist_ok=True)
                segments = drawn.segments(first, sequences, result.values[target.place])
                write_null(path, null.seal(self._plan.digest, target.stem, part), segments)

    def _read(self, grid: WindowGrid, first: int, end: int, sha256: str) -> list[str]:
        """Return a pool's sequences, once they are proven to be those of the plan."""
        sequences = window_sequences(self._genome, grid, first, end)
        if pool_digest(sequences) != sha256:
            raise InputError(
                f"{self._fasta}: the sequence near {locus(grid, first)} changed since the plan "
                "was made; restore the file, or start anew with --overwrite"
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
        units = rows.encodings
        lengths = np.array([len(text) for text in texts]) if per_base else units.lengths
        edges = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        step = 1 if model_plan.exact else LENGTH_STEP
        limit = model_plan.unit_limit
        batches = cut_batches(units.lengths, model_plan.batch_units, step, limit)
        owned = grid.owned(first, end)
        outputs = np.zeros((len(rows), len(model_plan.head.names)))
        relevance = np.zeros((len(model_plan.targets), int(edges[-1])))
        work = partial(
            _explain_batch, model, self._explain[name], model_plan.contrasts, units, texts
        )
        answers = self._runner.map(_naming(work, grid, name, rows), batches)
        told = np.zeros(2, np.int64)
        for count, (batch, answer) in enumerate(zip(batches, answers, strict=True), 1):
            outputs[batch.rows] = answer.logits[: len(batch.rows)]
            size = lengths[batch.rows]
            inside = np.arange(answer.relevance.shape[-1]) < size[:, None]
            found = answer.relevance[:, : len(batch.rows)][:, inside]
            relevance[:, positions(edges[batch.rows], size)] = found
            sofar = np.array([end - first, owned]) * count // len(batches)
            tell(*(sofar - told).tolist())
            told = sofar
        return assemble(
            grid,
            rows,
            outputs,
            relevance,
            model_plan,
            cast(Projection, self._plan.options.projection),
            per_strand=per_strand,
            per_base=per_base,
        )


def make_method(options: ScanOptions) -> Attributor:
    """Return the attribution method that the options name."""
    method: type[Attributor] = load(METHODS, options.method, METHOD_GROUP)
    return method(options.parameters, options.precision)


def _explain_batch(
    model: SequenceModel,
    explain: Explain,
    contrasts: NDArray[np.float64],
    encodings: Encodings,
    texts: Sequence[str],
    batch: BatchShape,
) -> Explained:
    collated = model.collate(encodings[batch.rows], batch.n_rows, batch.n_units)
    return explain(collated, contrasts, [texts[row] for row in batch.rows.tolist()])


def _naming(
    work: Callable[[BatchShape], Explained], grid: WindowGrid, name: str, rows: Rows
) -> Callable[[BatchShape], Explained]:
    """Add the model and the place to what a batch says went wrong."""

    def named(batch: BatchShape) -> Explained:
        try:
            return work(batch)
        except ModelError as error:
            row = getattr(error, "row", None)
            near = "in window" if row is not None else "in the batch of window"
            real = min(row or 0, len(batch.rows) - 1)  # the others are dummies
            place = locus(grid, int(rows.window[batch.rows[real]]))
            raise ModelError(f"model {name}, {near} {place}: {error}") from error
        except (MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and "memory" not in str(error):
                raise  # torch says so of CPUs and GPUs alike
            units = batch.n_rows * batch.n_units
            raise ModelError(
                f"model {name}: out of memory for a batch of {batch.n_rows} x {batch.n_units} units"
                f"; give a smaller --batch-tokens, for example {max(1, units // 2)}"
            ) from error

    return named

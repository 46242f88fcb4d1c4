"""One shard of a scan: explain the windows of its pools and keep what tracks are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gtrack.attribution import METHODS
from gtrack.core.batches import BatchShape, cut_batches
from gtrack.core.catalogue import load
from gtrack.core.errors import InputError, ModelError
from gtrack.core.plan import ModelPlan, Plan, ScanOptions
from gtrack.core.ports import Attributor, Engine, Explain, SequenceModel
from gtrack.core.sequences import reverse_complement
from gtrack.core.shard import Row, ShardResult, assemble, concatenate
from gtrack.core.units import Explained
from gtrack.core.windows import FORWARD, REVERSE, WindowGrid
from gtrack.io.bigwig import BigWigReader
from gtrack.io.fasta import Genome
from gtrack.io.shards import is_done, shard_path, write_shard
from gtrack.workflows.sequences import pool_digest, window_sequences

Progress = Callable[[str, int, int], None]
"""``progress(model name, windows done, owned bases done)``"""


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
    engine : Engine
        Runs the batches of a pool.
    """

    def __init__(
        self,
        plan: Plan,
        out: Path,
        fasta: Path,
        weights: Path | None,
        models: Mapping[str, SequenceModel],
        engine: Engine,
    ) -> None:
        self._plan, self._out, self._fasta = plan, out, fasta
        self._weights = None if weights is None else BigWigReader(weights)
        self._models, self._engine = models, engine
        self._explain: dict[str, Explain] = {}
        self._stack = ExitStack()

    def __enter__(self) -> ShardScanner:
        with self._stack:
            self._genome = self._stack.enter_context(Genome.open(self._fasta))
            for name, model in self._models.items():
                method = make_method(self._plan.options)
                self._explain[name] = self._stack.enter_context(method.applied(model))
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def done(self, index: int) -> bool:
        """Tell whether a shard is on disk, whole and of this plan."""
        return is_done(shard_path(self._out / "shards", index), self._plan.digest)

    def scan(self, index: int, progress: Progress) -> None:
        """Explain one shard and write it; a shard that is done is not done again."""
        results = {}
        for model in self._plan.models:
            parts = [
                self._scan_pool(model, pool, first, end, progress)
                for pool, first, end in self._plan.shard(index, model.name)
            ]
            results[model.name] = concatenate(parts)
        write_shard(shard_path(self._out / "shards", index), self._plan.digest, results)

    def _scan_pool(
        self, model_plan: ModelPlan, pool: int, first: int, end: int, progress: Progress
    ) -> ShardResult:
        name = model_plan.name
        model, grid = self._models[name], self._plan.grid(name)
        sequences = window_sequences(self._genome, grid, first, end)
        if pool_digest(sequences) != self._plan.pools[name][pool]:
            raise InputError(
                f"{self._fasta}: the sequence near {_locus(grid, first)} changed since the plan "
                "was made; restore the file, or start anew with --overwrite"
            )
        rows = list(self._rows(model, grid, first, sequences))
        batches = cut_batches([len(row.encoding) for row in rows], model_plan.batch_units)
        owned = self._plan.owned(name, first, end)
        logits: list[NDArray[np.floating]] = [np.zeros(0)] * len(rows)
        relevance = logits.copy()
        work = partial(_explain_batch, model, self._explain[name], model_plan.contrast, rows)
        answers = self._engine.map(_naming(work, grid, name, rows), batches)
        told = np.zeros(2, np.int64)
        for count, (batch, answer) in enumerate(zip(batches, answers, strict=True), 1):
            for at, row in enumerate(batch.rows.tolist()):
                logits[row], relevance[row] = answer.logits[at], answer.relevance[at]
            sofar = np.array([end - first, owned]) * count // len(batches)
            progress(name, *(sofar - told).tolist())
            told = sofar
        options = self._plan.options
        return assemble(
            grid,
            rows,
            logits,
            relevance,
            model_plan,
            options.projection,  # type: ignore[arg-type]
            options.per_strand_tracks,
        )

    def _rows(
        self, model: SequenceModel, grid: WindowGrid, first: int, sequences: list[str]
    ) -> Iterator[Row]:
        """Encode each window on the strands that are wanted, forward first."""
        wanted = [
            (window, bit == REVERSE, reverse_complement(text) if bit == REVERSE else text)
            for window, text in enumerate(sequences, first)
            for bit in (FORWARD, REVERSE)
            if grid.strands[window] & bit
        ]
        encodings = model.encode([text for _, _, text in wanted])
        for (window, reverse, _), encoding in zip(wanted, encodings, strict=True):
            yield Row(window, reverse, encoding, self._read_weights(grid, window, reverse))

    def _read_weights(
        self, grid: WindowGrid, window: int, reverse: bool
    ) -> NDArray[np.floating] | None:
        if self._weights is None:
            return None
        chrom = grid.chroms[grid.chrom[window]]
        weights = self._weights.values(chrom, int(grid.start[window]), int(grid.end[window]))
        return weights[::-1] if reverse else weights


def make_method(options: ScanOptions) -> Attributor:
    """Return the attribution method that the options name."""
    given = {} if options.alibi_rule is None else {"alibi_rule": options.alibi_rule}
    method = load(METHODS, options.method, "gtrack.methods")
    made: Attributor = method(precision=options.precision, **given)
    return made


def _explain_batch(
    model: SequenceModel,
    explain: Explain,
    contrast: NDArray[np.float64],
    rows: list[Row],
    batch: BatchShape,
) -> Explained:
    encodings = [rows[row].encoding for row in batch.rows.tolist()]
    return explain(model.collate(encodings, batch.n_rows, batch.n_units), contrast)


def _naming(
    work: Callable[[BatchShape], Explained], grid: WindowGrid, name: str, rows: list[Row]
) -> Callable[[BatchShape], Explained]:
    """Add the model and the place to what a batch says went wrong."""

    def named(batch: BatchShape) -> Explained:
        try:
            return work(batch)
        except ModelError as error:
            row = getattr(error, "row", None)
            near = "in window" if row is not None else "in the batch of window"
            real = min(row or 0, len(batch.rows) - 1)  # the others are dummies
            locus = _locus(grid, rows[int(batch.rows[real])].window)
            raise ModelError(f"model {name}, {near} {locus}: {error}") from error
        except (MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and "memory" not in str(error):
                raise  # torch says so of CPUs and GPUs alike
            units = batch.n_rows * batch.n_units
            raise ModelError(
                f"model {name}: out of memory for a batch of {batch.n_rows} x {batch.n_units} units"
                f"; give a smaller --batch-tokens, for example {max(1, units // 2)}"
            ) from error

    return named


def _locus(grid: WindowGrid, window: int) -> str:
    return f"{grid.chroms[grid.chrom[window]]}:{grid.start[window] + 1}-{grid.end[window]}"

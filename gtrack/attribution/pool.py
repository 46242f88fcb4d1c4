"""A pool of rows explained: cut into batches, computed, and put back in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Encodings, Explained, positions
from gtrack.core.errors import ModelError
from gtrack.core.ports import Explain, Runner, SequenceModel
from gtrack.core.scan.batches import LENGTH_STEP, BatchShape, cut_batches


@dataclass(frozen=True, slots=True, eq=False)
class PoolExplainer:
    """A model with a method on it, and how its batches run.

    Parameters
    ----------
    model : SequenceModel
    explain : Explain
        What the method yields while it is on the model.
    contrasts : ndarray of float64, shape (targets, outputs)
        Weights of the outputs in what is explained.
    budget : int
        Units of a batch, padding included.
    per_base : bool
        The method answers for bases, not for units.
    runner : Runner
    """

    model: SequenceModel
    explain: Explain
    contrasts: NDArray[np.float64]
    budget: int
    per_base: bool
    runner: Runner

    def __call__(
        self, encodings: Encodings, texts: Sequence[str], called: Callable[[int], str]
    ) -> Explained:
        """Explain the rows of one pool.

        Parameters
        ----------
        encodings : Encodings
        texts : sequence of str
            The rows as they are read.
        called : callable
            What a row is called when it cannot be explained.

        Returns
        -------
        Explained
            Logits of all rows, and relevance of all units (or bases) of all rows, row after row:
            shape (targets, units). float64.

        Raises
        ------
        ModelError
            Naming the row.
        """
        model, units = self.model, encodings.lengths
        lengths = np.array([len(text) for text in texts]) if self.per_base else units
        edges = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        step = 1 if model.exact_length else LENGTH_STEP
        batches = cut_batches(units, self.budget, step, model.unit_limit)
        targets, outputs = self.contrasts.shape
        logits, relevance = np.zeros((len(units), outputs)), np.zeros((targets, int(edges[-1])))

        def work(batch: BatchShape) -> Explained:
            try:
                collated = model.collate(encodings[batch.rows], batch.n_rows, batch.n_units)
                return self.explain(collated, self.contrasts, [texts[r] for r in batch.rows])
            except (ModelError, MemoryError, RuntimeError) as error:
                raise _named(error, batch, called) from error

        for batch, answer in zip(batches, self.runner.map(work, batches), strict=True):
            logits[batch.rows] = answer.logits[: len(batch.rows)]
            size = lengths[batch.rows]
            inside = np.arange(answer.relevance.shape[-1]) < size[:, None]
            found = answer.relevance[:, : len(batch.rows)][:, inside]
            relevance[:, positions(edges[batch.rows], size)] = found
        return Explained(logits, relevance)


def _named(error: Exception, batch: BatchShape, called: Callable[[int], str]) -> Exception:
    """Return what went wrong in a batch with its place and a cure; a bug as it is."""
    if isinstance(error, ModelError):
        row = getattr(error, "row", None)
        near = "" if row is not None else "in the batch of "
        real = min(row or 0, len(batch.rows) - 1)  # the others are dummies
        return ModelError(f"{near}{called(int(batch.rows[real]))}: {error}")
    if isinstance(error, RuntimeError) and "memory" not in str(error):
        return error  # torch says so of CPUs and GPUs alike
    units = batch.n_rows * batch.n_units
    return ModelError(
        f"out of memory for a batch of {batch.n_rows} x {batch.n_units} units; give a smaller "
        f"--batch-tokens, for example {max(1, units // 2)}"
    )

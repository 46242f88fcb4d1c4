"""A pool of rows explained: cut into batches, computed, and put back into the order of the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Encodings, Explained
from gtrack.core.errors import ModelError
from gtrack.core.ports import Explain, Runner, SequenceModel
from gtrack.core.scan.answers import Answers
from gtrack.core.scan.batches import LENGTH_STEP, BatchShape, cut_batches
from gtrack.core.sequences import lengths_of

_DEVICE_SAYS = ("CUDA error", "CUBLAS_STATUS", "cuDNN error", "CUDNN_STATUS", "device-side assert")
"""What torch says when a device can do no more in this process."""


@dataclass(frozen=True, slots=True, eq=False)
class PoolExplainer:
    """A model with a method on it, and how its batches run.

    Parameters
    ----------
    name : str
        What messages call the model.
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

    name: str
    model: SequenceModel
    explain: Explain
    contrasts: NDArray[np.float64]
    budget: int
    per_base: bool
    runner: Runner

    def __call__(
        self,
        encodings: Encodings,
        texts: Sequence[str],
        called: Callable[[int], str],
        on_batch: Callable[[int, int], None] = lambda *_: None,
    ) -> Answers:
        """Explain the rows of one pool.

        Parameters
        ----------
        encodings : Encodings
        texts : sequence of str
            The rows as they are read.
        called : callable
            What a row is called when it cannot be explained.
        on_batch : callable
            Told of each batch: its number, and how many there are.

        Raises
        ------
        ModelError
            Naming model and row.
        """
        model, units = self.model, encodings.lengths
        step = 1 if model.exact_length else LENGTH_STEP
        batches = cut_batches(units, self.budget, step, model.unit_limit)
        lengths = lengths_of(texts) if self.per_base else units
        within = getattr(self.explain, "within", None)  # of a Budgeted
        explain = self.explain if within is None else within(self.budget)
        answers = Answers(lengths, *reversed(self.contrasts.shape))

        def work(batch: BatchShape) -> Explained:
            try:
                collated = model.collate(encodings[batch.rows], batch.n_rows, batch.n_units)
                return explain(collated, self.contrasts, [texts[r] for r in batch.rows])
            except (ModelError, MemoryError, RuntimeError) as error:
                raise self._named(error, batch, called) from error

        found = zip(batches, self.runner.map(work, batches), strict=True)
        for number, (batch, answer) in enumerate(found):
            answers.add(batch, answer)
            on_batch(number, len(batches))
        return answers

    def _named(
        self, error: Exception, batch: BatchShape, called: Callable[[int], str]
    ) -> Exception:
        """Return what went wrong in a batch with its place and a cure; a bug as it is."""
        if isinstance(error, ModelError):
            row = getattr(error, "row", None)
            near = "in" if row is not None else "in the batch of"
            real = min(row or 0, len(batch.rows) - 1)  # the others are dummies
            return ModelError(f"model {self.name}, {near} {called(int(batch.rows[real]))}: {error}")
        said = str(error)
        if "out of memory" not in said and any(word in said for word in _DEVICE_SAYS):
            return ModelError(
                f"model {self.name}, in the batch of {called(int(batch.rows[0]))}: the device "
                f"failed ({said.splitlines()[0][:200]}); what is done is kept, so go on with "
                "--resume, or on another --device"
            )
        if isinstance(error, RuntimeError) and "memory" not in said:
            return error  # torch says so of CPUs and GPUs alike
        units = batch.n_rows * batch.n_units
        return ModelError(
            f"model {self.name}: out of memory for a batch of {batch.n_rows} x {batch.n_units} "
            f"units; give a smaller --batch-tokens, for example {max(1, units // 2)}"
        )

"""A pool of rows explained: cut into batches, computed, and put back into the order of the rows.

Three steps, which may be made by three threads: `prepare` lays the pool in host memory, `begin`
computes, or where answers stay on a device only asks for it, and what it returns is waited for.
torch, which takes seconds to load, is where the model came from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from gtrack.attribution.passes import refuse_shapes
from gtrack.attribution.precision import any_weight
from gtrack.core.encodings import Encodings, Explained
from gtrack.core.errors import ModelError
from gtrack.core.optional_ports import Pooling, Staying
from gtrack.core.ports import Explain, Runner, SequenceModel, lacking
from gtrack.core.scan.answers import Answers
from gtrack.core.scan.batches import LENGTH_STEP, BatchShape, cut_batches
from gtrack.core.sequences import lengths_of

if TYPE_CHECKING:
    from gtrack.attribution.recorded import Recorded

_DEVICE_SAYS = ("CUDA error", "CUBLAS_STATUS", "cuDNN error", "CUDNN_STATUS", "device-side assert")
"""What torch says when a device can do no more in this process."""


class OutOfMemoryError(ModelError):
    """A batch does not fit into memory (exit 4).

    Attributes
    ----------
    model : str
    n_rows, units : int
        Of the batch, padding included.
    """

    def __init__(self, model: str, n_rows: int, n_units: int) -> None:
        self.model, self.n_rows, self.units = model, n_rows, n_rows * n_units
        cure = f"give a smaller --batch-tokens, for example {max(1, self.units // 2)}"
        if n_rows == 1:  # a row is never divided
            cure = "give a shorter --window, or take a device with more memory"
        super().__init__(
            f"model {model}: out of memory for a batch of {n_rows} x {n_units} units; {cure}"
        )
        self._made_of = model, n_rows, n_units

    def __reduce__(self) -> tuple[Any, ...]:  # it may come from another process
        return type(self), self._made_of


class NotFinite(Exception):  # noqa: N818
    """A row of a pool is NaN or infinite.

    Attributes
    ----------
    again : callable
        Computes its batch once more and raises what says where; nothing else may use the model
        meanwhile.
    """

    def __init__(self, again: Callable[[], None]) -> None:
        super().__init__("NaN or infinity in a pool")
        self.again = again


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A pool cut into batches, and laid in host memory where its model can take it whole."""

    encodings: Encodings
    texts: Sequence[str]
    called: Callable[[int], str]
    batches: list[BatchShape]
    laid: Any


Wait = Callable[[], Answers]
"""Returns what a pool answers once it is there.

It raises ModelError, or NotFinite: then nothing may use the model until its `again` was called.
"""


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
    stays : bool, optional
        Answers stay on the device until the pool is done, where method and model can do that; by
        default, on CUDA.
    """

    name: str
    model: SequenceModel
    explain: Explain
    contrasts: NDArray[np.float64]
    budget: int
    per_base: bool
    runner: Runner
    stays: bool | None = None
    _recorded: list[Recorded] = field(default_factory=list, init=False, repr=False)

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
        try:
            return self.begin(self.prepare(encodings, texts, called), on_batch)()
        except NotFinite as problem:
            problem.again()
            raise

    def prepare(
        self, encodings: Encodings, texts: Sequence[str], called: Callable[[int], str]
    ) -> Prepared:
        """Cut a pool into batches, and lay them; needs no device."""
        model = self.model
        step = 1 if model.exact_length else LENGTH_STEP
        batches = cut_batches(encodings.lengths, self.budget, step, model.unit_limit)
        laid = None
        if batches and not lacking(model, Pooling):
            try:
                laid = cast(Pooling, model).lay(encodings, batches)
            except (MemoryError, RuntimeError) as error:
                raise self._named(error, batches[0], called) from error
        return Prepared(encodings, texts, called, batches, laid)

    def begin(self, pool: Prepared, on_batch: Callable[[int, int], None] = lambda *_: None) -> Wait:
        """Compute a pool; where answers stay on the device, return before that is done."""
        if pool.laid is not None and self._stays():
            return self._staying(pool, on_batch)
        answers = self._answers(pool, on_batch)
        return lambda: answers

    def _stays(self) -> bool:
        if lacking(self.explain, Staying):
            return False
        return _on_cuda(self.model) if self.stays is None else self.stays

    def _staying(self, pool: Prepared, on_batch: Callable[[int, int], None]) -> Wait:
        """Ask the device for a pool without waiting for any of it."""
        from gtrack.attribution.device_answers import DeviceAnswers  # noqa: PLC0415  (torch)
        from gtrack.attribution.recorded import Recorded  # noqa: PLC0415

        explain = cast(Staying, self.explain)
        if not self._recorded:
            self._recorded.append(Recorded(explain, explain.weights(self.contrasts)))
        found, number = DeviceAnswers(pool.batches), 0
        try:
            with explain.products():
                for there in cast(Pooling, self.model).batches(pool.laid):
                    found.add(*self._recorded[0](there))
                    number += 1
            found.fetch()
        except (ModelError, MemoryError, RuntimeError) as error:
            batch = pool.batches[min(number, len(pool.batches) - 1)]
            raise self._named(error, batch, pool.called) from error

        def wait() -> Answers:
            try:
                answers = found.answers(pool.encodings.lengths)
            except RuntimeError as error:  # of a device, which tells later
                raise self._named(error, pool.batches[0], pool.called) from error
            if isinstance(answers, BatchShape):
                bad = answers
                raise NotFinite(lambda: self._again(pool, bad))
            for number in range(len(pool.batches)):
                on_batch(number, len(pool.batches))
            return answers

        return wait

    def _again(self, pool: Prepared, batch: BatchShape) -> None:
        """Explain a batch with a NaN or infinity in it once more, alone, which says where."""
        model = self.model
        try:
            collated = model.collate(pool.encodings[batch.rows], batch.n_rows, batch.n_units)
            self.explain(collated, self.contrasts, [pool.texts[row] for row in batch.rows])
        except (ModelError, MemoryError, RuntimeError) as error:
            raise self._named(error, batch, pool.called) from error
        raise ModelError(
            f"model {self.name}, in the batch of {pool.called(int(batch.rows[0]))}: NaN or "
            "infinity, but not when it was computed again; the device may be failing: look at its "
            "log, and go on with --resume"
        )

    def _answers(self, pool: Prepared, on_batch: Callable[[int, int], None]) -> Answers:
        """Explain a pool batch by batch, each by the runner."""
        model, batches, units = self.model, pool.batches, pool.encodings.lengths
        lengths = lengths_of(pool.texts) if self.per_base else units
        within = getattr(self.explain, "within", None)  # of a Budgeted
        explain = self.explain if within is None else within(self.budget)
        targets, outputs = self.contrasts.shape

        def work(item: tuple[BatchShape, Any]) -> Explained:
            batch, collated = item
            try:
                if collated is None:
                    rows = pool.encodings[batch.rows]
                    collated = model.collate(rows, batch.n_rows, batch.n_units)
                texts = list(map(pool.texts.__getitem__, batch.rows.tolist()))
                found = explain(collated, self.contrasts, texts)
                refuse_shapes(model, found, batch.n_rows, targets, int(lengths[batch.rows].max()))
                return found
            except (ModelError, MemoryError, RuntimeError) as error:
                raise self._named(error, batch, pool.called) from error

        laid = [None] * len(batches)
        if pool.laid is not None:
            laid = list(cast(Pooling, model).batches(pool.laid))
        found: list[Explained] = []
        for answer in self.runner.map(work, list(zip(batches, laid, strict=True))):
            on_batch(len(found), len(batches))
            found.append(answer)
        return Answers.of(batches, found, lengths, outputs, targets)

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
        return OutOfMemoryError(self.name, batch.n_rows, batch.n_units)


def _on_cuda(model: SequenceModel) -> bool:
    return any_weight(model).device.type == "cuda"

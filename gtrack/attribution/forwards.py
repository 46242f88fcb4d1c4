"""What a model says of many sequences: forward passes and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.attribution.finite import NonFiniteError, first_bad_row, locate
from gtrack.attribution.passes import embedded, encoded, outputs
from gtrack.attribution.precision import autocast, check, products
from gtrack.core.encodings import Encodings, Explained
from gtrack.core.errors import ModelError
from gtrack.core.ports import Explain, Runner, SequenceModel
from gtrack.core.precision import Precision
from gtrack.core.scan.batches import BatchShape, cut_batches

LETTERS = 1 << 21
"""Sequences are encoded so many letters at a time: many batches, little memory."""


def outputs_of(
    model: SequenceModel,
    texts: Iterable[str],
    *,
    budget: int,
    precision: Precision = "fp32",
    runner: Runner | None = None,
) -> NDArray[np.float64]:
    """Return the outputs of a model for each of many sequences.

    Sequences that the model reads as the same units are computed once. Rows are sorted by length
    and cut into batches (:func:`gtrack.core.scan.batches.cut_batches`); two calls with the same
    sequences, in the same order, give the same bytes.

    Parameters
    ----------
    model : SequenceModel
    texts : iterable of str
        A, C, G, T and N in upper case, 1 bp or longer, on the strand to be read; N of them, taken
        as they come.
    budget : int
        Units of a batch, padding included.
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products.
    runner : Runner, optional
        Runs the batches; without one, in this thread.

    Returns
    -------
    ndarray of float64, shape (N, outputs)
        In the order given; (0, outputs) of none.

    Raises
    ------
    NonFiniteError
        When an output is NaN or infinite; `row` is the number of the sequence.
    ModelError
        When a sequence has more units than the model takes, or the arithmetic does not suit it.
    """
    found, first = [np.zeros((0, len(model.labels)))], 0
    for chunk in _chunks(texts):
        rows = encoded(model, chunk)
        said = outputs_of_rows(
            model, rows, budget=budget, precision=precision, runner=runner, first=first
        )
        found.append(said)
        first += len(chunk)
    return np.concatenate(found)


def outputs_of_rows(
    model: SequenceModel,
    rows: Encodings,
    *,
    budget: int,
    precision: Precision = "fp32",
    runner: Runner | None = None,
    first: int = 0,
) -> NDArray[np.float64]:
    """Return the outputs of a model for rows of units; see :func:`outputs_of`.

    Parameters
    ----------
    rows : Encodings
        Of which `spans` and `placed` are not looked at.
    first : int
        What errors call the first row.
    """
    check(precision, model)
    longest = int(rows.lengths.max(initial=0))
    if model.unit_limit is not None and longest > model.unit_limit:
        raise ModelError(
            f"a sequence has {longest} {model.unit}s, and the model reads at most "
            f"{model.unit_limit}; give shorter sequences"
        )
    kept, place = _distinct(rows)
    batches = cut_batches(rows.lengths[kept], budget, 1, model.unit_limit)

    def work(batch: BatchShape) -> NDArray[np.floating]:
        chosen = kept[batch.rows]
        collated = model.collate(rows[chosen], batch.n_rows, batch.n_units)
        said = batch_outputs(model, collated, precision)
        bad = np.flatnonzero(~np.isfinite(said[: len(chosen)]).all(axis=1))
        if len(bad):
            row = int(bad[0])
            module = locate(model, row, lambda: batch_outputs(model, collated, precision))
            raise NonFiniteError(first + int(chosen[row]), module)
        return said[: len(chosen)]

    found = np.empty((len(kept), len(model.labels)))
    answers = map(work, batches) if runner is None else runner.map(work, batches)
    for batch, said in zip(batches, answers, strict=True):
        found[batch.rows] = said
    return found[place]


def outputs_alone(model: SequenceModel, precision: Precision) -> Explain:
    """Return what answers batches as a method does, and explains nothing: no backward pass.

    Parameters
    ----------
    model : SequenceModel
    precision : {"fp32", "tf32", "bf16"}
        Arithmetic of the matrix products.

    Returns
    -------
    Explain
        Its relevance has no target, shape (0, rows, units). It raises NonFiniteError when an
        output is NaN or infinite; `row` is that of the batch.
    """
    check(precision, model)

    def answer(
        batch: Any, contrasts: NDArray[np.float64], sequences: Sequence[str] = ()
    ) -> Explained:
        said = batch_outputs(model, batch, precision).astype(np.float64)
        explained = Explained(said, np.zeros((0, len(said), 0), np.float32))
        row = first_bad_row(explained)
        if row is not None:
            raise NonFiniteError(
                row, locate(model, row, lambda: batch_outputs(model, batch, precision))
            )
        return explained

    return answer


def batch_outputs(model: SequenceModel, batch: Any, precision: Precision) -> NDArray[np.floating]:
    """Return what a model says of a batch, in the type of what it embeds or float32, the wider."""
    import torch  # noqa: PLC0415  (seconds)

    with torch.no_grad(), products(precision, model):
        rows = embedded(model, batch)
        with autocast(precision, model):
            logits = outputs(model, batch, rows)
        wide = torch.promote_types(rows.dtype, torch.float32)
        return np.asarray(logits.to(wide).cpu().numpy())


def _distinct(rows: Encodings) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first row of each kind, and for every row the place of its kind among them."""
    ids, edges = np.ascontiguousarray(rows.ids), rows.offsets.tolist()
    seen: dict[bytes, int] = {}
    kept: list[int] = []
    place = np.empty(len(rows), np.int64)
    for row in range(len(rows)):
        key = ids[edges[row] : edges[row + 1]].tobytes()
        place[row] = seen.setdefault(key, len(kept))
        if place[row] == len(kept):
            kept.append(row)
    return np.array(kept, np.int64), place


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield consecutive sequences of some million letters."""
    chunk: list[str] = []
    letters = 0
    for text in texts:
        chunk.append(text)
        letters += len(text)
        if letters >= LETTERS:
            yield chunk
            chunk, letters = [], 0
    if chunk:
        yield chunk

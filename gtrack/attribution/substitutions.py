"""What a score loses when single bases are replaced, at all bases or at some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray

from gtrack.attribution.finite import NonFiniteError
from gtrack.attribution.forwards import outputs_of
from gtrack.attribution.precision import check, products
from gtrack.attribution.rules.local_cnn import LocalCnn, serves
from gtrack.core.ports import Runner, SequenceModel
from gtrack.core.precision import Precision
from gtrack.core.scan.batches import BatchShape, cut_batches
from gtrack.core.sequences import is_known, lengths_of
from gtrack.core.substitutions import altered, substitutes

Effects = list[NDArray[np.float64]]


def substitution_effects(
    model: SequenceModel,
    texts: Sequence[str],
    places: Sequence[NDArray[np.int64]] | None,
    contrasts: NDArray[np.float64],
    *,
    draws: int = 3,
    budget: int | None = None,
    precision: Precision = "fp32",
    runner: Runner | None = None,
) -> Effects:
    """Return what the scores of sequences lose when one of their bases is another.

    The effect of base j is ``score(x) - mean over b of score(x with b at j)``: in-silico
    mutagenesis. Altered sequences are encoded anew, so that a tokenizer may cut them otherwise. Of
    gtrack's CNN only what a base reaches is computed; the result is the same up to rounding.

    Parameters
    ----------
    model : SequenceModel
    texts : sequence of str
        A, C, G, T and N in upper case, on the strand that is read; N of them.
    places : sequence of ndarray of int64, or None
        For each sequence the bases to replace, 0-based; None: all.
    contrasts : ndarray of float64, shape (targets, outputs)
        Weights of the outputs in what is explained.
    draws : {3, 1}
        The three other bases; or one of them, drawn by a hash of the sequence.
    budget : int, optional
        Units of a batch, padding included; the model's own where not given.
    precision : {"fp32", "tf32", "bf16"}
    runner : Runner, optional
        Runs the batches; without one, in this thread.

    Returns
    -------
    list of ndarray of float64, shape (targets, places)
        In units of the score, one array for each sequence; NaN at N, where there is nothing to
        replace.

    Raises
    ------
    NonFiniteError
        When an output is NaN or infinite; `row` is the number of the sequence.
    ValueError
        When a place lies outside its sequence.
    """
    chosen = _checked(texts, places)
    known = [where[is_known(text)[where]] for text, where in zip(texts, chosen, strict=True)]
    codes = [substitutes(text, draws)[where] for text, where in zip(texts, known, strict=True)]
    limit = budget or model.default_batch_units
    ways = _of_local_cnn if serves(model) else _of_passes
    found: Effects = []
    answers = ways(model, texts, known, codes, limit, precision, runner)
    for text, where, (whole, replaced) in zip(texts, chosen, answers, strict=True):
        effects = np.full((len(contrasts), len(where)), np.nan)
        lost = whole - replaced.mean(axis=1)
        effects[:, is_known(text)[where]] = contrasts @ lost.T
        found.append(effects)
    return found


Answers = Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]
"""Outputs of each sequence, shape (outputs,), and of the altered ones, (places, draws, outputs)."""


def _of_passes(
    model: SequenceModel,
    texts: Sequence[str],
    places: Sequence[NDArray[np.int64]],
    codes: Sequence[NDArray[np.uint8]],
    budget: int,
    precision: Precision,
    runner: Runner | None,
) -> Answers:
    """Read every altered sequence whole."""
    rows = zip(texts, places, codes, strict=True)
    read = chain.from_iterable(chain([text], altered(text, at, new)) for text, at, new in rows)
    ends = np.cumsum([1 + which.size for which in codes])
    try:
        said = outputs_of(model, read, budget=budget, precision=precision, runner=runner)
    except NonFiniteError as error:
        row = int(np.searchsorted(ends, error.row, side="right"))
        raise NonFiniteError(row, error.module) from error
    for end, which in zip(ends.tolist(), codes, strict=True):
        first = end - which.size
        yield said[first - 1], said[first:end].reshape(*which.shape, said.shape[1])


def _of_local_cnn(
    model: SequenceModel,
    texts: Sequence[str],
    places: Sequence[NDArray[np.int64]],
    codes: Sequence[NDArray[np.uint8]],
    budget: int,
    precision: Precision,
    runner: Runner | None,
) -> Answers:
    """Compute what each base reaches."""
    check(precision, model)
    encodings = model.encode(texts)

    def work(batch: BatchShape) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        counts = [len(places[row]) for row in batch.rows]
        row = np.repeat(np.arange(len(counts)), counts)
        with torch.no_grad(), products(precision, model):
            collated = model.collate(encodings[batch.rows], len(batch.rows), batch.n_units)
            local = LocalCnn(model.network, collated)
            replaced = local.replaced(
                row,
                np.concatenate([places[at] for at in batch.rows]),
                np.concatenate([codes[at] for at in batch.rows]),
            )
            whole = local.outputs.double().cpu().numpy()
            of_rows = replaced.double().cpu().numpy()
        finite = np.isfinite(whole).all(axis=1)
        finite[row[~np.isfinite(of_rows).all(axis=(1, 2))]] = False
        if not finite.all():
            bad = int(batch.rows[~finite].min())
            raise NonFiniteError(bad, "an output of the sequence with a base replaced")
        return whole, of_rows

    batches = cut_batches(encodings.lengths, budget, 1)
    found: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = [(np.empty(0),) * 2] * len(texts)
    answers = map(work, batches) if runner is None else runner.map(work, batches)
    for batch, (whole, of_rows) in zip(batches, answers, strict=True):
        ends = np.cumsum([len(places[row]) for row in batch.rows])
        for at, row in enumerate(batch.rows):
            found[row] = whole[at], of_rows[ends[at] - len(places[row]) : ends[at]]
    yield from found


def _checked(
    texts: Sequence[str], places: Sequence[NDArray[np.int64]] | None
) -> list[NDArray[np.int64]]:
    """Return the places of every sequence, all where none are chosen."""
    lengths = lengths_of(texts)
    if places is None:
        return [np.arange(length) for length in lengths]
    chosen = [np.asarray(where, np.int64).reshape(-1) for where in places]
    if len(chosen) != len(texts):
        raise ValueError(f"places of {len(chosen)} sequences, and there are {len(texts)}")
    for row, (where, length) in enumerate(zip(chosen, lengths, strict=True)):
        if ((where < 0) | (where >= length)).any():
            raise ValueError(f"sequence {row}: a place outside its {length} bases")
    return chosen

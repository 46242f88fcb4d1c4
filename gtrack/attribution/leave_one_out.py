"""What a score loses when one token is unknown: leave-one-out by [MASK]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gtrack.attribution.finite import NonFiniteError
from gtrack.attribution.forwards import LETTERS, outputs_of_rows
from gtrack.attribution.passes import encoded
from gtrack.core.encodings import Encoding, Encodings
from gtrack.core.errors import ModelError
from gtrack.core.ports import Maskable, Runner, SequenceModel, lacking
from gtrack.core.precision import Precision


def leave_one_out(
    model: SequenceModel,
    texts: Sequence[str],
    contrasts: NDArray[np.float64],
    *,
    budget: int | None = None,
    precision: Precision = "fp32",
    runner: Runner | None = None,
) -> list[NDArray[np.float64]]:
    """Return what the scores of sequences lose when one of their units is masked.

    The effect of unit u is ``score(x) - score(x with [MASK] at u)``. The other units stay as they
    are: unlike a substitution of a base, a mask never cuts the sequence into other tokens. Spans
    of the units are those of ``model.encode(texts)``.

    Parameters
    ----------
    model : SequenceModel
        A :class:`gtrack.core.ports.Maskable`: DNABERT-2.
    texts : sequence of str
        A, C, G, T and N in upper case, on the strand that is read; N of them.
    contrasts : ndarray of float64, shape (targets, outputs)
        Weights of the outputs in what is explained.
    budget : int, optional
        Units of a batch, padding included; the model's own where not given.
    precision : {"fp32", "tf32", "bf16"}
    runner : Runner, optional
        Runs the batches; without one, in this thread.

    Returns
    -------
    list of ndarray of float64, shape (targets, units)
        In units of the score, one array for each sequence; NaN at units that stand for no letter
        ([CLS], [SEP]). A unit that stands for N has an effect of its own.

    Raises
    ------
    ModelError
        When the model has no mask.
    NonFiniteError
        When an output is NaN or infinite; `row` is the number of the sequence.
    """
    mask = mask_of(model)
    limit, found = budget or model.default_batch_units, []
    encodings = encoded(model, texts) if len(texts) else Encodings.of([])
    for first, end in _parts(encodings.lengths):
        counts, rows = [], []
        for one in encodings[first:end]:
            masked = list(_masked(one, mask))
            counts.append(1 + len(masked))
            rows += [one, *masked]
        ends, joined = np.cumsum(counts), Encodings.of(rows)
        try:
            said = outputs_of_rows(model, joined, budget=limit, precision=precision, runner=runner)
        except NonFiniteError as error:
            row = first + int(np.searchsorted(ends, error.row, side="right"))
            raise NonFiniteError(row, error.module) from error
        for at, (count, stop) in enumerate(zip(counts, ends.tolist(), strict=True)):
            spans = encodings[first + at].spans
            effects = np.full((len(contrasts), len(spans)), np.nan)
            whole, without = said[stop - count], said[stop - count + 1 : stop]
            effects[:, spans[:, 1] > spans[:, 0]] = contrasts @ (whole - without).T
            found.append(effects)
    return found


def mask_of(model: SequenceModel) -> int:
    """Return the id of a model's mask.

    Raises
    ------
    ModelError
        When it has none.
    """
    if lacking(model, Maskable):
        raise ModelError(
            f"a model of kind {model.kind!r} has no [MASK]: leave-one-out by masks is for models "
            "that were trained with one, such as DNABERT-2; use in-silico mutagenesis here"
        )
    return int(getattr(model, "mask_unit"))  # noqa: B009


def _masked(one: Encoding, mask: int) -> Iterator[Encoding]:
    """Yield a sequence with each unit that stands for letters masked in its turn."""
    starts, ends = one.spans.T
    for unit in np.flatnonzero(ends > starts):
        ids = one.ids.copy()
        ids[unit] = mask
        yield Encoding(ids, one.spans, one.placed)


def _parts(lengths: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield consecutive sequences (first, end) whose masked copies fit in memory."""
    first, units = 0, 0
    for row, length in enumerate(lengths.tolist()):
        units += length**2
        if units >= LETTERS:
            yield first, row + 1
            first, units = row + 1, 0
    if first < len(lengths):
        yield first, len(lengths)

"""How exactly a method's rules are computed: against a twin in float64, and by conservation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from gtrack.attribution.cplrp import CpLrp
from gtrack.attribution.lrp import Lrp
from gtrack.attribution.rules.context import in_float64
from gtrack.attribution.rules.explicit import Twin, twin_of
from gtrack.core.ports import Attributor, SequenceModel

Errors = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Exactness:
    """Relative errors per sequence, shape (n,) each; empty where there was nothing to compare.

    Attributes
    ----------
    twin : ndarray of float64
        The rules in float64 against the formulas: largest difference of two units' relevance over
        the largest relevance.
    rounding : ndarray of float64
        The map as it is computed for a scan against the rules in float64, likewise.
    conserved : ndarray of float64
        CP-LRP in float64 with every constant of the network (bias, mean of a BatchNorm, token
        type) set to 0: ``|sum of relevance - score| / |score|``. It is 0 but for the stabilisers
        of the CNN (1e-6 over an output).
    """

    twin: Errors
    rounding: Errors
    conserved: Errors


def exactness(
    model: SequenceModel,
    method: Attributor,
    exact: Attributor,
    texts: Sequence[str],
    contrast: NDArray[np.float64],
) -> Exactness:
    """Measure the rules of a method on a model, sequence by sequence.

    Parameters
    ----------
    model : SequenceModel
    method : Attributor
        Methods other than LRP have no rules: only their rounding is measured, and that only where
        they answer for units.
    exact : Attributor
        The same method in fp32, which in a model in float64 rounds nothing.
    texts : sequence of str
        As the model reads them.
    contrast : ndarray of float64, shape (outputs,)
        What is explained.

    Returns
    -------
    Exactness
        All of it empty for a method per base; `twin` and `conserved` where the kind has no twin.
    """
    if method.per_base:
        return Exactness(np.zeros(0), np.zeros(0), np.zeros(0))
    given = [_explained(model, method, text, contrast)[1] for text in texts]
    twin = twin_of(model.kind, model.network) if isinstance(method, Lrp) else None
    with in_float64(model.network):
        double = [_explained(model, exact, text, contrast)[1] for text in texts]
        by_formula = []
        if twin is not None:
            by_formula = _by_formula(model, twin, cast(Lrp, exact), texts, contrast)
    conserved = []
    if twin is not None:
        with in_float64(model.network), _without(twin):
            conserved = [_lost(model, text, contrast) for text in texts]
    return Exactness(
        np.array([_apart(a, b) for a, b in zip(double, by_formula, strict=bool(by_formula))]),
        np.array([_apart(a, b) for a, b in zip(given, double, strict=True)]),
        np.array(conserved),
    )


def _explained(
    model: SequenceModel, method: Attributor, text: str, contrast: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Return what is explained, and the relevance of every unit of one sequence."""
    encodings = model.encode([text])
    units = int(encodings.lengths[0])
    with method.applied(model) as explain:
        found = explain(model.collate(encodings, 1, units), contrast[None], [text])
    score = float(found.logits[0].astype(np.float64) @ contrast)
    return score, np.asarray(found.relevance[0, 0, :units], np.float64)


def _by_formula(
    model: SequenceModel,
    twin: Twin,
    method: Lrp,
    texts: Sequence[str],
    contrast: NDArray[np.float64],
) -> list[NDArray[np.float64]]:
    found = []
    for text in texts:
        encodings = model.encode([text])
        with torch.no_grad():
            batch = model.collate(encodings, 1, int(encodings.lengths[0]))
            embedded = model.embed(batch)[0].double().cpu().numpy()
        found.append(twin.relevance(embedded, contrast, method.name, method.parameters)[1])
    return found


def _lost(model: SequenceModel, text: str, contrast: NDArray[np.float64]) -> float:
    """Return which share of the score CP-LRP does not find again in the input; NaN of score 0."""
    method: Any = CpLrp()
    score, relevance = _explained(model, method, text, contrast)
    return float("nan") if score == 0 else abs(float(relevance.sum()) - score) / abs(score)


@contextmanager
def _without(twin: Twin) -> Iterator[None]:
    """Set the constants of a network to 0; put them back on leaving."""
    held = [(tensor, tensor.data.clone()) for tensor in twin.constants()]
    try:
        for tensor, _ in held:
            tensor.data.zero_()
        yield
    finally:
        for tensor, data in held:
            tensor.data.copy_(data)


def _apart(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the largest difference over the largest value of `b`; NaN where `b` is all 0."""
    scale = float(np.abs(b).max(initial=0.0))
    return float("nan") if scale == 0 else float(np.abs(a - b).max()) / scale

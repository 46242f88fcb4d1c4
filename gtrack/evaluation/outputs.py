"""The scores that suit what a model's outputs are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.training.truth import Rows, Truth
from gtrack.evaluation.bootstrap import Estimate
from gtrack.evaluation.classification import score_classification
from gtrack.evaluation.intervals import wilson
from gtrack.evaluation.multilabel import score_multilabel
from gtrack.evaluation.regression import score_regression


def score_outputs(
    logits: NDArray[np.float64],
    truth: Truth,
    rows: Rows,
    seed: int,
    groups: NDArray[np.int64] | None = None,
) -> dict[str, Any]:
    """Return the scores that suit what the outputs are, as plain numbers.

    Parameters
    ----------
    logits : ndarray, shape (rows, outputs)
        What the network gives for `rows`, in their order; values in the user's unit.
    truth : Truth
        Of all rows.
    rows : ndarray of int64
        Those to score.
    seed : int
        Of the bootstrap.
    groups : ndarray of int64, shape (rows,), optional
        A number for each of `rows`: those of one number share an origin.

    Returns
    -------
    dict
        Rounded to six digits; None for a score that is not defined. ``independent``: the number of
        groups, where they are given.
    """
    known = truth.of[rows]
    scores: Any
    if truth.outputs == "labels":
        scores = score_multilabel(logits, known == 1, truth.names, seed=seed, groups=groups)
    elif truth.outputs == "values":
        scores = score_regression(logits, known, truth.names, seed=seed, groups=groups)
    else:
        shifted = np.exp(logits - logits.max(1, keepdims=True))
        probabilities = shifted / shifted.sum(1, keepdims=True)
        scores = score_classification(probabilities, known, truth.names, seed=seed, groups=groups)
    rounded: dict[str, Any] = _round(asdict(scores))
    if groups is not None:
        rounded["independent"] = len(np.unique(groups))
    return rounded


def _round(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _round(item) for key, item in value.items()}
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def score_known(
    logits: NDArray[np.float64],
    truth: Truth,
    rows: Sequence[int],
    groups: NDArray[np.int64] | None = None,
) -> tuple[dict[str, Any] | None, str | None]:
    """Score predictions of which some are missing, against a truth that need not hold all classes.

    Parameters
    ----------
    logits : ndarray, shape (N, outputs)
        Outputs of all rows; NaN where there is none.
    truth : Truth
        Of `rows`, in their order.
    rows : sequence of int, length n
        Whose truth it is.
    groups : ndarray of int64, shape (n,), optional
        A number for each of `rows`: those of one number share an origin.

    Returns
    -------
    scores : dict or None
        As :func:`score_outputs` gives them; where a class has no row, `rows` and `accuracy` alone;
        None where nothing can be measured.
    lack : str or None
        What is missing of the truth.
    """
    said = logits[np.asarray(rows, np.int64)]
    kept = np.flatnonzero(np.isfinite(said).all(axis=1))
    lack = truth.lack(kept) if len(kept) else "no row has both a label and a score"
    apart = len(kept)
    if groups is not None:
        groups = groups[kept]
        apart = len(np.unique(groups))
        groups = groups if apart < len(kept) else None
    if lack is None:
        return score_outputs(said[kept], truth, kept, seed=0, groups=groups), None
    if truth.outputs != "classes" or not len(kept):
        return None, lack
    right = float((said[kept].argmax(axis=1) == truth.of[kept]).mean())
    scores = {"rows": len(kept), "accuracy": asdict(Estimate(right, *wilson(right, apart)))}
    rounded: dict[str, Any] = _round(scores)
    return rounded | ({"independent": apart} if groups is not None else {}), lack

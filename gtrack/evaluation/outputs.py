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
from gtrack.evaluation.multilabel import score_multilabel
from gtrack.evaluation.regression import score_regression

_NORMAL = 1.959964
"""97.5 % of a standard normal lie below it."""


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
    logits: NDArray[np.float64], truth: Truth, rows: Sequence[int]
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
    if lack is None:
        return score_outputs(said[kept], truth, kept, seed=0), None
    if truth.outputs != "classes" or not len(kept):
        return None, lack
    right = int((said[kept].argmax(axis=1) == truth.of[kept]).sum())
    scores = {"rows": len(kept), "accuracy": asdict(_share(right, len(kept)))}
    rounded: dict[str, Any] = _round(scores)
    return rounded, lack


def _share(hits: int, rows: int) -> Estimate:
    """Return a share with Wilson's interval, which stays open where all or none are hits."""
    share, spread = hits / rows, _NORMAL**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return Estimate(share, middle - half, middle + half)

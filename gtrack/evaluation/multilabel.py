"""How well every label is ranked by a model whose labels do not exclude each other.

scikit-learn is the oracle in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.evaluation.bootstrap import Estimate, Floats, estimates
from gtrack.evaluation.ranking import RankCurve

_MEAN = -1  # in place of a label's index


@dataclass(frozen=True, slots=True)
class RankScores:
    """One label: the rows that have it against those that have not.

    Parameters
    ----------
    positives : int
        Rows that truly have the label.
    auroc, auprc : Estimate
        Of the label's score; AUPRC is average precision (no interpolation).
    """

    positives: int
    auroc: Estimate
    auprc: Estimate


@dataclass(frozen=True, slots=True)
class MultilabelScores:
    """What a model of several labels does on rows that it has not seen.

    Parameters
    ----------
    rows : int
        Number of rows.
    auroc, auprc : Estimate
        Plain means over the labels.
    labels : dict
        Scores of every label by name.
    """

    rows: int
    auroc: Estimate
    auprc: Estimate
    labels: dict[str, RankScores]


def score_multilabel(
    scores: Floats,
    truth: NDArray[np.bool_],
    names: tuple[str, ...],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> MultilabelScores:
    """Score logits or probabilities against what every row has.

    Parameters
    ----------
    scores : ndarray, shape (rows, labels)
        Only the order within a column matters.
    truth : ndarray of bool, shape (rows, labels)
        Whether a row has a label; every label has rows with and without it.
    names : tuple of str
        One name per label.
    resamples : int
        Bootstrap resamples of whole rows. Those that draw no row with a label, or none without it,
        are left out of its interval, and the label out of their mean.
    seed : int
        Seed of the resamples.

    Raises
    ------
    ValueError
        When shapes disagree, a score is not finite or all rows agree on a label.
    """
    scores, truth = np.asarray(scores, np.float64), np.asarray(truth, np.bool_)
    if scores.shape != truth.shape or scores.shape != (len(scores), len(names)) or not names:
        raise ValueError(f"{scores.shape} scores, {truth.shape} labels, {len(names)} names")
    positives = truth.sum(0)
    if not np.isfinite(scores).all() or positives.min() == 0 or positives.max() == len(truth):
        raise ValueError("scores must be finite and every label needs rows with and without it")
    curves = [RankCurve(scores[:, k], truth[:, k]) for k in range(len(names))]

    def measure(weights: Floats) -> dict[tuple[str, int], Floats]:
        areas = np.array([curve.areas(weights) for curve in curves])
        found: dict[tuple[str, int], Floats] = {}
        for at, name in enumerate(("auroc", "auprc")):
            found |= {(name, k): areas[k, at] for k in range(len(curves))}
            found[name, _MEAN] = _mean_of_defined(areas[:, at])
        return found

    found = estimates(measure, np.zeros(len(truth), np.int64), resamples=resamples, seed=seed)
    return MultilabelScores(
        rows=len(truth),
        auroc=found["auroc", _MEAN],
        auprc=found["auprc", _MEAN],
        labels={
            name: RankScores(int(positives[k]), found["auroc", k], found["auprc", k])
            for k, name in enumerate(names)
        },
    )


def _mean_of_defined(numbers: Floats) -> Floats:
    """Mean over labels, shape (labels, resamples) to (resamples,); NaN where none is defined."""
    defined = ~np.isnan(numbers)
    total = np.where(defined, numbers, 0.0).sum(0)
    count = defined.sum(0)
    out = np.full(len(total), np.nan)
    return np.asarray(np.divide(total, count, out=out, where=count > 0))

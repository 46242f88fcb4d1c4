"""How well a classifier ranks and decides: AUROC, AUPRC, MCC and accuracy, each with an interval.

scikit-learn is the oracle in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.evaluation.bootstrap import Estimate, Floats, estimates
from gtrack.evaluation.ranking import RankCurve


@dataclass(frozen=True, slots=True)
class LabelScores:
    """One label against the rest.

    Parameters
    ----------
    rows : int
        Rows that truly have the label.
    auroc, auprc : float
        Of the label's probability.
    recall, precision : float
        Of the decision for the most probable label; precision 0 where it was never chosen.
    """

    rows: int
    auroc: float
    auprc: float
    recall: float
    precision: float


@dataclass(frozen=True, slots=True)
class ClassificationScores:
    """What a classifier does on rows that it has not seen.

    Parameters
    ----------
    rows : int
        Number of rows.
    auroc, auprc : Estimate
        Of label 1 where there are two labels, else the plain mean over labels, each against the
        rest. AUPRC is average precision (no interpolation).
    mcc : Estimate
        Matthews' correlation, in Gorodkin's form for more than two labels; 0 where undefined.
    accuracy : Estimate
        Share of rows whose most probable label is right.
    labels : dict
        Scores of every label by name.
    """

    rows: int
    auroc: Estimate
    auprc: Estimate
    mcc: Estimate
    accuracy: Estimate
    labels: dict[str, LabelScores]


def score_classification(
    probabilities: Floats,
    truth: NDArray[np.integer],
    names: tuple[str, ...],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> ClassificationScores:
    """Score predicted probabilities against true labels.

    Parameters
    ----------
    probabilities : ndarray, shape (rows, labels)
        One row per sequence; only the order within a column and within a row matters.
    truth : ndarray of int, shape (rows,)
        Index of the true label; every label occurs.
    names : tuple of str
        One name per label.
    resamples : int
        Bootstrap resamples, drawn with replacement within each true label, so that every label
        stays present.
    seed : int
        Seed of the resamples.

    Raises
    ------
    ValueError
        When shapes disagree, a value is not finite or a label has no row.
    """
    scores = np.asarray(probabilities, np.float64)
    labels = np.asarray(truth, np.int64)
    if scores.shape != (len(labels), len(names)) or len(names) < 2:
        raise ValueError(f"{scores.shape} probabilities, {len(labels)} rows, {len(names)} labels")
    counts = np.bincount(labels, minlength=len(names))
    if not np.isfinite(scores).all() or len(counts) != len(names) or counts.min() == 0:
        raise ValueError("probabilities must be finite and every label needs a row")

    chosen = scores.argmax(1)
    curves = [RankCurve(scores[:, k], labels == k) for k in range(len(names))]
    ranked = curves[1:] if len(names) == 2 else curves

    def measure(weights: Floats) -> dict[str, Floats]:
        auroc, auprc = np.mean([curve.areas(weights) for curve in ranked], axis=0)
        return {
            "auroc": auroc,
            "auprc": auprc,
            "mcc": _mcc(_confusion(weights, labels, chosen, len(names))),
            "accuracy": np.asarray(weights @ (labels == chosen) / weights.sum(1)),
        }

    once = np.ones((1, len(labels)))
    alone = [[float(area[0]) for area in curve.areas(once)] for curve in curves]
    confusion = _confusion(once, labels, chosen, len(names))[0]
    return ClassificationScores(
        rows=len(labels),
        **estimates(measure, labels, resamples=resamples, seed=seed),
        labels={
            name: LabelScores(
                rows=int(counts[k]),
                auroc=alone[k][0],
                auprc=alone[k][1],
                recall=float(confusion[k, k] / counts[k]),
                precision=float(confusion[k, k] / max(1.0, confusion[:, k].sum())),
            )
            for k, name in enumerate(names)
        },
    )


def _confusion(
    weights: Floats, truth: NDArray[np.int64], chosen: NDArray[np.int64], labels: int
) -> Floats:
    """Weight of every (true, chosen) pair, shape (resamples, labels, labels)."""
    cells = np.zeros((len(weights), labels * labels))
    pair = truth * labels + chosen
    for cell in np.unique(pair):
        cells[:, cell] = weights[:, pair == cell].sum(1)
    return cells.reshape(-1, labels, labels)


def _mcc(confusion: Floats) -> Floats:
    """Gorodkin's R_K (Comput. Biol. Chem. 28:367-374, 2004); Matthews' correlation for 2 labels."""
    total = confusion.sum((1, 2))
    true, chosen = confusion.sum(2), confusion.sum(1)
    covariance = np.trace(confusion, axis1=1, axis2=2) * total - (true * chosen).sum(1)
    spread = (total**2 - (true**2).sum(1)) * (total**2 - (chosen**2).sum(1))
    return np.asarray(np.where(spread > 0, covariance / np.sqrt(np.maximum(spread, 1e-300)), 0.0))

"""How well a classifier ranks and decides: AUROC, AUPRC, MCC and accuracy, each with an interval.

scikit-learn is the oracle in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.evaluation.bootstrap import Estimate, Floats, replicates
from gtrack.evaluation.intervals import area_intervals, binomial, interval, wilson
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
    groups: NDArray[np.int64] | None = None,
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
    groups : ndarray of int64, shape (rows,), optional
        Rows of one number share an origin: they are drawn together, and count as one.

    Raises
    ------
    ValueError
        When shapes disagree, a value is not finite or a label has no row.
    """
    scores, labels = _checked(probabilities, truth, names)
    counts = np.bincount(labels, minlength=len(names))
    chosen = scores.argmax(1)
    curves = [RankCurve(scores[:, k], labels == k) for k in range(len(names))]
    ranked = (1,) if len(names) == 2 else range(len(names))

    def measure(weights: Floats) -> dict[tuple[str, int], Floats]:
        areas = {k: curves[k].areas(weights) for k in ranked}
        right = np.asarray(weights @ (labels == chosen) / weights.sum(1))
        return {
            **{("auroc", k): areas[k][0] for k in ranked},
            **{("auprc", k): areas[k][1] for k in ranked},
            ("accuracy", 0): right,
        }

    found = replicates(measure, labels, resamples=resamples, seed=seed, groups=groups)
    areas, _ = area_intervals(found, {k: labels == k for k in ranked}, groups)
    independent = len(labels) if groups is None else len(np.unique(groups))
    once = np.ones((1, len(labels)))
    alone = [[float(area[0]) for area in curve.areas(once)] for curve in curves]
    confusion = _confusion(once, labels, chosen, len(names))[0]
    return ClassificationScores(
        rows=len(labels),
        **areas,
        mcc=_mcc_interval(confusion, labels, groups),
        accuracy=interval(*found["accuracy", 0], lambda true: binomial(true, independent)),
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


def _checked(
    probabilities: Floats, truth: NDArray[np.integer], names: tuple[str, ...]
) -> tuple[Floats, NDArray[np.int64]]:
    scores = np.asarray(probabilities, np.float64)
    labels = np.asarray(truth, np.int64)
    if scores.shape != (len(labels), len(names)) or len(names) < 2:
        raise ValueError(f"{scores.shape} probabilities, {len(labels)} rows, {len(names)} labels")
    counts = np.bincount(labels, minlength=len(names))
    if not np.isfinite(scores).all() or len(counts) != len(names) or counts.min() == 0:
        raise ValueError("probabilities must be finite and every label needs a row")
    return scores, labels


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


def _mcc_interval(
    confusion: Floats, labels: NDArray[np.int64], groups: NDArray[np.int64] | None
) -> Estimate:
    """Put the interval of MCC together from Wilson's of every label's recall (MOVER).

    A recall takes rows from, or gives them to, the errors of its label in their proportions; evenly
    where it has none.
    """
    value = float(_mcc(confusion[None])[0])
    down = up = 0.0
    for k, row in enumerate(confusion):
        total, wrong = row.sum(), row.copy()
        wrong[k] = 0.0
        if not wrong.any():
            wrong = np.ones(len(row))
            wrong[k] = 0.0
        own = labels == k
        rows = int(own.sum()) if groups is None else len(np.unique(groups[own]))
        ends = []
        for recall in wilson(row[k] / total, rows):
            changed = confusion.copy()
            changed[k] = total * (1 - recall) * wrong / wrong.sum()
            changed[k, k] = total * recall
            ends.append(float(_mcc(changed[None])[0]))
        down += max(0.0, value - min(ends)) ** 2
        up += max(0.0, max(ends) - value) ** 2
    return Estimate(value, max(-1.0, value - down**0.5), min(1.0, value + up**0.5))

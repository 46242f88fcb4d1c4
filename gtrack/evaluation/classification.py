"""How well a classifier ranks and decides: AUROC, AUPRC, MCC and accuracy, each with an interval.

Every measure is written once, for rows with weights: all ones give the value, the counts of a
bootstrap resample give its replicate. That makes a thousand replicates cost a few array passes;
scikit-learn is the oracle in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Measure = Callable[[Floats], Floats]

_CELLS = 4_000_000  # weights held at once: 32 MB


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its 95 % percentile-bootstrap interval."""

    value: float
    low: float
    high: float


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
    curves = [_RankCurve(scores[:, k], labels == k) for k in range(len(names))]
    ranked = curves[1:] if len(names) == 2 else curves
    measures: dict[str, Measure] = {
        "auroc": lambda weights: np.mean([curve.auroc(weights) for curve in ranked], axis=0),
        "auprc": lambda weights: np.mean([curve.auprc(weights) for curve in ranked], axis=0),
        "mcc": lambda weights: _mcc(_confusion(weights, labels, chosen, len(names))),
        "accuracy": lambda weights: _accuracy(weights, labels == chosen),
    }
    once = np.ones((1, len(labels)))
    values = {name: float(measure(once)[0]) for name, measure in measures.items()}
    replicates: dict[str, list[Floats]] = {name: [] for name in measures}
    rng = np.random.default_rng(seed)
    chunk = max(1, _CELLS // len(labels))
    for done in range(0, resamples, chunk):
        weights = _resample(labels, min(chunk, resamples - done), rng)
        for name, measure in measures.items():
            replicates[name].append(measure(weights))

    confusion = _confusion(once, labels, chosen, len(names))[0]
    return ClassificationScores(
        rows=len(labels),
        **{name: _estimate(values[name], replicates[name]) for name in measures},
        labels={
            name: LabelScores(
                rows=int(counts[k]),
                auroc=float(curves[k].auroc(once)[0]),
                auprc=float(curves[k].auprc(once)[0]),
                recall=float(confusion[k, k] / counts[k]),
                precision=float(confusion[k, k] / max(1.0, confusion[:, k].sum())),
            )
            for k, name in enumerate(names)
        },
    )


class _RankCurve:
    """True and false positives as the threshold falls through one column of scores."""

    def __init__(self, scores: Floats, positive: NDArray[np.bool_]) -> None:
        self._order = np.argsort(-scores, kind="stable")
        self._positive = positive[self._order]
        ranked = scores[self._order]
        self._group_ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))

    def _counts(self, weights: Floats) -> tuple[Floats, Floats]:
        ranked = weights[:, self._order]
        hits = np.cumsum(ranked * self._positive, axis=1)[:, self._group_ends]
        every = np.cumsum(ranked, axis=1)[:, self._group_ends]
        return hits, every - hits

    def auroc(self, weights: Floats) -> Floats:
        """Trapezoid under the ROC curve, shape (resamples,): ties count one half."""
        hits, misses = self._counts(weights)
        before = np.pad(hits[:, :-1], ((0, 0), (1, 0)))
        steps = np.diff(misses, axis=1, prepend=0.0)
        area = ((hits + before) / 2 * steps).sum(1)
        return np.asarray(area / (hits[:, -1] * misses[:, -1]))

    def auprc(self, weights: Floats) -> Floats:
        """Average precision, shape (resamples,): precision at each step of recall."""
        hits, misses = self._counts(weights)
        steps = np.diff(hits, axis=1, prepend=0.0)
        precision = hits / np.maximum(hits + misses, 1e-300)
        return np.asarray((precision * steps).sum(1) / hits[:, -1])


def _resample(labels: NDArray[np.int64], resamples: int, rng: np.random.Generator) -> Floats:
    """How often each row is drawn, shape (resamples, rows); label totals stay as they are."""
    weights = np.empty((resamples, len(labels)))
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        drawn = rng.integers(len(rows), size=(resamples, len(rows)))
        drawn += np.arange(resamples)[:, None] * len(rows)
        counts = np.bincount(drawn.ravel(), minlength=resamples * len(rows))
        weights[:, rows] = counts.reshape(resamples, len(rows))
    return weights


def _accuracy(weights: Floats, right: NDArray[np.bool_]) -> Floats:
    return np.asarray(weights @ right / weights.sum(1))


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


def _estimate(value: float, replicates: list[Floats]) -> Estimate:
    if not replicates:
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.quantile(np.concatenate(replicates), (0.025, 0.975))
    return Estimate(value, float(low), float(high))

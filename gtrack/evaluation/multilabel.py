"""How well every label is ranked by a model whose labels do not exclude each other.

scikit-learn is the oracle in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.evaluation.bootstrap import Estimate, Floats, replicates
from gtrack.evaluation.intervals import area_intervals
from gtrack.evaluation.ranking import RankCurve


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
    groups: NDArray[np.int64] | None = None,
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
        are left out of its interval.
    seed : int
        Seed of the resamples.
    groups : ndarray of int64, shape (rows,), optional
        Rows of one number share an origin: they are drawn together, and count as one.

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

    every = range(len(names))

    def measure(weights: Floats) -> dict[tuple[str, int], Floats]:
        areas = [curve.areas(weights) for curve in curves]
        return {
            **{("auroc", k): areas[k][0] for k in every},
            **{("auprc", k): areas[k][1] for k in every},
        }

    alike = np.zeros(len(truth), np.int64)
    found = replicates(measure, alike, resamples=resamples, seed=seed, groups=groups)
    areas, each = area_intervals(found, {k: truth[:, k] for k in every}, groups)
    return MultilabelScores(
        rows=len(truth),
        **areas,
        labels={name: RankScores(int(positives[k]), *each[k]) for k, name in enumerate(names)},
    )

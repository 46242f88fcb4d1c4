"""How near predicted values come to measured ones: Pearson, Spearman and R2, with intervals.

SciPy and scikit-learn are the oracles in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.evaluation.bootstrap import Estimate, Floats, replicates
from gtrack.evaluation.intervals import correlation_interval, determination_interval


@dataclass(frozen=True, slots=True)
class ValueScores:
    """One value.

    Parameters
    ----------
    pearson, spearman : Estimate
        Correlation of the numbers, and of their ranks (ties at their mean rank); NaN for a
        prediction that never changes.
    r2 : Estimate
        Coefficient of determination: 1 - sum of squared errors / sum of squared differences from
        the mean of the rows. Unlike a squared correlation it is below 0 for a prediction worse
        than that mean.
    """

    pearson: Estimate
    spearman: Estimate
    r2: Estimate


@dataclass(frozen=True, slots=True)
class RegressionScores:
    """What a model of values does on rows that it has not seen.

    Parameters
    ----------
    rows : int
        Number of rows.
    values : dict
        Scores of every value by name.
    """

    rows: int
    values: dict[str, ValueScores]


def score_regression(
    predicted: Floats,
    truth: Floats,
    names: tuple[str, ...],
    *,
    resamples: int = 1000,
    seed: int = 0,
    groups: NDArray[np.int64] | None = None,
) -> RegressionScores:
    """Score predicted against measured values.

    Parameters
    ----------
    predicted, truth : ndarray, shape (rows, values)
        In one unit; every measured value changes from row to row.
    names : tuple of str
        One name per value.
    resamples : int
        Bootstrap resamples of whole rows; those that draw one number only are left out of the
        interval.
    seed : int
        Seed of the resamples.
    groups : ndarray of int64, shape (rows,), optional
        Rows of one number share an origin: they are drawn together, and count as one.

    Raises
    ------
    ValueError
        When shapes disagree, a number is not finite or a measured value never changes.
    """
    predicted, truth = np.asarray(predicted, np.float64), np.asarray(truth, np.float64)
    if predicted.shape != truth.shape or truth.shape != (len(truth), len(names)) or not names:
        raise ValueError(f"{predicted.shape} predicted, {truth.shape} true, {len(names)} names")
    if not np.isfinite(predicted).all() or not np.isfinite(truth).all():
        raise ValueError("values must be finite")
    if len(truth) < 2 or (truth == truth[0]).all(0).any():
        raise ValueError("every measured value needs two different numbers")

    def measure(weights: Floats) -> dict[tuple[str, int], Floats]:
        found = {}
        for k in range(len(names)):
            x, y = predicted[:, k], truth[:, k]
            found["pearson", k] = _pearson(weights, x, y)
            found["spearman", k] = _spearman(weights, x, y)
            found["r2", k] = _r2(weights, x, y)
        return found

    alike = np.zeros(len(truth), np.int64)
    found = replicates(measure, alike, resamples=resamples, seed=seed, groups=groups)
    rows = len(truth) if groups is None else len(np.unique(groups))
    return RegressionScores(
        rows=len(truth),
        values={
            name: ValueScores(
                correlation_interval(*found["pearson", k], rows),
                correlation_interval(*found["spearman", k], rows, ranks=True),
                determination_interval(*found["r2", k], rows),
            )
            for k, name in enumerate(names)
        },
    )


def _pearson(weights: Floats, x: Floats, y: Floats) -> Floats:
    """Correlation per resample; `x` and `y` of shape (rows,), or (resamples, rows) for ranks."""
    defined = _varies(weights, x) & _varies(weights, y)
    dx, dy = _centred(weights, _scaled(x)), _centred(weights, _scaled(y))
    joint = (weights * dx * dy).sum(1)
    spread = np.sqrt((weights * dx * dx).sum(1) * (weights * dy * dy).sum(1))
    found = np.divide(joint, spread, out=np.full(len(joint), np.nan), where=defined & (spread > 0))
    return np.asarray(np.clip(found, -1.0, 1.0))


def _spearman(weights: Floats, x: Floats, y: Floats) -> Floats:
    return _pearson(weights, _ranks(weights, x), _ranks(weights, y))


def _r2(weights: Floats, predicted: Floats, truth: Floats) -> Floats:
    unit = float(np.abs(truth - truth.mean()).max())
    errors = (weights * ((truth - predicted) / unit) ** 2).sum(1)
    spread = (weights * _centred(weights, (truth - truth.mean()) / unit) ** 2).sum(1)
    out = np.full(len(errors), np.nan)
    found = np.divide(errors, spread, out=out, where=_varies(weights, truth) & (spread > 0))
    return np.asarray(1 - found)


def _ranks(weights: Floats, x: Floats) -> Floats:
    """Rank of every row in each resample, shape (resamples, rows): a row drawn twice is a tie."""
    _, group = np.unique(x, return_inverse=True)
    order = np.argsort(group, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(group[order]) > 0, True))
    upto = np.cumsum(weights[:, order], axis=1)[:, ends]
    middle = (upto + np.pad(upto[:, :-1], ((0, 0), (1, 0))) + 1) / 2
    return np.asarray(middle[:, group])


def _varies(weights: Floats, x: Floats) -> NDArray[np.bool_]:
    """Whether the rows with weight have more than one number, exactly."""
    drawn = weights > 0
    least, greatest = np.where(drawn, x, np.inf).min(1), np.where(drawn, x, -np.inf).max(1)
    return np.asarray(least < greatest)


def _centred(weights: Floats, x: Floats) -> Floats:
    """Differences from the mean of each resample, shape (resamples, rows)."""
    mean = (weights * x).sum(1) / weights.sum(1)
    return np.asarray(x - mean[:, None])


def _scaled(x: Floats) -> Floats:
    """Return numbers of about 1, so that squares neither vanish nor overflow."""
    moved = x - x.mean()
    largest = float(np.abs(moved).max())
    return np.asarray(moved / largest if largest > 0 else moved)

"""95 % intervals of scores that hold where few rows are wrong, or none.

A percentile bootstrap of a score near its end is too narrow, and of a perfect one empty. Here the
limits are the true values at which the score that was found would lie just 1.96 standard errors
away (Wilson's way), with the error that a plain model gives at that value; where the bootstrap by
groups finds a larger error, by that much more. For AUROC the model is Hanley and McNeil's with mean
class sizes (Newcombe, Stat. Med. 25:559-573, 2006), else the binomial one. Rows that share an
origin count as one. `benchmarks/intervals.py` counts how often the intervals hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.evaluation.bootstrap import Estimate, Floats, Z

_AUPRC_LEAST = 0.6  # the binomial error is too large for it, by up to a half
_HALVINGS = 60
_NEAREST = 1 - 1e-12  # to a perfect correlation
_LEAST_ERROR = 1e-24

Variance = Callable[[float], float]
"""True value to the variance of the score."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows with a label and without it stand for themselves: groups, where there are any.

    Parameters
    ----------
    positives, negatives : int
        At least 1 each.
    """

    positives: int
    negatives: int

    @classmethod
    def of(cls, positive: NDArray[np.bool_], groups: NDArray[np.int64] | None) -> Sizes:
        """Count them; a group that has both counts on either side."""
        if groups is None:
            return cls(int(positive.sum()), int((~positive).sum()))
        return cls(len(np.unique(groups[positive])), len(np.unique(groups[~positive])))

    def auroc(self, value: float) -> float:
        """Variance of an AUROC; with the mean size in place of either inside the bracket."""
        mean = (self.positives + self.negatives) / 2
        bracket = 1 + (mean - 1) * ((1 - value) / (2 - value) + value / (1 + value))
        return value * (1 - value) / (self.positives * self.negatives) * bracket

    def auprc(self, value: float) -> float:
        """Variance of an average precision, of which every row with the label is a share."""
        return binomial(value, self.positives)


def binomial(value: float, rows: int) -> float:
    """Variance of a share of `rows`."""
    return value * (1 - value) / rows


def wilson(value: float, rows: int) -> tuple[float, float]:
    """Return the ends of Wilson's 95 % interval of a share of `rows`."""
    low, high = (_limit(value, end, lambda true: binomial(true, rows)) for end in (0.0, 1.0))
    return low, high


def interval(value: float, replicates: Floats, variance: Variance, least: float = 1.0) -> Estimate:
    """Return a score between 0 and 1 with its interval.

    Parameters
    ----------
    value : float
        The score that was found.
    replicates : ndarray, shape (resamples,)
        The score of bootstrap resamples; NaN where it is undefined. Fewer than 2: no interval.
    variance : callable
        What the model says.
    least : float
        Least ratio of the bootstrap's variance to the model's that is believed.
    """
    defined = replicates[~np.isnan(replicates)]
    if len(defined) < 2 or not np.isfinite(value):
        return Estimate(value, float("nan"), float("nan"))
    said, seen = variance(value), float(defined.var(ddof=1))
    times = max(least, seen / said) if said > 0 and seen > 0 else 1.0
    return Estimate(
        value,
        _limit(value, 0.0, lambda true: times * variance(true)),
        _limit(value, 1.0, lambda true: times * variance(true)),
    )


def area_intervals(
    found: Mapping[tuple[str, int], tuple[float, Floats]],
    having: Mapping[int, NDArray[np.bool_]],
    groups: NDArray[np.int64] | None,
) -> tuple[dict[str, Estimate], dict[int, tuple[Estimate, Estimate]]]:
    """Return the mean areas over labels with intervals, and AUROC and AUPRC of each.

    Parameters
    ----------
    found : mapping
        ``("auroc", label)`` and ``("auprc", label)`` to value and replicates.
    having : mapping of int to ndarray of bool, shape (rows,)
        By label, the rows that have it.
    groups : ndarray of int64, shape (rows,), or None
        Rows of one number share an origin.
    """
    each = {}
    for label, rows in having.items():
        sizes = Sizes.of(rows, groups)
        each[label] = (
            interval(*found["auroc", label], sizes.auroc),
            interval(*found["auprc", label], sizes.auprc, _AUPRC_LEAST),
        )
    means = {
        name: mean_interval(
            [both[at] for both in each.values()], [found[name, label][1] for label in each]
        )
        for at, name in enumerate(("auroc", "auprc"))
    }
    return means, each


def mean_interval(each: Sequence[Estimate], replicates: Sequence[Floats]) -> Estimate:
    """Return the mean of several scores with its interval, from theirs and how they go together.

    Distances from value to limit are added as correlated ones (MOVER: Zou, Psychol. Methods
    12:399-413, 2007). Scores whose correlation is not known are taken to move as one.

    Parameters
    ----------
    each : sequence of Estimate
        One per score.
    replicates : sequence of ndarray, shape (resamples,)
        Of every score, from the same resamples.
    """
    if len(each) == 1:
        return each[0]
    value = float(np.mean([score.value for score in each]))
    together = _correlations(replicates)
    down = np.array([score.value - score.low for score in each])
    up = np.array([score.high - score.value for score in each])
    low, high = (
        float(np.sqrt(max(0.0, side @ together @ side))) / len(each) for side in (down, up)
    )
    return Estimate(value, max(0.0, value - low), min(1.0, value + high))


def correlation_interval(
    value: float, replicates: Floats, rows: int, *, ranks: bool = False
) -> Estimate:
    """Return a correlation with its interval, of Fisher's z.

    The error of z is that of the bootstrap (by the slope of z), and at least Fisher's own; of ranks
    that of Bonett and Wright (Psychometrika 65:23-28, 2000).

    Parameters
    ----------
    value : float
        From -1 to 1.
    replicates : ndarray, shape (resamples,)
        Of bootstrap resamples; fewer than 2: no interval.
    rows : int
        Rows, or groups of rows of one origin; fewer than 4: no interval.
    ranks : bool
        Whether it is Spearman's.
    """
    defined = replicates[~np.isnan(replicates)]
    if len(defined) < 2 or rows < 4 or not np.isfinite(value):
        return Estimate(value, float("nan"), float("nan"))
    most = 1 - 6 / (rows**3 - rows) if ranks else _NEAREST  # half a step of ranks below all alike
    near = float(np.clip(value, -most, most))
    least = (1 + value**2 / 2 if ranks else 1.0) / (rows - 3)
    error = max(float(defined.var(ddof=1)) / (1 - near**2) ** 2, least) ** 0.5
    low, high = (float(np.tanh(np.arctanh(near) + side * Z * error)) for side in (-1, 1))
    return Estimate(value, min(value, low), max(value, high))


def determination_interval(value: float, replicates: Floats, rows: int) -> Estimate:
    """Return an R2 with its interval, of the logarithm of 1 - R2, the share that is not explained.

    Parameters
    ----------
    value : float
        Up to 1.
    replicates : ndarray, shape (resamples,)
        Of bootstrap resamples; fewer than 2: no interval.
    rows : int
        Rows, or groups of rows of one origin; fewer than 4: no interval.
    """
    defined = replicates[~np.isnan(replicates)]
    if len(defined) < 2 or rows < 4 or not np.isfinite(value):
        return Estimate(value, float("nan"), float("nan"))
    logs = np.log(np.maximum(_LEAST_ERROR, 1 - defined))
    error = float(logs.std(ddof=1)) * (rows / (rows - 2)) ** 0.5
    middle = np.log(max(_LEAST_ERROR, 1 - value))
    low, high = (1 - float(np.exp(middle - side * Z * error)) for side in (-1, 1))
    return Estimate(value, min(value, low), max(value, high))


def _correlations(replicates: Sequence[Floats]) -> Floats:
    rows = np.array(replicates)
    rows = rows[:, ~np.isnan(rows).any(0)]
    if rows.shape[1] < 2:
        return np.ones((len(rows), len(rows)))
    centred = rows - rows.mean(1, keepdims=True)
    spread = np.sqrt((centred**2).sum(1))
    both = spread[:, None] * spread
    joint = centred @ centred.T
    return np.asarray(np.divide(joint, both, out=np.ones_like(joint), where=both > 0))


def _limit(value: float, end: float, variance: Variance) -> float:
    """Return the true value farthest towards `end` that lies within `Z` standard errors."""
    inside, outside = value, end
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if abs(value - middle) <= Z * float(np.sqrt(variance(middle))):
            inside = middle
        else:
            outside = middle
    return inside

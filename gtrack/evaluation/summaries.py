"""A metric over many regions in a line of a table: mean, median, interval, how many counted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtrack.evaluation.bootstrap import FEWEST, percentile, resample
from gtrack.evaluation.intervals import wilson

RESAMPLES = 1_000
_CELLS = 400_000  # weights held at once: 3 MB


@dataclass(frozen=True, slots=True)
class Summary:
    """One metric over one group of regions.

    Attributes
    ----------
    mean, median : float
        Over the regions where the metric is defined; NaN where there is none.
    low, high : float
        95 % interval of the mean: of resamples (:func:`gtrack.evaluation.bootstrap.percentile`), of
        values that are 0 or 1 Wilson's. NaN for fewer than five regions or loci.
    n : int
        Regions that count.
    undefined : int
        Regions of the group in which the metric is not defined.
    """

    mean: float
    median: float
    low: float
    high: float
    n: int
    undefined: int


def summarise(
    columns: Sequence[ArrayLike],
    *,
    loci: NDArray[np.int64] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[Summary]:
    """Summarise columns over the same regions, all from the same resamples.

    Parameters
    ----------
    columns : sequence of array_like, shape (n,)
        One value per region; NaN where it is undefined.
    loci : ndarray of int64, shape (n,), optional
        Regions of one number are drawn together: they are one observation.
    resamples : int
        Of the regions, with replacement; one that draws no defined value is left out.
    seed : int
    """
    if not len(columns):
        return []
    given = [np.asarray(each, np.float64) for each in columns]
    n = len(given[0])
    if n == 0:
        return [Summary(math.nan, math.nan, math.nan, math.nan, 0, 0) for _ in given]
    if loci is not None and len(np.unique(loci)) == n:
        loci = None
    found = []
    for row, means in zip(given, _replicates(given, loci, resamples, seed), strict=True):
        there = np.isfinite(row)
        apart = int(there.sum()) if loci is None else len(np.unique(loci[there]))
        found.append(_summary(row[there], n, means, apart))
    return found


def _replicates(
    columns: Sequence[NDArray[np.float64]],
    loci: NDArray[np.int64] | None,
    resamples: int,
    seed: int,
) -> NDArray[np.float64]:
    """Return the mean of each column in every resample, shape (columns, resamples)."""
    count, n = len(columns), len(columns[0])
    both = np.empty((2 * count, n))  # values, then whether there is one: the only copy
    for row, column in enumerate(columns):
        there = np.isfinite(column)
        both[row] = np.where(there, column, 0.0)
        both[count + row] = there
    rng, strata = np.random.default_rng(seed), np.zeros(n, np.int64)
    parts = []
    chunk = max(1, _CELLS // n)
    for done in range(0, resamples, chunk):
        weights = resample(strata, min(chunk, resamples - done), rng, loci)
        parts.append(weights @ both.T)
    sums = np.concatenate(parts).T
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[:count] / sums[count:])


def _summary(
    values: NDArray[np.float64], regions: int, means: NDArray[np.float64], apart: int
) -> Summary:
    undefined = regions - len(values)
    if not len(values):
        return Summary(math.nan, math.nan, math.nan, math.nan, 0, undefined)
    low, high = percentile(means, apart)
    if ((values == 0) | (values == 1)).all() and apart >= FEWEST:  # resamples of ten 1s are all 1
        low, high = wilson(float(values.mean()), apart)
    mean, median = float(values.mean()), float(np.median(values))
    return Summary(mean, median, low, high, len(values), undefined)


def as_array(values: ArrayLike) -> NDArray[np.float64]:
    """Return numbers, as JSON or a column holds them, as an array."""
    return np.asarray(values, np.float64)

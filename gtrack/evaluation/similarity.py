"""How alike two relevance maps of the same sequence are, and how alike they are by chance.

A map is one signed value per base; a base that is NaN in either map is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Measure = Callable[[ArrayLike, ArrayLike], float]


def pearson(a: ArrayLike, b: ArrayLike) -> float:
    """Return the linear correlation of two maps, shape (L,) each; NaN where one is constant.

    Examples
    --------
    >>> round(pearson([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]), 12)
    1.0
    """
    x, y = _paired(a, b)
    if len(x) < 2:
        return math.nan
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    # Scaled first: squares of very small relevance must not vanish.
    return cosine(_scaled(x - x.mean()), _scaled(y - y.mean()))


def spearman(a: ArrayLike, b: ArrayLike) -> float:
    """Return the correlation of the ranks of two maps, ties at their mean rank.

    Examples
    --------
    >>> round(spearman([1.0, 2.0, 9.0], [0.0, 5.0, 6.0]), 12)
    1.0
    """
    x, y = _paired(a, b)
    return pearson(_ranks(x), _ranks(y))


def cosine(a: ArrayLike, b: ArrayLike) -> float:
    """Return the cosine of the angle between two maps; NaN where one is all zero.

    Examples
    --------
    >>> cosine([1.0, 0.0], [0.0, 2.0])
    0.0
    """
    x, y = _paired(a, b)
    x, y = _scaled(x), _scaled(y)
    norm = float(np.sqrt((x @ x) * (y @ y)))
    return float(np.clip((x @ y) / norm, -1.0, 1.0)) if norm > 0 else math.nan


def jaccard_of_top(a: ArrayLike, b: ArrayLike, share: float = 0.1) -> float:
    """Return how far the bases of largest absolute relevance agree: intersection over union.

    Parameters
    ----------
    a, b : array_like of float, shape (L,)
        Two maps over the same bases.
    share : float
        Part of the bases that counts as the top, ``k = ceil(share * L)``; of bases with equal
        values the left one comes first.

    Returns
    -------
    float
        0 to 1; about ``k / (2 L - k)`` by chance; NaN for empty maps.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share {share} is not in (0, 1]")
    x, y = _paired(a, b)
    if not len(x):
        return math.nan
    k = math.ceil(share * len(x))
    top_x = set(np.argsort(-np.abs(x), kind="stable")[:k].tolist())
    top_y = set(np.argsort(-np.abs(y), kind="stable")[:k].tolist())
    return len(top_x & top_y) / len(top_x | top_y)


def mean_similarity(
    first: Sequence[ArrayLike], second: Sequence[ArrayLike], measure: Measure = pearson
) -> float:
    """Return the mean of a measure over sequences, each with a map in `first` and one in `second`.

    Sequences where the measure is not defined are left out; NaN when that leaves none.
    """
    return _mean([measure(a, b) for a, b in zip(first, second, strict=True)])


def shuffled_pairs(
    first: Sequence[ArrayLike],
    second: Sequence[ArrayLike],
    measure: Measure = pearson,
    *,
    seed: int = 0,
    rounds: int = 10,
) -> float:
    """Return the mean similarity of maps of *different* sequences: what two maps share by chance.

    Parameters
    ----------
    first, second : sequence of array_like, shape (L,)
        Maps of the same sequences in the same order, all of one length.
    measure : callable
        `pearson`, `spearman`, `cosine` or another of two maps.
    seed : int
        Of the pairings.
    rounds : int
        How many pairings are averaged; no map ever meets the one of its own sequence.

    Raises
    ------
    ValueError
        With fewer than two sequences, or maps of unequal lengths.
    """
    n = len(first)
    if n < 2 or len(second) != n:
        raise ValueError(f"{n} and {len(second)} maps: at least two sequences are needed")
    if len({len(np.asarray(m)) for m in (*first, *second)}) != 1:
        raise ValueError("maps of different lengths cannot be paired at random")
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(rounds):
        order = rng.permutation(n)  # the next one round a random circle: never itself
        for i, j in zip(order, np.roll(order, 1), strict=True):
            values.append(measure(first[i], second[j]))
    return _mean(values)


def _paired(a: ArrayLike, b: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both maps on the bases where both have a value."""
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"maps of shape {x.shape} and {y.shape}: two equal vectors are needed")
    keep = ~(np.isnan(x) | np.isnan(y))
    return x[keep], y[keep]


def _scaled(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the map in units of its largest absolute value."""
    largest = np.abs(x).max(initial=0.0)
    return x / largest if largest > 0 else x


def _ranks(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks from 0, equal values at the mean of their ranks."""
    _, group, counts = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(counts) - 1
    return np.asarray((last - (counts - 1) / 2)[group], np.float64)


def _mean(values: Sequence[float]) -> float:
    defined = [v for v in values if not math.isnan(v)]
    return float(np.mean(defined)) if defined else math.nan

"""How alike two relevance maps of the same sequence are.

A map is one signed value per base or token; where either map is NaN, both are left out.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtrack.evaluation.maps import Floats, Measure, mean_ranks, paired, scaled


def pearson(a: ArrayLike, b: ArrayLike) -> float:
    """Return the linear correlation of two maps, shape (L,) each; NaN where one is constant.

    Examples
    --------
    >>> round(pearson([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]), 12)
    1.0
    """
    x, y = paired(a, b)
    if len(x) < 2 or (x == x[0]).all() or (y == y[0]).all():
        return math.nan
    return _cosine(x - x.sum() / len(x), y - y.sum() / len(y))


def spearman(a: ArrayLike, b: ArrayLike) -> float:
    """Return the correlation of the ranks of two maps, ties at their mean rank.

    Examples
    --------
    >>> round(spearman([1.0, 2.0, 9.0], [0.0, 5.0, 6.0]), 12)
    1.0
    """
    x, y = paired(a, b)
    middle = (len(x) - 1) / 2  # the mean of all ranks, ties or none
    x, y = mean_ranks(x) - middle, mean_ranks(y) - middle
    norm = math.sqrt((x @ x) * (y @ y))
    return min(1.0, max(-1.0, float(x @ y) / norm)) if norm > 0 else math.nan


def cosine(a: ArrayLike, b: ArrayLike) -> float:
    """Return the cosine of the angle between two maps; NaN where one is all zero.

    Examples
    --------
    >>> cosine([1.0, 0.0], [0.0, 2.0])
    0.0
    """
    x, y = paired(a, b)
    return _cosine(x, y)


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
    x, y = paired(a, b)
    if not len(x):
        return math.nan
    k = math.ceil(share * len(x))
    shared = np.count_nonzero(_top(x, k) & _top(y, k))
    return shared / (2 * k - shared)


MEASURES: dict[str, Measure] = {
    "pearson": pearson,
    "spearman": spearman,
    "cosine": cosine,
    "top_jaccard": jaccard_of_top,
}
"""Measures of two maps by name; all are symmetric and at most 1, for equal maps."""


def _cosine(x: Floats, y: Floats) -> float:
    # Scaled first: squares of very small relevance must not vanish.
    x, y = scaled(x), scaled(y)
    norm = math.sqrt((x @ x) * (y @ y))
    return min(1.0, max(-1.0, float(x @ y) / norm)) if norm > 0 else math.nan


def _top(x: Floats, k: int) -> NDArray[np.bool_]:
    """Mark the k values of largest size; of equals the left one comes first."""
    sizes = np.abs(x)
    cut = np.partition(sizes, len(sizes) - k)[len(sizes) - k]
    top = np.asarray(sizes >= cut)
    if np.count_nonzero(top) == k:
        return top
    top = np.asarray(sizes > cut)
    top[np.flatnonzero(sizes == cut)[: k - np.count_nonzero(top)]] = True
    return top

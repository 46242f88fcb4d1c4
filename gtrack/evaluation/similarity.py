"""How alike two relevance maps of the same sequence are, and how alike they are by chance.

A map is one signed value per base or token; where either map is NaN, both are left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtrack.evaluation.maps import Floats, Measure, mean_ranks, paired, scaled
from gtrack.evaluation.pairing import PAIRS, other_sequences
from gtrack.evaluation.units import sums


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
    rounds: int | None = None,
    spans: Sequence[NDArray[np.integer]] | None = None,
) -> float:
    """Return the mean similarity of maps of *different* sequences: what two maps share by chance.

    Parameters
    ----------
    first, second : sequence of array_like, shape (L,)
        Maps of the same sequences in the same order, all of one length. Token k of two sequences
        stands for other bases, so tokens are paired through bases: give maps per base
        (`gtrack.evaluation.units.spread`) and `spans`.
    measure : callable
        `pearson`, `spearman`, `cosine` or another of two maps.
    seed : int
        Of the pairings.
    rounds : int
        How many pairings of all sequences are averaged; by default 300 pairs in all, or ten
        pairings where those are fewer. No map ever meets the one of its own sequence.
    spans : sequence of ndarray of int, shape (T, 2), optional
        Tokens of each sequence: both maps of a pair are summed over those of the first. Sequences
        may differ in their number of tokens.

    Returns
    -------
    float
        In the range of the measure; NaN where no pair has one.

    Raises
    ------
    ValueError
        With fewer than two sequences, or maps of unequal lengths.
    """
    n = len(first)
    if n < 2 or len(second) != n or (spans is not None and len(spans) != n):
        raise ValueError(f"{n} and {len(second)} maps: at least two sequences are needed")
    a, b = [np.asarray(m, np.float64) for m in first], [np.asarray(m, np.float64) for m in second]
    if len({len(m) for m in (*a, *b)}) != 1:
        raise ValueError("maps of different lengths cannot be paired at random")
    pairs = list(islice(other_sequences(n, rounds, seed), None if rounds else PAIRS))
    if spans is not None:
        at = [np.asarray(each) for each in spans]
        return _mean([measure(sums(a[i], at[i]), sums(b[j], at[i])) for i, j in pairs])
    own, met = {i: a[i] for i, _ in pairs}, {j: b[j] for _, j in pairs}
    directions = _DIRECTIONS.get(measure)
    if directions is None or not all(np.isfinite(m).all() for m in (*own.values(), *met.values())):
        return _mean([measure(a[i], b[j]) for i, j in pairs])
    # Ranks and norms are of one map, whoever it meets: a thousand pairs cost a thousand products.
    x, y = [{i: directions(m) for i, m in maps.items()} for maps in (own, met)]
    return _mean([float(x[i] @ y[j]) for i, j in pairs])


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


def _unit(x: Floats) -> Floats:
    """Return the map at length 1; NaN where it has no direction."""
    x = scaled(x)
    norm = float(np.sqrt(x @ x))
    return x / norm if norm > 0 else np.full(len(x), np.nan)


def _unit_of_differences(x: Floats) -> Floats:
    varies = len(x) > 1 and (x != x[0]).any()
    return _unit(x - x.sum() / len(x)) if varies else np.full(len(x), np.nan)


_DIRECTIONS: dict[Measure, Callable[[Floats], Floats]] = {
    cosine: _unit,
    pearson: _unit_of_differences,
    spearman: lambda x: _unit_of_differences(mean_ranks(x)),
}
"""Vectors whose product is the measure of two whole maps."""


def _mean(values: Sequence[float]) -> float:
    defined = [v for v in values if not math.isnan(v)]
    return float(np.mean(defined)) if defined else math.nan

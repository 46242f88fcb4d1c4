"""Between tokens and bases: sums over a token, and a token's value spread evenly over its bases.

Spans are int arrays of shape (T, 2): bases of each token, 0-based half-open from the start of the
map, on the strand of the map. A token without bases (special tokens have an empty span) has no
value, and neither has a base without a token: NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtrack.evaluation.maps import Floats, Measure

Spans = NDArray[np.integer]


def sums(base_map: ArrayLike, spans: Spans) -> Floats:
    """Return the sum of a map over each token: ``r_t = sum of R_j, j in t``.

    Parameters
    ----------
    base_map : array_like of float, shape (L,)
        Value per base; NaN, where there is none, is left out.
    spans : ndarray of int, shape (T, 2)
        Bases of each token, 0-based half-open; they may overlap.

    Returns
    -------
    ndarray of float64, shape (T,)
        In the unit of the map; NaN for a token of which no base has a value.

    Raises
    ------
    ValueError
        When a span reaches beyond the map.

    Examples
    --------
    >>> sums([1.0, 2.0, 4.0], np.array([[0, 2], [2, 3]])).tolist()
    [3.0, 4.0]
    """
    values = np.asarray(base_map, np.float64)
    check_spans(spans, len(values))
    has_value = ~np.isnan(values)
    if has_value.all():
        return np.where(spans[:, 1] > spans[:, 0], _slice_sums(values, spans), np.nan)
    total = _slice_sums(np.where(has_value, values, 0.0), spans)
    return np.where(_slice_sums(has_value.astype(np.float64), spans) > 0, total, np.nan)


def spread(unit_values: ArrayLike, spans: Spans, length: int) -> Floats:
    """Return each token's value spread evenly over its bases: ``R_j = r_t / l_t``.

    Parameters
    ----------
    unit_values : array_like of float, shape (T,)
        Value per token; one that is NaN gives nothing to any base.
    spans : ndarray of int, shape (T, 2)
        Bases of each token, 0-based half-open. Where they overlap, shares add up.
    length : int
        Bases of the map.

    Returns
    -------
    ndarray of float64, shape (length,)
        Its sum is that of the tokens that have bases and a value; NaN for a base in none of them.

    Raises
    ------
    ValueError
        When shapes disagree or a span reaches beyond the map.

    Examples
    --------
    >>> spread([3.0, 4.0], np.array([[0, 2], [2, 3]]), 4).tolist()
    [1.5, 1.5, 4.0, nan]
    """
    values = np.asarray(unit_values, np.float64)
    check_spans(spans, length)
    if values.shape != (len(spans),):
        raise ValueError(f"values {values.shape} for {len(spans)} tokens")
    keep = ~np.isnan(values)
    starts, sizes = spans[keep, 0], spans[keep, 1] - spans[keep, 0]
    if len(starts) and starts[0] == 0 and (starts[1:] == spans[keep, 1][:-1]).all():
        found = np.repeat(values[keep] / np.maximum(sizes, 1), sizes)  # one after the other
        rest = length - len(found)
        return np.append(found, np.full(rest, np.nan)) if rest else found
    begun = np.cumsum(sizes) - sizes
    at = np.repeat(starts - begun, sizes) + np.arange(sizes.sum())
    shares = np.repeat(values[keep] / np.maximum(sizes, 1), sizes)
    spread_out = np.asarray(np.bincount(at, shares, minlength=length), np.float64)
    spread_out[np.bincount(at, minlength=length) == 0] = np.nan
    return spread_out


def projected(base_map: ArrayLike, spans: Spans) -> Floats:
    """Return a map after it went through tokens: ``spread(sums(R))``.

    Parameters
    ----------
    base_map : array_like of float, shape (L,)
        Value per base; NaN, where there is none, is left out.
    spans : ndarray of int, shape (T, 2)
        Bases of each token, 0-based half-open, without overlap.

    Returns
    -------
    ndarray of float64, shape (L,)
        With the same total over the tokens; NaN for a base in no token, or of a token without a
        value.

    Examples
    --------
    >>> projected([1.0, 3.0, 4.0], np.array([[0, 2], [2, 3]])).tolist()
    [2.0, 2.0, 4.0]
    """
    values = np.asarray(base_map, np.float64)
    return spread(sums(values, spans), spans, len(values))


def token_ceiling(base_map: ArrayLike, spans: Spans, measure: Measure) -> float:
    """Return how like a map is to itself after it went through tokens.

    By Pearson and cosine, no map that is even within tokens comes nearer to this one, because a
    token's mean is its least-squares fit (where all its bases have values). By rank and by top
    bases this is what to expect, and no bound.

    Parameters
    ----------
    base_map : array_like of float, shape (L,)
        A map finer than tokens, of a CNN or by in-silico mutagenesis; NaN without a value.
    spans : ndarray of int, shape (T, 2)
        Bases of each token, 0-based half-open, without overlap.
    measure : callable
        Of two maps: one of `gtrack.evaluation.similarity.MEASURES`.

    Returns
    -------
    float
        ``measure(R, projected(R))``, in the measure's range; NaN where it is undefined.

    Examples
    --------
    >>> from gtrack.evaluation.similarity import pearson
    >>> round(token_ceiling([1.0, 0.0, 1.0, 1.0], np.array([[0, 2], [2, 4]]), pearson), 3)
    0.577
    """
    return measure(base_map, projected(base_map, spans))


def check_spans(spans: Spans, length: int) -> None:
    """Refuse spans that are not of shape (T, 2) or not within a map of `length` bases.

    Raises
    ------
    ValueError
        In both cases.
    """
    if spans.ndim != 2 or spans.shape[1] != 2:
        raise ValueError(f"spans of shape {spans.shape}: (tokens, 2) is needed")
    starts, ends = spans[:, 0], spans[:, 1]
    if len(spans) and not (starts.min() >= 0 and ends.max() <= length and (starts <= ends).all()):
        raise ValueError(f"a span is not within the {length} bases of the map")


def _slice_sums(values: Floats, spans: Spans) -> Floats:
    """Sum every slice on its own: differences of running sums would lose small tokens."""
    if not len(spans):
        return np.zeros(0)
    ended = np.empty(len(values) + 1)  # a span may end where the map does
    ended[:-1], ended[-1] = values, 0.0
    found = np.add.reduceat(ended, np.ascontiguousarray(spans, np.int64).ravel())[::2]
    return np.where(spans[:, 1] > spans[:, 0], found, 0.0)

"""What localisation measures can reach: the best that tokens allow.

A map that is even within tokens cannot mark a site that is smaller than a token: a dinucleotide in
a token of 7 bases caps the mass accuracy at 2/7. Spans are of shape (T, 2), 0-based half-open from
the start of the mask, without overlap; bases of no token have no value and count nowhere.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from gtrack.evaluation.maps import Floats
from gtrack.evaluation.units import Spans, check_spans


def mass_ceiling(mask: ArrayLike, spans: Spans) -> float:
    """Return the best mass accuracy of a map even within tokens: ``max |t & M| / |t|``.

    Parameters
    ----------
    mask : array_like of bool, shape (L,)
        True on the annotated bases.
    spans : ndarray of int, shape (T, 2)
        Bases of each token.

    Returns
    -------
    float
        0 to 1; NaN when the mask covers none or all of the tokens' bases. It is reached when all
        relevance lies on one token.

    Raises
    ------
    ValueError
        When spans overlap or reach beyond the mask.

    Examples
    --------
    >>> mass_ceiling([0, 0, 1, 1, 0, 0], np.array([[0, 3], [3, 6]])) == 1 / 3
    True
    """
    sizes, inside = _tokens(mask, spans)
    if not 0 < inside.sum() < sizes.sum():
        return math.nan
    return float((inside / sizes).max())


def rank_ceiling(mask: ArrayLike, spans: Spans) -> float:
    """Return the best expected rank accuracy over all orders of the tokens.

    Parameters
    ----------
    mask : array_like of bool, shape (L,)
        True on the annotated bases, k of them in tokens.
    spans : ndarray of int, shape (T, 2)
        Bases of each token.

    Returns
    -------
    float
        0 to 1; NaN when the mask covers none or all of the tokens' bases.

    Raises
    ------
    ValueError
        When spans overlap or reach beyond the mask.

    Notes
    -----
    The first tokens of an order fill the k places; the one that does not fit wholly counts with
    its share inside, as `rank_accuracy` counts ties. So the best order solves the fractional
    knapsack of size k, whose exact solution takes tokens by their share inside (Dantzig 1957). To
    tie tokens with each other gains nothing: a tie counts the mean of what their order could.

    Examples
    --------
    >>> rank_ceiling([0, 0, 1, 1, 0, 0], np.array([[0, 3], [3, 6]])) == 1 / 3
    True
    """
    sizes, inside = _tokens(mask, spans)
    k = inside.sum()
    if not 0 < k < sizes.sum():
        return math.nan
    best = np.argsort(-inside / sizes, kind="stable")
    sizes, inside = sizes[best], inside[best]
    taken = np.maximum(np.minimum(k - (np.cumsum(sizes) - sizes), sizes), 0.0)
    return float((taken * inside / sizes).sum() / k)


def _tokens(mask: ArrayLike, spans: Spans) -> tuple[Floats, Floats]:
    """Return the bases of every token that has any, and those of them inside the mask."""
    inside = np.asarray(mask, np.bool_)
    check_spans(spans, len(inside))
    covered = np.zeros(len(inside) + 1, np.int64)
    np.cumsum(inside, out=covered[1:])
    held = spans[spans[:, 1] > spans[:, 0]]
    if (held[1:, 0] < held[:-1, 1]).any():
        held = held[np.argsort(held[:, 0])]
        if (held[1:, 0] < held[:-1, 1]).any():
            raise ValueError("spans overlap: the ceiling is of tokens that share no base")
    starts, ends = held[:, 0], held[:, 1]
    return (ends - starts).astype(np.float64), (covered[ends] - covered[starts]).astype(np.float64)

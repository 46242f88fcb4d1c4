"""What localisation measures can reach: the best that tokens allow, and masks of other sequences.

A map that is even within tokens cannot mark a site that is smaller than a token: a dinucleotide in
a token of 7 bases caps the mass accuracy at 2/7. Spans are of shape (T, 2), 0-based half-open from
the start of the mask, without overlap; bases of no token have no value and count nowhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from gtrack.evaluation.maps import Floats, Measure
from gtrack.evaluation.pairing import other_sequences
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


def position_control(
    maps: Sequence[ArrayLike],
    masks: Sequence[ArrayLike],
    measure: Measure,
    seed: int = 0,
    rounds: int | None = None,
) -> Floats:
    """Return what maps score with the masks of other sequences, put at the same positions.

    A high score says that maps have relevance where sites usually lie, whether there is one or not.

    Parameters
    ----------
    maps : sequence of array_like of float, shape (L,)
        One per sequence, all of one length and aligned as the masks are; NaN without a value.
    masks : sequence of array_like of bool, shape (L,)
        Of the same sequences in the same order.
    measure : callable
        Of a map and a mask: `mass_accuracy`, `auroc` or another.
    seed : int
        Of the pairings; no map ever meets the mask of its own sequence.
    rounds : int, optional
        Other masks per map; by default as many as give 300 pairs, at most 10.

    Returns
    -------
    ndarray of float64, shape (sequences,)
        Mean over the other masks, in the range of the measure; NaN for a map where all are NaN.

    Raises
    ------
    ValueError
        With fewer than two sequences, or unequal lengths or numbers of maps and masks.

    Examples
    --------
    >>> from gtrack.evaluation.localisation import mass_accuracy
    >>> position_control([[1, 0], [0, 1]], [[1, 0], [0, 1]], mass_accuracy).tolist()
    [0.0, 0.0]
    """
    if len(maps) != len(masks):
        raise ValueError(f"{len(maps)} maps and {len(masks)} masks")
    values, inside = [np.asarray(m, np.float64) for m in maps], [np.asarray(m) for m in masks]
    if len({len(each) for each in (*values, *inside)}) > 1:
        raise ValueError("masks of other sequences need maps of one length")
    found: list[list[float]] = [[] for _ in values]
    for i, j in other_sequences(len(values), rounds, seed):
        score = measure(values[i], inside[j])
        if not math.isnan(score):
            found[i].append(score)
    return np.array([np.mean(scores) if scores else math.nan for scores in found])


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

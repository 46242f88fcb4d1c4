"""How much of a relevance map lies on annotated bases.

A map is one signed value per base; NaN marks a base without a value (N, or not scanned), which is
left out of every sum. Negative relevance is clipped to zero before mass is summed, because a ratio
of signed sums has no bounds.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from gtrack.evaluation.maps import masked


def mass_accuracy(relevance: ArrayLike, mask: ArrayLike) -> float:
    """Return the share of the positive relevance that lies inside the mask (RMA).

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base; NaN where a base has no value.
    mask : array_like of bool, shape (L,)
        True on the annotated bases.

    Returns
    -------
    float
        0 to 1; NaN without positive relevance, or when the mask covers none or all of the bases.
        A map that knows nothing gets about `chance`.

    Notes
    -----
    Relevance mass accuracy of Arras, Osman and Samek (2022), Information Fusion 81, on clipped
    values.

    Examples
    --------
    >>> mass_accuracy([3.0, -5.0, 1.0], [True, False, False])
    0.75
    """
    values, inside = masked(relevance, mask)
    if not 0 < np.count_nonzero(inside) < len(inside):
        return math.nan
    positive = np.maximum(values, 0.0)
    total = positive.sum()
    return float(positive[inside].sum() / total) if total > 0 else math.nan


def rank_accuracy(relevance: ArrayLike, mask: ArrayLike) -> float:
    """Return the share of the k highest bases that lie inside a mask of k bases (RRA).

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base; NaN where a base has no value.
    mask : array_like of bool, shape (L,)
        True on the annotated bases.

    Returns
    -------
    float
        0 to 1; NaN when the mask covers none or all of the bases. Bases with equal values (all
        those of one token) count with the mean over every order in which they could be ranked.

    Notes
    -----
    Relevance rank accuracy of Arras, Osman and Samek (2022), Information Fusion 81; ties averaged.

    Examples
    --------
    >>> rank_accuracy([2.0, 1.0, 1.0, 0.0], [True, True, False, False])
    0.75
    """
    values, inside = masked(relevance, mask)
    k = np.count_nonzero(inside)
    if not 0 < k < len(inside):
        return math.nan
    cut = np.partition(values, len(values) - k)[len(values) - k]
    above, tied = values > cut, values == cut
    places = k - np.count_nonzero(above)
    expected = places * np.count_nonzero(inside & tied) / np.count_nonzero(tied)
    return float((np.count_nonzero(inside & above) + expected) / k)


def auroc(relevance: ArrayLike, mask: ArrayLike) -> float:
    """Return the chance that a base inside the mask has more relevance than one outside.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base; NaN where a base has no value.
    mask : array_like of bool, shape (L,)
        True on the annotated bases.

    Returns
    -------
    float
        0 to 1, .5 for a map that knows nothing; NaN when the mask covers none or all of the bases.
        A pair of equal values counts one half, which is the mean over every order of ties.

    Notes
    -----
    Area under the receiver operating characteristic: the Mann-Whitney U over the number of pairs.

    Examples
    --------
    >>> auroc([2.0, 1.0, 1.0, 0.0], [True, True, False, False])
    0.875
    """
    values, inside = masked(relevance, mask)
    k = np.count_nonzero(inside)
    if not 0 < k < len(inside):
        return math.nan
    every, found = np.sort(values), values[inside]
    below_and_upto = np.searchsorted(every, found) + np.searchsorted(every, found, "right")
    return float((below_and_upto.sum() - k * k) / (2 * k * (len(every) - k)))


def auprc(relevance: ArrayLike, mask: ArrayLike) -> float:
    """Return the average precision of the bases inside the mask: ``sum (r_k - r_{k-1}) p_k``.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base; NaN where a base has no value.
    mask : array_like of bool, shape (L,)
        True on the annotated bases.

    Returns
    -------
    float
        0 to 1; a flat map scores `chance`. NaN when the mask covers none or all of the bases.
        Bases with equal values (all those of one token) are one threshold k, with the precision
        p_k and recall r_k of the whole group; nothing is interpolated.

    Notes
    -----
    As in scikit-learn, the oracle in the tests. This is not the mean over every order of ties,
    which would credit a lucky order inside a token.

    Examples
    --------
    >>> auprc([2.0, 1.0, 1.0, 0.0], [True, True, False, False])
    0.8333333333333333
    """
    values, inside = masked(relevance, mask)
    k = np.count_nonzero(inside)
    if not 0 < k < len(inside):
        return math.nan
    every, found = np.sort(values), np.sort(values[inside])
    # Each base inside counts with the precision at its own value.
    hits, taken = k - np.searchsorted(found, found), len(every) - np.searchsorted(every, found)
    return float((hits / taken).sum() / k)


def pointing_game(relevance: ArrayLike, mask: ArrayLike) -> float:
    """Return whether the largest relevance lies inside the mask.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base; NaN where a base has no value.
    mask : array_like of bool, shape (L,)
        True on the annotated bases.

    Returns
    -------
    float
        1 or 0; where several bases share the largest value (all those of one token), the share of
        them inside. About `chance` for a map that knows nothing; NaN when the mask covers none or
        all of the bases.

    Notes
    -----
    Zhang et al. (2018), Int. J. Comput. Vision 126, without their tolerance around the mask.

    Examples
    --------
    >>> pointing_game([2.0, 2.0, 1.0], [True, False, False])
    0.5
    """
    values, inside = masked(relevance, mask)
    if not 0 < np.count_nonzero(inside) < len(inside):
        return math.nan
    largest = values == values.max()
    return float(np.count_nonzero(inside & largest) / np.count_nonzero(largest))


def enrichment(relevance: ArrayLike, mask: ArrayLike) -> float:
    """Return how much denser positive relevance is inside the mask: `mass_accuracy` / `chance`.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base; NaN where a base has no value.
    mask : array_like of bool, shape (L,)
        True on the annotated bases.

    Returns
    -------
    float
        0 to L / |M|, 1 for a map that knows nothing; NaN where `mass_accuracy` is.

    Examples
    --------
    >>> enrichment([3.0, -5.0, 1.0, 0.0], [True, False, False, False])
    3.0
    """
    values, inside = masked(relevance, mask)
    covered = np.count_nonzero(inside)
    if not covered:
        return math.nan
    return float(mass_accuracy(values, inside) * len(inside) / covered)


def chance(relevance: ArrayLike, mask: ArrayLike) -> float:
    """Return the share of the bases with a value that the mask covers: what a blind map scores."""
    _, inside = masked(relevance, mask)
    return float(inside.mean()) if len(inside) else math.nan

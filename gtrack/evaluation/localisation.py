"""How much of a relevance map lies on annotated bases.

A map is one signed value per base; NaN marks a base without a value (N, or not scanned), which is
left out of every sum. Negative relevance is clipped to zero before mass is summed, because a ratio
of signed sums has no bounds.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


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
    values, inside = _valid(relevance, mask)
    if not 0 < inside.sum() < len(inside):
        return math.nan
    positive = np.clip(values, 0.0, None)
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
    values, inside = _valid(relevance, mask)
    k = int(inside.sum())
    if not 0 < k < len(inside):
        return math.nan
    cut = np.partition(values, len(values) - k)[len(values) - k]
    above, tied = values > cut, values == cut
    places = k - int(above.sum())
    expected = places * float(inside[tied].mean())
    return (float(inside[above].sum()) + expected) / k


def chance(relevance: ArrayLike, mask: ArrayLike) -> float:
    """Return the share of the bases with a value that the mask covers: what a blind map scores."""
    _, inside = _valid(relevance, mask)
    return float(inside.mean()) if len(inside) else math.nan


def _valid(relevance: ArrayLike, mask: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return both arrays without the bases that have no value."""
    values, inside = np.asarray(relevance, np.float64), np.asarray(mask, np.bool_)
    if values.ndim != 1 or values.shape != inside.shape:
        raise ValueError(f"relevance {values.shape} and mask {inside.shape}: two equal vectors")
    if np.isinf(values).any():
        raise ValueError("relevance holds an infinite value")
    keep = ~np.isnan(values)
    return values[keep], inside[keep]

"""Whether a map stays the same when it should: on the other strand, in a moved window, nearby.

Untrained models pass some of these (a window moved by a base: .74-.97), so they warn and do not
vouch. A map and what it is held against are in the same coordinates: the + strand, left to right.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from gtrack.evaluation.maps import Measure, paired, scaled
from gtrack.evaluation.similarity import pearson


def strand_consistency(relevance: ArrayLike, other: ArrayLike, measure: Measure = pearson) -> float:
    """Return how like the maps of the two strands of one window are.

    Parameters
    ----------
    relevance, other : array_like of float, shape (L,)
        Maps of a window and of its reverse complement, both laid along the + strand (the second
        reversed already); NaN where there is no value.
    measure : callable
        Of two maps, one of `gtrack.evaluation.similarity.MEASURES`.

    Returns
    -------
    float
        In the range of the measure; for models of both strands measured at .40 to .87 by Pearson,
        and about 0 for untrained ones. NaN where it is undefined.

    Examples
    --------
    >>> round(strand_consistency([1.0, 2.0, 0.0], [2.0, 4.0, 0.0]), 12)
    1.0
    """
    return measure(relevance, other)


def shift_consistency(
    relevance: ArrayLike, shifted: ArrayLike, by: int, measure: Measure = pearson
) -> float:
    """Return how like the maps of two windows are on the bases that both read.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Map of the window that begins at some base s.
    shifted : array_like of float, shape (L,)
        Map of the window that begins at ``s + by``.
    by : int
        In bp; negative where the second window begins first.
    measure : callable
        Of two maps, one of `gtrack.evaluation.similarity.MEASURES`.

    Returns
    -------
    float
        In the range of the measure; NaN where it is undefined.

    Raises
    ------
    ValueError
        When lengths differ or the windows share no base.

    Examples
    --------
    >>> round(shift_consistency([9.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, -5.0], 1), 12)
    1.0
    """
    first, second = np.asarray(relevance, np.float64), np.asarray(shifted, np.float64)
    n = len(first)
    if first.shape != second.shape or abs(by) >= n:
        raise ValueError(f"maps of {n} and {len(second)} bases, {by} apart, have none in common")
    return measure(first[max(by, 0) : n + min(by, 0)], second[max(-by, 0) : n - max(by, 0)])


def max_sensitivity(relevance: ArrayLike, altered_maps: Iterable[ArrayLike]) -> float:
    """Return how far a map moves at most when an input changes that hardly moves the score.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Map of the input; NaN where there is no value.
    altered_maps : iterable of array_like of float, shape (L,)
        Maps of inputs with one other base outside the sites, whose score differs by less than 5 %.

    Returns
    -------
    float
        ``max |R - R'|_2 / |R|_2`` over them, 0 and more, without unit, on the bases where both have
        a value. NaN without an altered map, or for a map of zeros.

    Raises
    ------
    ValueError
        When lengths differ.

    Notes
    -----
    Yeh et al. (2019), NeurIPS, with substitutions in place of continuous noise, which is no DNA.

    Examples
    --------
    >>> max_sensitivity([3.0, 4.0], [[3.0, 4.0], [0.0, 4.0]])
    0.6
    """
    found = []
    for altered in altered_maps:
        x, y = paired(relevance, altered)
        both = scaled(np.concatenate([x, y]))
        x, y = both[: len(x)], both[len(x) :]
        norm = float(np.sqrt(x @ x))
        found.append(float(np.sqrt((x - y) @ (x - y))) / norm if norm > 0 else math.nan)
    return max(found) if found and not any(map(math.isnan, found)) else math.nan

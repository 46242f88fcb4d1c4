"""Whether a map stays the same when its window moves.

Untrained models pass (a window moved by a base: .74-.97): it warns and does not vouch. Both maps
are in the same coordinates: the + strand, left to right.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gtrack.evaluation.similarity import pearson


def shift_consistency(relevance: ArrayLike, shifted: ArrayLike, by: int) -> float:
    """Return Pearson's r of the maps of two windows on the bases that both read.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Map of the window that begins at some base s.
    shifted : array_like of float, shape (L,)
        Map of the window that begins at ``s + by``.
    by : int
        In bp; negative where the second window begins first.

    Returns
    -------
    float
        NaN where it is undefined.

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
    return pearson(first[max(by, 0) : n + min(by, 0)], second[max(-by, 0) : n - max(by, 0)])

"""Whether a map is carried by few bases: Gini and Hoyer, of absolute relevance.

Both depend on the number of values, so compare maps of one length only. A projection from tokens
to bases makes values equal and so lowers both: say at which level they were measured.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from gtrack.evaluation.maps import known, scaled


def gini(relevance: ArrayLike) -> float:
    """Return the Gini index of ``v = |R|``: ``sum (2i - n - 1) v_i / (n sum v)``, v ascending.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base or token; NaN where there is no value.

    Returns
    -------
    float
        0 (all equal) to 1 - 1/n (all on one), without unit; the scale of the map is of no matter.
        NaN for a map of zeros or without a value.

    Notes
    -----
    Hurley and Rickard (2009), IEEE Trans. Inf. Theory 55; for explanations Chalasani et al. (2020),
    ICML. Quantus' `Sparseness` adds 1e-7 to each value, which makes a map of zeros 0.

    Examples
    --------
    >>> gini([0.0, 0.0, 0.0, -2.0])
    0.75
    """
    values = np.sort(np.abs(scaled(known(relevance))))
    n, total = len(values), values.sum()
    if total == 0:
        return math.nan
    return max(0.0, float(np.arange(1.0 - n, n, 2.0) @ values / (n * total)))


def hoyer(relevance: ArrayLike) -> float:
    """Return Hoyer's sparseness: ``(sqrt n - |R|_1 / |R|_2) / (sqrt n - 1)``.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base or token; NaN where there is no value.

    Returns
    -------
    float
        0 (all equal in size) to 1 (all on one), without unit. NaN for a map of zeros or of fewer
        than two values.

    Notes
    -----
    Hoyer (2004), J. Mach. Learn. Res. 5.

    Examples
    --------
    >>> hoyer([0.0, 0.0, 0.0, -2.0])
    1.0
    """
    values = np.abs(scaled(known(relevance)))
    n = len(values)
    if n < 2 or not values.any():
        return math.nan
    root = math.sqrt(n)
    found = (root - values.sum() / math.sqrt(values @ values)) / (root - 1)
    return min(1.0, max(0.0, float(found)))

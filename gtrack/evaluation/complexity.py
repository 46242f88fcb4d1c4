"""How many bases one must look at to read a map: entropy of absolute relevance, and a count.

Spreading tokens evenly over their bases adds ``sum p_t ln l_t`` to the entropy: say at which level
it was measured.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from gtrack.evaluation.maps import Floats, known, scaled


def entropy(relevance: ArrayLike) -> float:
    """Return the entropy of a map's shares: ``-sum p ln p``, ``p = |R| / sum |R|``.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base or token; NaN where there is no value.

    Returns
    -------
    float
        In nats, 0 (all on one) to ln n (all equal in size); ``exp`` of it is a number of bases.
        NaN for a map of zeros or without a value.

    Notes
    -----
    The complexity of Bhatt, Weller and Moura (2020), IJCAI; 0 ln 0 = 0. Quantus: `Complexity`.

    Examples
    --------
    >>> round(entropy([1.0, -1.0, 0.0]), 12) == round(math.log(2), 12)
    True
    """
    return _entropy(known(relevance))


def relative_entropy(relevance: ArrayLike) -> float:
    """Return ``H / ln n``: the entropy as a share of the largest that n values can have.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base or token; NaN where there is no value.

    Returns
    -------
    float
        0 to 1, without unit; NaN where `entropy` is, and for fewer than two values.

    Notes
    -----
    Not the divergence of two distributions, which goes by the same name: Pielou's evenness (1966),
    J. Theor. Biol. 13.

    Examples
    --------
    >>> relative_entropy([1.0, -1.0])
    1.0
    """
    values = known(relevance)
    if len(values) < 2:
        return math.nan
    share = _entropy(values) / math.log(len(values))
    return 1.0 if share > 1 else share  # NaN stays


def effective_complexity(relevance: ArrayLike, share: float = 0.01) -> float:
    """Return how many values exceed a share of the largest: ``#{|R| > share max |R|}``.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base or token; NaN where there is no value.
    share : float
        Of the largest absolute value, in [0, 1).

    Returns
    -------
    float
        Bases or tokens, 1 to n; NaN for a map of zeros or without a value.

    Raises
    ------
    ValueError
        When `share` is not in [0, 1).

    Notes
    -----
    After Nguyen and Martinez (2020), arXiv 2007.07584, with a relative threshold, so that the scale
    of a map is of no matter; Quantus' `EffectiveComplexity` has an absolute one.

    Examples
    --------
    >>> effective_complexity([100.0, -5.0, 0.5, 0.0])
    2.0
    """
    if not 0 <= share < 1:
        raise ValueError(f"share {share} is not in [0, 1)")
    sizes = np.abs(known(relevance))
    largest = sizes.max(initial=0.0)
    return float((sizes > share * largest).sum()) if largest > 0 else math.nan


def _entropy(values: Floats) -> float:
    sizes = np.abs(scaled(values))
    total = sizes.sum()
    if total == 0:
        return math.nan
    shares = sizes / total
    if not shares.all():  # zero, or a share too small for a number
        shares = shares[shares > 0]
    return max(0.0, -float(shares @ np.log(shares)))

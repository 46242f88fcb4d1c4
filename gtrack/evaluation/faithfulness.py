"""Whether a map says what its model does: curves of altered inputs, and agreement with a referee.

A curve is the explained score f (a logit or a contrast of logits, not a probability, which
saturates) after 0, 1, ..., K steps of altering the input, most relevant bases first (MoRF) or least
relevant first (LeRF). A referee is what altering one base or token takes from the score: in-silico
mutagenesis, or a token replaced by [MASK].
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from gtrack.evaluation.maps import Floats, Measure, known, paired
from gtrack.evaluation.similarity import MEASURES, pearson


def aopc(curve: ArrayLike) -> float:
    """Return the area over a perturbation curve: ``1 / (K + 1) sum (f_0 - f_k)``, k = 0..K.

    Parameters
    ----------
    curve : array_like of float, shape (K + 1,)
        Score after each step; the mean over draws of the same steps.

    Returns
    -------
    float
        In the unit of the score, of any sign; large for MoRF says that what the map marks carries
        the score. NaN when a step has no score.

    Raises
    ------
    ValueError
        With fewer than two points.

    Notes
    -----
    Samek et al. (2017), IEEE Trans. Neural Netw. Learn. Syst. 28.

    Examples
    --------
    >>> aopc([4.0, 1.0, 1.0])
    2.0
    """
    scores = _curve(curve)
    return float((scores[0] - scores).mean())


def abc(morf: ArrayLike, lerf: ArrayLike) -> float:
    """Return the area between the curves: ``aopc(morf) - aopc(lerf)``.

    Parameters
    ----------
    morf, lerf : array_like of float, shape (K + 1,)
        Curves of one input, most and least relevant bases first, with the same steps.

    Returns
    -------
    float
        In the unit of the score; above 0 where the order of the map is better than its reverse, 0
        on average for a random map. NaN when a step has no score.

    Raises
    ------
    ValueError
        When the curves differ in length.

    Examples
    --------
    >>> abc([4.0, 1.0, 1.0], [4.0, 4.0, 1.0])
    1.0
    """
    first, second = _curve(morf), _curve(lerf)
    if len(first) != len(second):
        raise ValueError(f"curves of {len(first)} and {len(second)} points")
    return aopc(first) - aopc(second)


def normalised(value: float, random_value: float, curve: ArrayLike) -> float:
    """Return an area beyond that of a random order, as a share of what the curve moved.

    Parameters
    ----------
    value : float
        `aopc` of the map's order.
    random_value : float
        Mean `aopc` of random orders with the same steps.
    curve : array_like of float, shape (K + 1,)
        The curve of `value`.

    Returns
    -------
    float
        ``(value - random_value) / |f_0 - f_K|``, without unit; 0 for a map that knows nothing. NaN
        where the curve ends at the score it began with: nothing moved.

    Examples
    --------
    >>> normalised(2.0, 1.0, [4.0, 1.0, 2.0])
    0.5
    """
    scores = _curve(curve)
    moved = abs(float(scores[0] - scores[-1]))
    return (value - random_value) / moved if moved > 0 else math.nan


def normalised_abc(morf: ArrayLike, lerf: ArrayLike) -> float:
    """Return the area between the curves as a share of the range that both of them cover.

    Parameters
    ----------
    morf, lerf : array_like of float, shape (K + 1,)
        Curves of one input, most and least relevant bases first, with the same steps.

    Returns
    -------
    float
        ``abc / (max f - min f)``, -1 to 1 without unit: windows of loud and quiet scores count
        alike. NaN where nothing moved the score.

    Examples
    --------
    >>> normalised_abc([4.0, 1.0, 1.0], [4.0, 4.0, 1.0]) == 1 / 3
    True
    """
    moved = float(np.ptp(np.concatenate([_curve(morf), _curve(lerf)])))
    return abc(morf, lerf) / moved if moved > 0 else math.nan


def faithfulness_correlation(sums: ArrayLike, drops: ArrayLike) -> float:
    """Return how the relevance of random sets of bases goes with what altering them takes away.

    Parameters
    ----------
    sums : array_like of float, shape (draws,)
        Relevance summed over each set.
    drops : array_like of float, shape (draws,)
        Score of the input minus score with the set altered.

    Returns
    -------
    float
        Pearson's correlation, -1 to 1; NaN where sums or drops do not vary. Draws with a NaN are
        left out.

    Notes
    -----
    Bhatt, Weller and Moura (2020), IJCAI; what is altered becomes other bases, not a baseline.

    Examples
    --------
    >>> round(faithfulness_correlation([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]), 12)
    1.0
    """
    return pearson(sums, drops)


def agreement(
    relevance: ArrayLike, referee: ArrayLike, measure: str | Measure = "pearson"
) -> float:
    """Return how like a map is to its referee.

    An untrained model's map agrees with its own referee too: this says that a map describes its
    model, not that the model is any good.

    Parameters
    ----------
    relevance : array_like of float, shape (N,)
        Signed relevance per base or token.
    referee : array_like of float, shape (N,)
        What altering that base or token takes from the score; NaN where it was not tried.
    measure : str or callable
        A name of `gtrack.evaluation.similarity.MEASURES`, or a measure of two maps.

    Returns
    -------
    float
        In the range of the measure; NaN where it is undefined.

    Raises
    ------
    KeyError
        For an unknown name.

    Examples
    --------
    >>> round(agreement([1.0, 2.0, 9.0], [0.0, 1.0, 2.0], "spearman"), 12)
    1.0
    """
    return (MEASURES[measure] if isinstance(measure, str) else measure)(relevance, referee)


def sign_agreement(relevance: ArrayLike, referee: ArrayLike, share: float = 0.05) -> float:
    """Return the share of a map's strongest values that have the referee's sign.

    Parameters
    ----------
    relevance : array_like of float, shape (N,)
        Signed relevance per base or token.
    referee : array_like of float, shape (N,)
        What altering that base or token takes from the score; NaN where it was not tried.
    share : float
        Of the values that count as the strongest by ``|R|``: ``k = max(1, round(share N))``.

    Returns
    -------
    float
        0 to 1, about .5 by chance. Of equal values at the k-th place, each counts with the share of
        places that is left. Zero in the map has no sign and is left out; zero in the referee
        agrees with none. NaN for a map of zeros.

    Raises
    ------
    ValueError
        When `share` is not in (0, 1].

    Examples
    --------
    >>> sign_agreement([4.0, -3.0, 0.1], [1.0, 1.0, 1.0], share=0.67)
    0.5
    """
    if not 0 < share <= 1:
        raise ValueError(f"share {share} is not in (0, 1]")
    x, y = paired(relevance, referee)
    k = max(1, math.floor(share * len(x) + 0.5))
    sizes = np.abs(x)
    if not sizes.any():
        return math.nan
    cut = np.partition(sizes, len(x) - k)[len(x) - k]
    tied = sizes == cut
    above = sizes > cut
    weights = (above + tied * ((k - above.sum()) / tied.sum())) * (x != 0)
    return float(weights @ (np.sign(x) == np.sign(y)) / weights.sum())


def is_silent(referee: ArrayLike, score: float) -> bool:
    """Tell whether nothing that the referee altered moves the score by a tenth of it.

    A silent referee cannot judge a map: several sites stand in for each other, or the score is
    saturated.

    Parameters
    ----------
    referee : array_like of float, shape (N,)
        What altering each base or token takes from the score; NaN where it was not tried.
    score : float
        Score of the input, in the same unit.

    Returns
    -------
    bool
        ``max |referee| < 0.1 |score|``, or all zero.

    Raises
    ------
    ValueError
        Where the referee has no value at all, or is infinite.

    Examples
    --------
    >>> is_silent([0.1, -0.3], 4.0)
    True
    """
    drops = np.abs(known(referee))
    if not len(drops):
        raise ValueError("a referee without a value is neither silent nor loud")
    return bool(drops.max() == 0 or drops.max() < 0.1 * abs(score))


def _curve(scores: ArrayLike) -> Floats:
    found = np.asarray(scores, np.float64)
    if found.ndim != 1 or len(found) < 2:
        raise ValueError(f"a curve of shape {found.shape}: at least two points are needed")
    return found

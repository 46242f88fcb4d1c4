"""Whether a map lies on a mask by more than luck: the mask moved round the sequence.

Moving a mask keeps how many bases it has and how they lie together, and the map keeps its own
clusters, so that neighbouring bases do not count as independent evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtrack.evaluation.localisation import (
    auroc,
    enrichment,
    mass_accuracy,
    pointing_game,
    rank_accuracy,
)
from gtrack.evaluation.maps import Floats, Measure, masked, mean_ranks

_TIE = 1e-12  # the same bases, summed in another order, differ by less


def shift_p(
    relevance: ArrayLike, mask: ArrayLike, measure: Measure, shifts: int = 1000, seed: int = 0
) -> float:
    """Return the share of circular shifts of the mask that score as high: a one-sided p-value.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base; NaN where a base has no value. Such bases are taken out first,
        and the rest closes up.
    mask : array_like of bool, shape (L,)
        True on the annotated bases.
    measure : callable
        Of a map and a mask, the higher the better. Those of `gtrack.evaluation.localisation` but
        `auprc` are linear in the mask and cost one pass for all shifts; others, a call per shift.
    shifts : int
        Shifts by 1 to n - 1 bases, drawn without replacement; all of them where there are no more.
    seed : int
        Of the draw.

    Returns
    -------
    float
        ``(1 + shifts that score at least as high) / (1 + shifts)``, from 1 / (1 + shifts) to 1.
        NaN where the measure is.

    Raises
    ------
    ValueError
        When shapes differ or no shift is asked for.

    Notes
    -----
    The correction by one: Phipson and Smyth (2010), Stat. Appl. Genet. Mol. Biol. 9.

    Examples
    --------
    >>> shift_p([9.0, 0.0, 0.0, 1.0], [True, False, False, False], mass_accuracy)
    0.25
    """
    if shifts < 1:
        raise ValueError(f"{shifts} shifts")
    values, inside = masked(relevance, mask)
    observed = measure(values, inside) if len(values) else math.nan
    if math.isnan(observed):
        return math.nan
    by = _drawn(len(values), shifts, seed)
    weigh = _WEIGHTS.get(measure)
    if weigh is None:
        scores = np.array([measure(values, np.roll(inside, k)) for k in by.tolist()])
        as_high = scores >= observed - _TIE * abs(observed)
        return float((1 + as_high.sum()) / (1 + len(by)))
    weights = weigh(values, int(inside.sum()))
    found = _sums_inside(weights, inside, np.append(by, 0))
    as_high = found[:-1] >= found[-1] - _TIE * weights.sum()
    return float((1 + as_high.sum()) / (1 + len(by)))


def _drawn(n: int, shifts: int, seed: int) -> NDArray[np.int64]:
    if shifts >= n - 1:
        return np.arange(1, n)
    drawn = np.random.default_rng(seed).choice(n - 1, shifts, replace=False)
    return np.asarray(drawn + 1, np.int64)


def _sums_inside(weights: Floats, inside: NDArray[np.bool_], by: NDArray[np.int64]) -> Floats:
    """Return the weight inside the mask moved right by each shift: ends of its runs, summed."""
    edges = np.diff(inside.astype(np.int8), prepend=0, append=0)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    upto = np.concatenate([[0.0], np.cumsum(np.concatenate([weights, weights]))])
    found = np.zeros(len(by))
    for start, end in zip(starts, ends, strict=True):  # by run: memory stays that of the shifts
        found += upto[by + end] - upto[by + start]
    return found


def _mass(values: Floats, k: int) -> Floats:
    clipped = np.maximum(values, 0.0)
    return np.asarray(clipped / clipped.max())


def _places(values: Floats, k: int) -> Floats:
    """Return how much of each base is among the k highest, ties shared."""
    cut = np.partition(values, len(values) - k)[len(values) - k]
    above, tied = values > cut, values == cut
    return np.asarray(above + tied * ((k - above.sum()) / tied.sum()))


def _largest(values: Floats, k: int) -> Floats:
    return np.asarray(values == values.max(), np.float64)


def _ranks(values: Floats, k: int) -> Floats:
    return mean_ranks(values)


_WEIGHTS: dict[Measure, Callable[[Floats, int], Floats]] = {
    mass_accuracy: _mass,
    enrichment: _mass,
    rank_accuracy: _places,
    pointing_game: _largest,
    auroc: _ranks,
}
"""Weights of the bases whose sum inside a mask of k bases orders masks as the measure does."""

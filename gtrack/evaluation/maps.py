"""What every measure does with a map first: one signed value per base or token, NaN without one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Measure = Callable[[ArrayLike, ArrayLike], float]
"""Of two maps, or of a map and a mask."""


def known(values: ArrayLike) -> Floats:
    """Return the values of a map without those that are NaN, shape (N,).

    Raises
    ------
    ValueError
        When the map is no vector or holds an infinite value.
    """
    found = np.asarray(values, np.float64)
    if found.ndim != 1:
        raise ValueError(f"a map of shape {found.shape}: a vector is needed")
    if np.isfinite(found).all():
        return found
    if np.isinf(found).any():
        raise ValueError("relevance holds an infinite value")
    return found[~np.isnan(found)]


def paired(a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    """Return two maps where both have a value, shape (N,) each.

    Raises
    ------
    ValueError
        When they are not two vectors of one length.
    """
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"maps of shape {x.shape} and {y.shape}: two equal vectors are needed")
    keep = ~(np.isnan(x) | np.isnan(y))
    return (x, y) if keep.all() else (x[keep], y[keep])


def masked(relevance: ArrayLike, mask: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """Return a map and a mask without the bases that have no value, shape (N,) each.

    Raises
    ------
    ValueError
        When shapes differ or the map holds an infinite value.
    """
    values, inside = np.asarray(relevance, np.float64), np.asarray(mask, np.bool_)
    if values.ndim != 1 or values.shape != inside.shape:
        raise ValueError(f"relevance {values.shape} and mask {inside.shape}: two equal vectors")
    if np.isfinite(values).all():
        return values, inside
    if np.isinf(values).any():
        raise ValueError("relevance holds an infinite value")
    keep = ~np.isnan(values)
    return values[keep], inside[keep]


def scaled(x: Floats) -> Floats:
    """Return the values in units of the largest absolute one: squares neither vanish nor overflow.

    All zero stays as it is.
    """
    largest = np.abs(x).max(initial=0.0)
    return x / largest if largest > 0 else x


def mean_ranks(x: Floats) -> Floats:
    """Return ranks from 0, shape (N,); equal values get the mean of their ranks."""
    order = np.argsort(x)
    ranked = x[order]
    last = np.ones(len(x), np.bool_)  # of the values equal to it
    np.not_equal(ranked[1:], ranked[:-1], out=last[:-1])
    ranks = np.empty(len(x))
    if last.all():
        ranks[order] = np.arange(float(len(x)))
        return ranks
    ends = np.flatnonzero(last)
    sizes = ends.copy()
    sizes[1:] -= ends[:-1]
    sizes[:1] += 1
    ranks[order] = np.repeat(ends - (sizes - 1) / 2, sizes)
    return ranks

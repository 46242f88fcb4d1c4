"""What is altered when a map is tried on its model: which bases, in which order, to which others.

Codes are A 0, C 1, G 2, T 3 and 4 for every other letter (`gtrack.core.sequences.base_codes`). A
base becomes another of A, C, G, T and nothing else, so that what the model reads stays DNA; an
unknown base stays as it is. A model of tokens cuts the altered text anew.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Codes = NDArray[np.uint8]
Places = NDArray[np.int64]

STEP_SHARE = 0.02
"""Of the bases, what a step of a curve adds."""


def order_of(relevance: ArrayLike, descending: bool, rng: np.random.Generator) -> Places:
    """Return the bases of a map in the order of their signed relevance.

    Parameters
    ----------
    relevance : array_like of float, shape (L,)
        Signed relevance per base; NaN where there is no value.
    descending : bool
        Most relevant first (MoRF) or least relevant first (LeRF).
    rng : numpy.random.Generator
        Orders bases with equal values, as all those of one token are: by chance, so that no end of
        the token is preferred.

    Returns
    -------
    ndarray of int64, shape (N,)
        0-based places of the N bases that have a value.

    Raises
    ------
    ValueError
        When the map is no vector.

    Examples
    --------
    >>> order_of([1.0, np.nan, 3.0, 2.0], True, np.random.default_rng(0)).tolist()
    [2, 3, 0]
    """
    values = np.asarray(relevance, np.float64)
    if values.ndim != 1:
        raise ValueError(f"a map of shape {values.shape}: a vector is needed")
    places = np.flatnonzero(~np.isnan(values))
    keys = -values[places] if descending else values[places]
    return places[np.lexsort((rng.random(len(places)), keys))]


def steps_of(order: Places, steps: int = 10, share: float = STEP_SHARE) -> Places:
    """Return how many bases of an order are altered after each step.

    Parameters
    ----------
    order : ndarray of int64, shape (N,)
        Of `order_of`.
    steps : int
        K, at least 1.
    share : float
        Of the N bases that each step adds, in (0, 1].

    Returns
    -------
    ndarray of int64, shape (K + 1,)
        ``round(k share N)`` for k = 0..K, at most N; the first is 0. The last is 20 % of the bases
        by default. Steps of few bases may add none.

    Raises
    ------
    ValueError
        When `steps` or `share` is out of range.

    Examples
    --------
    >>> steps_of(np.arange(200), 3).tolist()
    [0, 4, 8, 12]
    """
    if steps < 1 or not 0 < share <= 1:
        raise ValueError(f"{steps} steps of {share}: at least one step, a share in (0, 1]")
    counts = np.floor(np.arange(steps + 1) * (share * len(order)) + 0.5 + 1e-9)
    return np.asarray(np.minimum(counts, len(order)), np.int64)


def replaced(codes: Codes, positions: Places, rng: np.random.Generator) -> Codes:
    """Return a sequence with random other bases at some positions.

    Parameters
    ----------
    codes : ndarray of uint8, shape (L,)
        A 0, C 1, G 2, T 3, any other 4.
    positions : ndarray of int64, shape (P,)
        0-based.
    rng : numpy.random.Generator
        Draws each of the three other bases with one third.

    Returns
    -------
    ndarray of uint8, shape (L,)
        A copy; known bases at `positions` differ, unknown ones stay.

    Examples
    --------
    >>> codes = np.array([0, 1, 4], np.uint8)
    >>> changed = replaced(codes, np.array([1, 2]), np.random.default_rng(0)) != codes
    >>> changed.tolist()
    [False, True, False]
    """
    altered = codes.copy()
    altered[positions] = _others(codes[positions], rng)
    return altered


def cumulative(
    codes: Codes, order: Places, counts: Places, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return a sequence after each step of altering it: the first bases of an order, ever more.

    Parameters
    ----------
    codes : ndarray of uint8, shape (L,)
        A 0, C 1, G 2, T 3, any other 4.
    order : ndarray of int64, shape (N,)
        Places, each at most once.
    counts : ndarray of int64, shape (K + 1,)
        Of `steps_of`.
    rng : numpy.random.Generator
        Draws one other base for each place, which it keeps in all later steps.

    Returns
    -------
    ndarray of uint8, shape (K + 1, L)
        Row k has the first ``counts[k]`` places of the order replaced.

    Examples
    --------
    >>> rows = cumulative(
    ...     np.zeros(4, np.uint8), np.array([2, 0]), np.array([0, 1, 2]), np.random.default_rng(0)
    ... )
    >>> (rows != 0).astype(int).tolist()
    [[0, 0, 0, 0], [0, 0, 1, 0], [1, 0, 1, 0]]
    """
    rank = np.full(len(codes), len(order))
    rank[order] = np.arange(len(order))
    return np.where(rank < np.asarray(counts)[:, None], replaced(codes, order, rng), codes)


def random_subsets(length: int, share: float, draws: int, rng: np.random.Generator) -> Places:
    """Return random sets of places.

    Parameters
    ----------
    length : int
        Places to choose from, in bp.
    share : float
        Of the places that each set has, in (0, 1].
    draws : int
        Sets.
    rng : numpy.random.Generator
        Of the draws.

    Returns
    -------
    ndarray of int64, shape (draws, n)
        0-based, ascending within a set, with ``n = max(1, round(share length))``.

    Raises
    ------
    ValueError
        When `share` is out of range, or there is no place.

    Examples
    --------
    >>> random_subsets(100, 0.1, 3, np.random.default_rng(0)).shape
    (3, 10)
    """
    if not 0 < share <= 1 or length < 1:
        raise ValueError(f"share {share} of {length} places")
    n = max(1, math.floor(share * length + 0.5))
    return np.sort(np.argsort(rng.random((draws, length)), axis=1)[:, :n], axis=1)


def _others(codes: Codes, rng: np.random.Generator) -> Codes:
    moved = (codes + rng.integers(1, 4, len(codes), dtype=np.uint8)) % 4
    return np.where(codes < 4, moved, codes).astype(np.uint8)

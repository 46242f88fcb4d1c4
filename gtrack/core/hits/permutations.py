"""Decoy motifs: the columns of a motif in another order, which spell no word of the motif.

A permuted motif has the information, the base composition and the score distribution of its
motif, so it matches as often by chance. What a model reads of composition supports both alike;
what it reads of the word supports the motif alone.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.motifs import Motif
from gtrack.core.ties import TIE

MOST_SIMILAR = 0.6
"""Largest similarity of a decoy to its motif, at any shift and on either strand."""

_TRIES, _BATCH = 400, 50
_GLUED = 0.3  # of sites that have CG at two neighbouring columns: these travel together
_MORE_CG = 0.5  # sites' worth of CG that a decoy may have beyond its motif


def permuted_columns(
    motif: Motif, background: NDArray[np.float64], count: int, seed: int
) -> list[NDArray[np.int64]]:
    """Return orders of a motif's columns whose words are not the motif's.

    Columns that spell CG stay side by side, because CpG is rare and models know it. An order is
    left out when it is similar to the motif, when it has more CG, or when it is another one again,
    as it stands or reverse-complemented. Orders depend on the matrix and the seed alone.

    Parameters
    ----------
    motif : Motif
    background : ndarray of float64, shape (4,)
        Base frequencies, the same for both strands.
    count : int
        At most so many; a short or repetitive motif has fewer, or none (poly-A).
    seed : int

    Returns
    -------
    list of ndarray of int64, shape (W,)
        ``motif.counts[order]`` is a decoy.
    """
    return _orders(motif, background, count, [seed], complemented=False)


def complemented_columns(
    motif: Motif, background: NDArray[np.float64], count: int, seed: int
) -> list[NDArray[np.int64]]:
    """Return orders in which about half of the columns are complemented: G for C, A for T.

    For motifs that have no permutation because their columns are nearly alike (poly-A, KLF1). What
    stays the same is the content of G and C, not that of each base. A pair that spells CG is not
    complemented: it would be none. The rest is as of :func:`permuted_columns`.

    Returns
    -------
    list of ndarray of int64, shape (W,)
        A number from W on is the complement of column ``number - W``.
    """
    return _orders(motif, background, count, [seed, 1], complemented=True)


def _orders(
    motif: Motif,
    background: NDArray[np.float64],
    count: int,
    seeds: list[int],
    *,
    complemented: bool,
) -> list[NDArray[np.int64]]:
    content = sha256(np.ascontiguousarray(motif.counts).tobytes()).digest()
    rng = np.random.default_rng([*seeds, *content[:16]])
    shares = motif.frequencies()
    units, cg = _units(shares), _cg(shares[None])[0]
    single = np.zeros(motif.width, np.bool_)
    single[[unit[0] for unit in units if len(unit) == 1]] = True
    names = _column_names(shares)
    forward, reverse = np.concatenate(names), np.concatenate(names[::-1])
    profile = _profile(motif.counts, background)
    own, mirrored = profile, profile[::-1, ::-1]
    size = max(float((profile**2).sum()), 1e-12)
    shares, profile = (np.concatenate([each, each[:, ::-1]]) for each in (shares, profile))
    found: list[NDArray[np.int64]] = []
    seen: set[tuple[int, ...]] = set()
    for _ in range(0, _TRIES, _BATCH):
        orders = np.stack([_shuffled(units, rng) for _ in range(_BATCH)])
        if complemented:
            orders += motif.width * (single[orders] & (rng.random(orders.shape) < 0.5))
        likeness = np.maximum(*(_similarity(profile[orders], one) for one in (own, mirrored)))
        kept = (likeness <= MOST_SIMILAR * size * (1 + TIE)) & (
            _cg(shares[orders]) <= cg + _MORE_CG + TIE
        )
        for order in orders[kept]:
            key = tuple(forward[order].tolist())
            if key in seen or tuple(reverse[order[::-1]].tolist()) in seen:
                continue
            seen.add(key)
            found.append(order)
            if len(found) == count:
                return found
    return found


def _units(shares: NDArray[np.float64]) -> list[list[int]]:
    """Return the columns, those that spell CG in pairs."""
    units, at = [], 0
    while at < len(shares):
        pair = at + 1 < len(shares) and shares[at, 1] * shares[at + 1, 2] > _GLUED
        units.append([at, at + 1] if pair else [at])
        at += len(units[-1])
    return units


def _shuffled(units: list[list[int]], rng: np.random.Generator) -> NDArray[np.int64]:
    return np.array([at for unit in rng.permutation(len(units)) for at in units[unit]], np.int64)


def _cg(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the expected CGs of a site, for shares of shape (N, W, 4)."""
    return np.asarray((shares[:, :-1, 1] * shares[:, 1:, 2]).sum(axis=1))


def _column_names(
    shares: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a number per column, equal of those equal to a hundredth; and of complements."""
    rounded = np.rint(shares * 100 + 1e-4).astype(np.int64)
    _, names = np.unique(np.concatenate([rounded, rounded[:, ::-1]]), axis=0, return_inverse=True)
    names = names.reshape(-1)
    return names[: len(shares)], names[len(shares) :]


def _profile(counts: NDArray[np.float64], background: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what tells a column from the background, weighted by information: shape (W, 4)."""
    p = (counts + 0.1 * background) / (counts.sum(axis=1, keepdims=True) + 0.1)
    information = np.maximum((p * np.log2(p / background)).sum(axis=1), 0)
    return np.asarray((p - background) * np.sqrt(information)[:, None])


def _similarity(profiles: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest product over all shifts of profiles, shape (N, W, 4), with another."""
    n, width, _ = profiles.shape
    products = np.einsum("nic,jc->nij", profiles[:, ::-1], other)
    skewed = np.zeros((n, width, 2 * width))
    skewed[:, :, :width] = products
    flat = skewed.reshape(n, -1)[:, : width * (2 * width - 1)]
    return np.asarray(flat.reshape(n, width, 2 * width - 1).sum(axis=1).max(axis=1))

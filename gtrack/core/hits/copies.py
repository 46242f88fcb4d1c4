"""Copies: sites of one motif in copies of one sequence, which say one thing and count once.

A repeat that a model likes has the same word beside the same bases again and again. Two sites of a
motif are copies when at most a third of the 12 bases on either side differ (8 of 24), read as the
motif reads; a base beyond the end of what was scanned differs by half.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.blocks import FLANK

Packed = NDArray[np.uint64]

MOST_DIFFERENT = 8
"""Of the 24 flanking bases of two copies."""

_PLACES = 2 * np.arange(2 * FLANK, dtype=np.uint64)  # two bits a base, the first base lowest
_LOW = np.uint64(sum(1 << int(place) for place in _PLACES))
_ROWS, _LEADERS = 256, 8192  # compared at once


def packed_flanks(
    codes: NDArray[np.uint8],
    start: NDArray[np.int64],
    width: int,
    reverse: NDArray[np.bool_],
) -> tuple[Packed, Packed]:
    """Return the flanks of sites, two bits a base, and a bit for each that is unknown.

    Parameters
    ----------
    codes : ndarray of uint8, shape (L,)
        A 0, C 1, G 2, T 3; 4 where a segment ends.
    start : ndarray of int64, shape (N,)
        Of the sites, in `codes`.
    width : int
    reverse : ndarray of bool, shape (N,)
        True where the motif reads on the reverse strand.
    """
    out = np.arange(1, FLANK + 1)  # outwards: beyond an end all is unknown
    sides = []
    for places in (start[:, None] - out, start[:, None] + (width - 1) + out):
        inside = (places >= 0) & (places < len(codes))
        bases = np.where(inside, codes[np.clip(places, 0, len(codes) - 1)], 4)
        sides.append(np.where(np.maximum.accumulate(bases > 3, axis=1), 4, bases))
    left, right = sides
    forward = np.concatenate([left[:, ::-1], right], axis=1)
    backward = np.where(forward < 4, 3 - forward, 4)[:, ::-1]
    bases = np.where(reverse[:, None], backward, forward).astype(np.uint64)
    unknown = bases > 3
    flanks = (np.where(unknown, 0, bases).astype(np.uint64) << _PLACES).sum(axis=1, dtype=np.uint64)
    return flanks, (unknown.astype(np.uint64) << _PLACES).sum(axis=1, dtype=np.uint64)


def first_of_copies(flanks: Packed, unknown: Packed, palindromic: bool) -> NDArray[np.bool_]:
    """Tell which sites of one motif are no copy of an earlier one that is none.

    Parameters
    ----------
    flanks, unknown : ndarray of uint64, shape (N,)
        Of :func:`packed_flanks`, the best site first.
    palindromic : bool
        Whether the motif reads alike on both strands, so that a copy may lie the other way round.
    """
    first = np.zeros(len(flanks), np.bool_)
    for at in range(0, len(flanks), _ROWS):
        rows = slice(at, at + _ROWS)
        these = (flanks[rows], unknown[rows])
        left = np.ones(len(these[0]), np.bool_)
        leaders = np.flatnonzero(first[:at])
        for low in range(0, len(leaders), _LEADERS):
            some = leaders[low : low + _LEADERS]
            left &= ~_alike(these, (flanks[some], unknown[some]), palindromic).any(axis=1)
        near = _alike(these, these, palindromic)
        for row in range(len(left)):
            if left[row]:
                left[row + 1 :] &= ~near[row, row + 1 :]
        first[rows] = left
    return first


def _alike(
    these: tuple[Packed, Packed], those: tuple[Packed, Packed], palindromic: bool
) -> NDArray[np.bool_]:
    """Return for each of these, and each of those, whether they are copies."""
    alike = _near(these, those)
    if palindromic:
        flanks, unknown = (_turned(packed) for packed in those)
        alike |= _near(these, (~flanks, unknown))  # 3 - code: both bits
    return alike


def _turned(packed: Packed) -> Packed:
    """Return the bases in the opposite order."""
    pair = np.uint64(3)
    each = [
        ((packed >> at) & pair) << back for at, back in zip(_PLACES, _PLACES[::-1], strict=True)
    ]
    return np.asarray(np.bitwise_or.reduce(each))


def _near(these: tuple[Packed, Packed], those: tuple[Packed, Packed]) -> NDArray[np.bool_]:
    bits = these[0][:, None] ^ those[0]
    unknown = these[1][:, None] | those[1]
    differ = (bits | (bits >> np.uint64(1))) & _LOW & ~unknown
    halves = 2 * np.bitwise_count(differ).astype(np.int64) + np.bitwise_count(unknown)
    return np.asarray(halves <= 2 * MOST_DIFFERENT)

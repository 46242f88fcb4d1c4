"""Between what a model reads and bases: relevance of units to bases, and of bases to units.

Token to base follows the strategies of arXiv 2604.21690 in name; its formulas are not published, so
each is written out here. With token relevance ``r_t``, bases ``[s_t, e_t)`` and length
``l_t = e_t - s_t``:

========== ==================================================== =================
mode       value of base j of token t                           keeps the sum
========== ==================================================== =================
uniform    ``r_t / l_t``                                        yes
repeat     ``r_t``                                              no
center     ``r_t`` at base ``floor((s_t + e_t - 1) / 2)``, 0    yes
           elsewhere
weighted   ``r_t w_j / sum_k w_k`` over the token's bases;      yes
           uniform where the weights are absent or all 0
========== ==================================================== =================

A base in several units (k-mers of stride 1) has the sum of what they give it. All sums are float64.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Encoding, Encodings, positions

Projection = Literal["uniform", "repeat", "center", "weighted"]
PROJECTIONS: tuple[str, ...] = get_args(Projection)


def to_bases(
    values: NDArray[np.floating],
    encodings: Encodings,
    lengths: NDArray[np.int64],
    mode: Projection = "uniform",
    weights: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """Give every base its share of the relevance of its units.

    Parameters
    ----------
    values : ndarray, shape (U,)
        Relevance of all units of all rows.
    encodings : Encodings
        The rows.
    lengths : ndarray of int64, shape (rows,)
        Bases of the sequence of each row.
    mode : {"uniform", "repeat", "center", "weighted"}
        The formula (see the module).
    weights : ndarray, shape (sum of lengths,), optional
        For ``weighted``: one weight per base, on the strand of its row; its absolute value counts,
        and NaN is 0.

    Returns
    -------
    ndarray of float64, shape (sum of lengths,)
        Row after row; NaN where no placed unit covers the base (N, IUPAC codes).
    """
    placed = encodings.placed
    if mode == "uniform" and encodings.are_bases(lengths):
        bases = np.array(values, np.float64)
        if not placed.all():
            bases[~placed] = np.nan
        return bases
    relevance = np.asarray(values, np.float64).take(np.flatnonzero(placed))
    if mode == "uniform" and (tiles := encodings.tile_sizes(lengths)) is not None:  # most often
        return np.repeat(relevance / tiles, tiles)
    row_start = np.cumsum(lengths) - lengths
    starts, ends = encodings.spans[placed].T + np.repeat(row_start, encodings.lengths)[placed]
    size = ends - starts
    at = positions(starts, size)
    if mode == "uniform":
        shares = np.repeat(relevance / size, size)
    elif mode == "repeat":
        shares = np.repeat(relevance, size)
    elif mode == "center":
        shares = np.zeros(len(at))
        shares[np.cumsum(size) - size + (size - 1) // 2] = relevance
    elif mode == "weighted":
        shares = _weighted(relevance, size, at, weights, int(lengths.sum()))
    else:
        raise ValueError(f"projection {mode!r} is not one of {', '.join(PROJECTIONS)}")
    bases = np.full(int(lengths.sum()), np.nan)
    bases[at] = shares
    if (at[1:] <= at[:-1]).any():  # otherwise no base lies in two units
        shared = np.bincount(at, minlength=len(bases)) > 1
        bases[shared] = np.bincount(at, shares, len(bases))[shared]
    return bases


def _weighted(
    relevance: NDArray[np.float64],
    size: NDArray[np.int64],
    at: NDArray[np.int64],
    weights: NDArray[np.floating] | None,
    length: int,
) -> NDArray[np.float64]:
    """Return the shares by weight of all bases of all units."""
    if weights is None or len(weights) != length:
        raise ValueError(f"weighted projection of {length} bases needs as many weights")
    weight = np.abs(np.nan_to_num(np.asarray(weights, np.float64)[at]))
    unit = np.repeat(np.arange(len(size)), size)
    total = np.bincount(unit, weight, len(size))
    flat = total == 0
    weight[flat[unit]] = 1.0
    total[flat] = size[flat]
    return np.asarray(relevance[unit] * (weight / total[unit]))


def to_units(bases: NDArray[np.floating], encoding: Encoding) -> NDArray[np.float64]:
    """Sum the relevance of each unit's bases.

    Parameters
    ----------
    bases : ndarray, shape (length,)
        Relevance per base; bases of placed units are finite.
    encoding : Encoding
        The U units.

    Returns
    -------
    ndarray of float64, shape (U,)
        0 for units that are not placed.
    """
    placed = encoding.placed
    starts = encoding.spans[placed, 0]
    lengths = encoding.spans[placed, 1] - starts
    gathered = np.asarray(bases, np.float64)[positions(starts, lengths)]
    first = np.cumsum(lengths) - lengths
    units = np.zeros(len(encoding))
    if len(first):
        units[placed] = np.add.reduceat(gathered, first)
    return units

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

All sums are float64.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gtrack.core.units import Encoding

Projection = Literal["uniform", "repeat", "center", "weighted"]
Aggregation = Literal["sum", "mean", "max", "abs_sum"]
PROJECTIONS: tuple[str, ...] = get_args(Projection)
AGGREGATIONS: tuple[str, ...] = get_args(Aggregation)


def to_bases(
    values: NDArray[np.floating],
    encoding: Encoding,
    length: int,
    mode: Projection = "uniform",
    weights: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """Give every base its share of its unit's relevance.

    Parameters
    ----------
    values : ndarray, shape (U,)
        Relevance per unit.
    encoding : Encoding
        The U units.
    length : int
        Bases of the sequence that was encoded.
    mode : {"uniform", "repeat", "center", "weighted"}
        The formula (see the module).
    weights : ndarray, shape (length,), optional
        For ``weighted``: one weight per base, on the strand of the encoding; its absolute value
        counts, and NaN is 0.

    Returns
    -------
    ndarray of float64, shape (length,)
        NaN where no placed unit covers the base (N, IUPAC codes).
    """
    placed = encoding.placed
    starts, ends = encoding.spans[placed, 0], encoding.spans[placed, 1]
    lengths = ends - starts
    relevance = np.asarray(values, np.float64)[: len(encoding)][placed]
    bases = np.full(length, np.nan)
    position = _positions(starts, lengths)
    if mode == "uniform":
        bases[position] = np.repeat(relevance / lengths, lengths)
    elif mode == "repeat":
        bases[position] = np.repeat(relevance, lengths)
    elif mode == "center":
        bases[position] = 0.0
        bases[(starts + ends - 1) // 2] = relevance
    elif mode == "weighted":
        if weights is None or len(weights) != length:
            raise ValueError(f"weighted projection of {length} bases needs as many weights")
        weight = np.abs(np.nan_to_num(np.asarray(weights, np.float64)[position]))
        unit = np.repeat(np.arange(len(lengths)), lengths)
        total = np.bincount(unit, weight, len(lengths))
        flat = total == 0
        weight[flat[unit]] = 1.0
        total[flat] = lengths[flat]
        bases[position] = relevance[unit] * (weight / total[unit])
    else:
        raise ValueError(f"projection {mode!r} is not one of {', '.join(PROJECTIONS)}")
    return bases


def to_units(
    bases: NDArray[np.floating], encoding: Encoding, mode: Aggregation = "sum"
) -> NDArray[np.float64]:
    """Gather the relevance of each unit's bases.

    Parameters
    ----------
    bases : ndarray, shape (length,)
        Relevance per base; bases of placed units are finite.
    encoding : Encoding
        The U units.
    mode : {"sum", "mean", "max", "abs_sum"}
        ``max`` is the signed value where the absolute value is largest (the first on ties).

    Returns
    -------
    ndarray of float64, shape (U,)
        0 for units that are not placed.
    """
    placed = encoding.placed
    starts = encoding.spans[placed, 0]
    lengths = encoding.spans[placed, 1] - starts
    gathered = np.asarray(bases, np.float64)[_positions(starts, lengths)]
    first = np.cumsum(lengths) - lengths
    units = np.zeros(len(encoding))
    if not len(first):
        return units
    if mode == "sum":
        units[placed] = np.add.reduceat(gathered, first)
    elif mode == "mean":
        units[placed] = np.add.reduceat(gathered, first) / lengths
    elif mode == "abs_sum":
        units[placed] = np.add.reduceat(np.abs(gathered), first)
    elif mode == "max":
        unit = np.repeat(np.arange(len(lengths)), lengths)
        order = np.lexsort((np.arange(len(gathered)), -np.abs(gathered), unit))
        units[placed] = gathered[order[first]]
    else:
        raise ValueError(f"aggregation {mode!r} is not one of {', '.join(AGGREGATIONS)}")
    return units


def _positions(starts: NDArray[np.int32], lengths: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return all bases of all spans, span after span."""
    first = np.cumsum(lengths) - lengths
    return np.asarray(np.arange(lengths.sum()) - np.repeat(first - starts, lengths), np.int64)

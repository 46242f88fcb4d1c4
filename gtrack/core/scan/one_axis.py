"""All chromosomes on one axis, far apart, so that places of a genome are sorted numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FAR = 40  # bits of a place: chromosomes are shorter


def on_axis(
    chrom: NDArray[np.integer] | int, place: NDArray[np.integer] | int
) -> NDArray[np.int64]:
    """Return where places lie on the axis, by the index of their chromosome.

    Examples
    --------
    >>> on_axis(np.array([0, 1, 1]), np.array([9, 0, 9])).tolist()
    [9, 1099511627776, 1099511627785]
    """
    return np.asarray(chrom, np.int64) * (1 << _FAR) + place


def off_axis(at: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the chromosomes and the places of what lies on the axis.

    Examples
    --------
    >>> [column.tolist() for column in off_axis(on_axis(np.array([0, 3]), 7))]
    [[0, 3], [7, 7]]
    """
    return at >> _FAR, at & ((1 << _FAR) - 1)

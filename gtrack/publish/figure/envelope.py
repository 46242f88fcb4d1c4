"""The largest and the smallest of many bases, where bases are narrower than a line can be.

Bins are counted from base 0 of the chromosome, as in the viewer, so that two figures of one place
agree. A mean would hide a lone peak.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Start and end of every bin that has a value (bases from the first on), and its ends."""

    start: Floats
    end: Floats
    high: Floats
    low: Floats


def envelope(high: Floats, low: Floats, first: int, width: int) -> Bins:
    """Return the largest of `high` and the smallest of `low` in bins of `width` bases.

    Parameters
    ----------
    high, low : ndarray of float64, shape (bases,)
        The same array, or the two ends of a band; NaN where a base has none.
    first : int
        Position of the first base on the chromosome.
    width : int
        Bases of a bin; 1 gives each base with a value a bin of its own.

    Examples
    --------
    >>> values = np.array([1.0, -2.0, np.nan, 5.0])
    >>> bins = envelope(values, values, first=1, width=2)
    >>> bins.start.tolist(), bins.end.tolist(), bins.high.tolist(), bins.low.tolist()
    ([0.0, 1.0, 3.0], [1.0, 3.0, 4.0], [1.0, -2.0, 5.0], [1.0, -2.0, 5.0])
    """
    count = len(high)
    edges = np.r_[0, np.arange(width - first % width, count, width)]
    ends = np.r_[edges[1:], count]
    top = np.fmax.reduceat(high, edges)
    bottom = np.fmin.reduceat(low, edges)
    kept = np.isfinite(top) & np.isfinite(bottom)
    return Bins(
        edges[kept].astype(np.float64), ends[kept].astype(np.float64), top[kept], bottom[kept]
    )

"""A percentile of a stream, exact to one part in 4096, in bounded memory and any order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_DROPPED_BITS = 11  # of the 31 below the sign: 8 of exponent, 12 of mantissa stay
_MANY = 1 << 15  # values: from here on counting all bins is quicker than sorting


class AbsolutePercentile:
    """Counts |values| in bins as wide as a float32 with 12 bits of mantissa: 8 MB.

    The order and the grouping of the values do not matter, so shards do not either. `largest` is
    the largest |value| so far.

    Examples
    --------
    >>> percentile = AbsolutePercentile()
    >>> percentile.add(np.arange(1, 101, dtype=np.float32))
    >>> float(percentile.at(0.5))
    50.0
    """

    def __init__(self) -> None:
        self._counts = np.zeros(1 << (31 - _DROPPED_BITS), np.int64)
        self.largest = 0.0

    def add(self, values: NDArray[np.float32]) -> None:
        """Count finite values, shape (N,)."""
        size = np.abs(values)
        self.largest = max(self.largest, float(size.max(initial=0)))
        bits = size.view(np.uint32) >> _DROPPED_BITS
        if len(bits) > _MANY:
            counts = np.bincount(bits)
            self._counts[: len(counts)] += counts
            return
        bins, counts = np.unique(bits, return_counts=True)
        self._counts[bins] += counts

    def at(self, share: float) -> float:
        """Return the smallest bin that at least `share` of the values do not exceed; 0 if none."""
        total = int(self._counts.sum())
        if not total:
            return 0.0
        rank = max(1, int(np.ceil(share * total)))
        found = int(np.searchsorted(np.cumsum(self._counts), rank))
        return float(np.array([found << _DROPPED_BITS], np.uint32).view(np.float32)[0])

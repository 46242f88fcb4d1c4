"""A percentile of a stream, exact to one part in 4096, in bounded memory and any order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_DROPPED_BITS = 11  # of the 31 below the sign: 8 of exponent, 12 of mantissa stay
_BLOCK = 1 << 12  # bins, of 1 << 20
_AT_ONCE = 1 << 16  # values whose bins are in memory at once


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
        for low in range(0, len(values), _AT_ONCE):
            size = np.abs(values[low : low + _AT_ONCE])
            self.largest = max(self.largest, float(size.max()))
            np.add.at(self._counts, size.view(np.uint32) >> _DROPPED_BITS, 1)

    def at(self, share: float) -> float:
        """Return the smallest bin that at least `share` of the values do not exceed; 0 if none."""
        total = int(self._counts.sum())
        if not total:
            return 0.0
        rank = max(1, int(np.ceil(share * total)))
        blocks = np.cumsum(self._counts.reshape(-1, _BLOCK).sum(axis=1))
        block = int(np.searchsorted(blocks, rank)) * _BLOCK
        before = total - int(self._counts[block:].sum())
        counts = np.cumsum(self._counts[block : block + _BLOCK])
        found = block + int(np.searchsorted(counts, rank - before))
        return float(np.array([found << _DROPPED_BITS], np.uint32).view(np.float32)[0])

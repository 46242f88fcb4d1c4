"""A percentile of a stream, exact to one part in 4096, in bounded memory and any order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_DROPPED_BITS = 11  # of the 31 below the sign: 8 of exponent, 12 of mantissa stay
_BLOCK = 1 << 12  # bins, of 1 << 20: those with the largest values are looked at first
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
        self._total, self.largest = 0, 0.0

    def add(self, values: NDArray[np.float32]) -> None:
        """Count finite values, shape (N,)."""
        self._total += len(values)
        for low in range(0, len(values), _AT_ONCE):
            size = np.abs(values[low : low + _AT_ONCE])
            self.largest = max(self.largest, float(size.max()))
            np.add.at(self._counts, size.view(np.uint32) >> _DROPPED_BITS, 1)

    def at(self, share: float) -> float:
        """Return the smallest bin that at least `share` of the values do not exceed; 0 if none."""
        if not self._total:
            return 0.0
        above = self._total - max(1, int(np.ceil(share * self._total)))  # may lie so many
        end = int(np.float32(self.largest).view(np.uint32) >> _DROPPED_BITS) + 1
        while (counts := self._counts[max(0, end - _BLOCK) : end]).sum() <= above:
            above -= int(counts.sum())
            end -= _BLOCK
        found = end - 1 - int(np.searchsorted(np.cumsum(counts[::-1]), above, "right"))
        return float(np.array([found << _DROPPED_BITS], np.uint32).view(np.float32)[0])

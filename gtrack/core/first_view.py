"""Where a viewer looks first: the stretch of a track with the most relevance, or around a hit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.manifest import FIRST_VIEW

_TILE = FIRST_VIEW // 2
_UNITS = 1 << 20  # per unit of relevance


def place_around(chrom: str, centre: int, size: int) -> dict[str, Any]:
    """Return `FIRST_VIEW` bp around a base, 0-based half-open, shifted to lie on the chromosome.

    Parameters
    ----------
    chrom : str
    centre : int
        0-based.
    size : int
        Length of the chromosome in bp.
    """
    start = max(0, min(centre - FIRST_VIEW // 2, size - FIRST_VIEW))
    return {"chrom": chrom, "start": start, "end": min(size, start + FIRST_VIEW)}


class Peak:
    """The two adjacent tiles of a genome with the most absolute relevance, run by run.

    Tiles lie at fixed positions and sums are whole numbers, so that it does not matter how the
    runs are cut.
    """

    def __init__(self) -> None:
        self._chrom, self._tile, self._sums = "", -2, (0, 0)  # of this tile and the one before
        self._best, self._place = -1, ("", 0)

    def add(self, chrom: str, start: int, values: NDArray[np.float32]) -> None:
        """Look at one run of adjacent bases; runs come in the order of the genome.

        Parameters
        ----------
        chrom : str
        start : int
            First base, 0-based.
        values : ndarray of float32, shape (L,)
            Finite relevance, at least one.
        """
        whole = np.rint(np.abs(values).astype(np.float64) * _UNITS).astype(np.int64)
        first, last = start // _TILE, (start + len(values) - 1) // _TILE
        cuts = np.maximum(np.arange(first, last + 1) * _TILE - start, 0)
        for tile, total in enumerate(np.add.reduceat(whole, cuts).tolist(), first):
            self._add(chrom, tile, total)

    def _add(self, chrom: str, tile: int, total: int) -> None:
        if (chrom, tile) == (self._chrom, self._tile):
            here, before = self._sums[0] + total, self._sums[1]
        else:
            beside = (chrom, tile) == (self._chrom, self._tile + 1)
            here, before = total, self._sums[0] if beside else 0
        self._chrom, self._tile, self._sums = chrom, tile, (here, before)
        if here + before > self._best:
            self._best, self._place = here + before, (chrom, tile)

    def place(self, chrom_sizes: Mapping[str, int]) -> dict[str, Any]:
        """Return the stretch, once a run was added."""
        chrom, tile = self._place
        return place_around(chrom, tile * _TILE, chrom_sizes[chrom])

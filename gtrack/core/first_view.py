"""Where a viewer looks first: the stretch of a track with the most relevance, or around a hit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.manifest import FIRST_VIEW

_TILE = 10  # bp: two are about a binding site
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
        self._chrom, self._tile = "", -2
        self._sums = (0, 0)  # of the last tile, and of the one before it
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
        here = np.add.reduceat(whole, cuts)
        before = np.concatenate([[0], here[:-1]])
        if (chrom, first) == (self._chrom, self._tile):  # goes on in the tile of the last run
            here[0] += self._sums[0]
            before[0], before[1:2] = self._sums[1], here[0]
        elif (chrom, first) == (self._chrom, self._tile + 1):
            before[0] = self._sums[0]
        self._chrom, self._tile, self._sums = chrom, last, (int(here[-1]), int(before[-1]))
        pairs = here + before
        at = int(pairs.argmax())
        if pairs[at] > self._best:
            self._best, self._place = int(pairs[at]), (chrom, first + at)

    def place(self, chrom_sizes: Mapping[str, int]) -> dict[str, Any]:
        """Return the surroundings of the two tiles, once a run was added."""
        chrom, tile = self._place
        return place_around(chrom, tile * _TILE, chrom_sizes[chrom])

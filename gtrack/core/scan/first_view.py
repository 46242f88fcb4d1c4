"""Where a viewer looks first: the stretch of a track with the most relevance, or around a hit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.manifest import FIRST_VIEW
from gtrack.core.ties import least_tied

_TILE = 10  # bp: two are about a binding site


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


class StrongestTiles:
    """The two adjacent tiles of a genome with the most absolute relevance, run by run.

    Tiles lie at fixed positions, and the first of those that tie with the strongest is chosen, so
    that neither the cuts of the runs nor the last bits of a sum matter.
    """

    def __init__(self) -> None:
        self._chrom, self._tile = "", -2
        self._sums = (0.0, 0.0)  # of the last tile, and of the one before it
        # Each of these may be the first tie of the strongest yet to come: their sums rise.
        self._close: list[tuple[float, str, int]] = []

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
        size = np.abs(values).astype(np.float64)
        first, last = start // _TILE, (start + len(values) - 1) // _TILE
        cuts = np.maximum(np.arange(first, last + 1) * _TILE - start, 0)
        here = np.add.reduceat(size, cuts)
        before = np.concatenate([[0.0], here[:-1]])
        if (chrom, first) == (self._chrom, self._tile):  # goes on in the tile of the last run
            here[0] += self._sums[0]
            before[0], before[1:2] = self._sums[1], here[0]
        elif (chrom, first) == (self._chrom, self._tile + 1):
            before[0] = self._sums[0]
        self._chrom, self._tile, self._sums = chrom, last, (float(here[-1]), float(before[-1]))
        pairs = here + before
        last_sum = self._close[-1][0] if self._close else -1.0
        least = float(least_tied(np.maximum(pairs.max(), last_sum)))
        rises = pairs > np.maximum.accumulate(np.concatenate([[last_sum], pairs[:-1]]))
        found = np.flatnonzero(rises & (pairs >= least)).tolist()
        self._close = [each for each in self._close if each[0] >= least]
        self._close += [(float(pairs[at]), chrom, first + at) for at in found]

    def place(self, chrom_sizes: Mapping[str, int]) -> dict[str, Any]:
        """Return the surroundings of the two tiles, once a run was added."""
        _, chrom, tile = self._close[0]
        return place_around(chrom, tile * _TILE, chrom_sizes[chrom])

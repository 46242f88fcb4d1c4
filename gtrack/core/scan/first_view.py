"""Where a viewer looks first: the stretch of a track with the most relevance, or around a hit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import positions
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

    def add(
        self,
        chrom: str,
        starts: NDArray[np.int64],
        sizes: NDArray[np.int64],
        values: NDArray[np.float32],
    ) -> None:
        """Look at runs of adjacent bases of one chromosome; all come in the order of the genome.

        Parameters
        ----------
        chrom : str
        starts, sizes : ndarray of int64, shape (K,)
            First base of each run, 0-based, and its bases, at least one; of one run at least.
        values : ndarray of float32, shape (sum of sizes,)
            Finite relevance, run after run.
        """
        tiles, here = self._sums_of_tiles(chrom, starts, sizes, values)
        before = np.where(np.diff(tiles, prepend=-2) == 1, np.append(0.0, here[:-1]), 0.0)
        if (chrom, tiles[0]) == (self._chrom, self._tile):
            before[0] = self._sums[1]
        elif (chrom, tiles[0]) == (self._chrom, self._tile + 1):
            before[0] = self._sums[0]
        self._chrom, self._tile = chrom, int(tiles[-1])
        self._sums = (float(here[-1]), float(before[-1]))
        pairs = here + before
        last_sum = self._close[-1][0] if self._close else -1.0
        least = float(least_tied(np.maximum(pairs.max(), last_sum)))
        rises = pairs > np.maximum.accumulate(np.concatenate([[last_sum], pairs[:-1]]))
        found = np.flatnonzero(rises & (pairs >= least)).tolist()
        self._close = [each for each in self._close if each[0] >= least]
        self._close += [(float(pairs[at]), chrom, int(tiles[at])) for at in found]

    def _sums_of_tiles(
        self,
        chrom: str,
        starts: NDArray[np.int64],
        sizes: NDArray[np.int64],
        values: NDArray[np.float32],
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the tiles that runs lie in, and the sum in each so far: piece by piece."""
        first = starts // _TILE
        pieces = (starts + sizes - 1) // _TILE - first + 1
        run, tile = np.repeat(np.arange(len(pieces)), pieces), positions(first, pieces)
        offset = np.cumsum(sizes) - sizes
        cuts = offset[run] + np.maximum(tile * _TILE - starts[run], 0)
        sums = np.add.reduceat(np.abs(values).astype(np.float64), cuts)
        if (chrom, tile[0]) == (self._chrom, self._tile):  # goes on in the tile of the last run
            sums[0] += self._sums[0]
        head = np.flatnonzero(np.diff(tile, prepend=-2))
        parts = np.diff(np.append(head, len(tile)))  # of a tile: more than one where runs end in it
        here = sums[head]
        for rank in range(1, int(parts.max())):
            more = parts > rank
            here[more] += sums[head[more] + rank]
        return tile[head], here

    def place(self, chrom_sizes: Mapping[str, int]) -> dict[str, Any]:
        """Return the surroundings of the two tiles, once a run was added."""
        _, chrom, tile = self._close[0]
        return place_around(chrom, tile * _TILE, chrom_sizes[chrom])

"""What the manifest says of a track, gathered run by run as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.scan.first_view import StrongestTiles
from gtrack.core.scan.percentile import AbsolutePercentile


class TrackStatistics:
    """Size, scale and strongest place of the values of a track.

    Attributes
    ----------
    bases : int
        Those with a value.
    """

    def __init__(self) -> None:
        self._percentile, self._peak = AbsolutePercentile(), StrongestTiles()
        self._least, self._most = np.inf, -np.inf
        self.bases = 0

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
            Finite values, run after run.
        """
        self._percentile.add(values)
        self._peak.add(chrom, starts, sizes, values)
        self._least = min(self._least, float(values.min()))
        self._most = max(self._most, float(values.max()))
        self.bases += len(values)

    @property
    def constant(self) -> bool:
        """Whether every value is the same."""
        return self.bases > 0 and self._least == self._most

    @property
    def largest(self) -> float:
        """The largest |value|."""
        return self._percentile.largest

    @property
    def p99(self) -> float:
        """The 99th percentile of |values|."""
        return self._percentile.at(0.99)

    def peak(self, chrom_sizes: Mapping[str, int]) -> dict[str, Any]:
        """Return the surroundings of the strongest place, once a run was added."""
        return self._peak.place(chrom_sizes)

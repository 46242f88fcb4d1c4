"""Sound: the relevance of a block in one world, and where it can be loud enough for a motif."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sound:
    """Relevance of the bases of a block.

    Weights of a motif are positive and of norm 1, so a statistic of z is at most the norm of what
    is positive in z over the site (Cauchy-Schwarz), and likewise below. Running sums of squares
    give these norms, so most places need no look at their bases.

    Attributes
    ----------
    z, relevance : ndarray of float, shape (L,)
        In units of the null, and in the track's.
    up, down : ndarray of float64, shape (L + 1,)
        Running sums of the squares of what is positive, and what is negative, in z.
    """

    z: NDArray[np.float64]
    relevance: NDArray[np.floating]
    up: NDArray[np.float64]
    down: NDArray[np.float64]

    @classmethod
    def of(cls, z: NDArray[np.float64], relevance: NDArray[np.floating]) -> Sound:
        """Sum up the relevance of a block."""
        up, down = np.zeros(len(z) + 1), np.zeros(len(z) + 1)
        square = z * z
        np.cumsum(np.where(z > 0, square, 0.0), out=up[1:])
        np.cumsum(np.where(z < 0, square, 0.0), out=down[1:])
        return cls(z, relevance, up, down)

    def may_pass(
        self, at: Integers | slice, behind: Integers | slice, least: tuple[float, float]
    ) -> NDArray[np.bool_]:
        """Tell whether sites can have a statistic of `least`, upwards or downwards.

        Parameters
        ----------
        at, behind : ndarray of int64, or slice
            First bases, and those behind the last.
        least : tuple of float
        """
        found = []
        for power, bound in zip((self.up, self.down), least, strict=True):
            slack = 1e-9 * (1 + power[-1])  # a difference of running sums is that exact
            found.append(power[behind] - power[at] >= max(bound, 0.0) ** 2 - slack)
        return np.asarray(found[0] | found[1])

    def loud(self, width: int, least: tuple[float, float]) -> NDArray[np.intp]:
        """Return where sites of a width can have such a statistic."""
        count = max(0, len(self.z) - width + 1)
        return np.flatnonzero(self.may_pass(slice(0, count), slice(width, width + count), least))

"""Cut-outs: windows of one width around regions, and the arrays that other programs read of them.

A cut-out may leave its chromosome: what lies beyond is no base and has no relevance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.sequences import base_codes


@dataclass(frozen=True, slots=True)
class Cutout:
    """One window.

    Parameters
    ----------
    chrom : str
    start : int
        0-based, in bp; negative where the window begins before its chromosome.
    width : int
        In bp.
    chrom_size : int
        Length of the chromosome, in bp.
    """

    chrom: str
    start: int
    width: int
    chrom_size: int

    @property
    def inside(self) -> tuple[int, int]:
        """Start and end of the part on the chromosome."""
        return max(self.start, 0), min(self.start + self.width, self.chrom_size)

    @property
    def beyond(self) -> int:
        """Bases beyond the chromosome."""
        low, high = self.inside
        return self.width - (high - low)

    @property
    def filled(self) -> slice:
        """Where the part on the chromosome stands in the window."""
        low, high = self.inside
        return slice(low - self.start, high - self.start)


def one_hot(cutouts: Sequence[Cutout], sequences: Iterable[str]) -> NDArray[np.int8]:
    """Return a 1 at A, C, G or T, shape (n, 4, width).

    Parameters
    ----------
    cutouts : sequence of Cutout
        n of one width, at least one.
    sequences : iterable of str
        Of the part of each that lies on its chromosome.
    """
    codes = np.full((len(cutouts), cutouts[0].width), 4, np.uint8)
    for row, cutout, sequence in zip(codes, cutouts, sequences, strict=True):
        row[cutout.filled] = base_codes(sequence)
    bases = np.arange(4, dtype=np.uint8)[:, None]
    return np.asarray(codes[:, None, :] == bases, np.int8)


def relevance(
    cutouts: Sequence[Cutout], values: Iterable[NDArray[np.float32]]
) -> tuple[NDArray[np.float32], int]:
    """Return the relevance, shape (n, width), and how many bases have none and stand as 0.

    Parameters
    ----------
    cutouts : sequence of Cutout
        n of one width, at least one.
    values : iterable of ndarray of float32
        Of the part of each that lies on its chromosome; NaN where there is none.
    """
    found = np.full((len(cutouts), cutouts[0].width), np.nan, np.float32)
    for row, cutout, part in zip(found, cutouts, values, strict=True):
        row[cutout.filled] = part
    missing = np.isnan(found)
    found[missing] = 0
    return found, int(missing.sum())


def at_observed(bases: NDArray[np.int8], relevance: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the relevance at the observed base and 0 at the others, shape (n, 4, width)."""
    return bases * relevance[:, None, :]

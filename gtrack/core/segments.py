"""Segments: runs of adjacent bases that all have a known base and a relevance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A run of adjacent bases on one chromosome, each with its relevance.

    Parameters
    ----------
    chrom : str
        Chromosome name; for a shuffled window any label.
    start : int
        0-based position of the first base on the forward strand, in bp.
    codes : numpy.ndarray of uint8, shape (L,)
        A 0, C 1, G 2, T 3 of the forward strand; no other code, L >= 1.
    relevance : numpy.ndarray of float32, shape (L,)
        Signed relevance per base, all finite.

    Raises
    ------
    InputError
        When an array has another type, shape or content.
    """

    chrom: str
    start: int
    codes: NDArray[np.uint8]
    relevance: NDArray[np.float32]

    def __post_init__(self) -> None:
        where = f"segment {self.chrom}:{self.start}"
        if not self.chrom or self.start < 0:
            raise InputError(f"{where}: needs a chromosome name and a start of 0 or more")
        if self.codes.dtype != np.uint8 or self.relevance.dtype != np.float32:
            raise InputError(f"{where}: codes must be uint8 and relevance float32")
        if self.codes.ndim != 1 or self.codes.shape != self.relevance.shape or not self.codes.size:
            raise InputError(f"{where}: codes and relevance must have one shape (L,), L >= 1")
        if self.codes.max() > 3:
            raise InputError(f"{where}: holds a base that is not A, C, G or T; cut it there")
        if not np.isfinite(self.relevance).all():
            raise InputError(f"{where}: holds relevance that is not finite; cut it there")

    def __len__(self) -> int:
        return int(self.codes.size)

    @property
    def end(self) -> int:
        """Position behind the last base, in bp."""
        return self.start + len(self)


def cut_segments(
    chrom: str, start: int, codes: NDArray[np.uint8], relevance: NDArray[np.float32]
) -> Iterator[Segment]:
    """Yield the runs of a stretch of a chromosome whose bases are known and have relevance.

    Parameters
    ----------
    chrom : str
    start : int
        0-based position of the first base, in bp.
    codes : ndarray of uint8, shape (L,)
        4 where the base is not A, C, G or T.
    relevance : ndarray of float32, shape (L,)
        NaN where there is none.
    """
    kept = (codes < 4) & np.isfinite(relevance)
    for low, high in true_runs(kept):
        yield Segment(chrom, start + low, codes[low:high], relevance[low:high])


def true_runs(where: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and end of every run of true.

    Examples
    --------
    >>> true_runs(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(where, prepend=False, append=False)).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))

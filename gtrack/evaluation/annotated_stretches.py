"""Stretches of an annotation, and stretches like them outside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """All regions end to end; sums up to each base, so that a stretch costs two look-ups.

    Parameters
    ----------
    region, ends : ndarray of int, shape (bases,)
        Number of each base's region, and where it ends.
    barred, gc : ndarray of int, shape (bases + 1,)
        How many bases before each no background may hold, and how many are G or C.
    positive : ndarray of float, shape (bases + 1,)
        Positive relevance before each base.
    starts, lengths : ndarray of int, shape (stretches,)
        The annotated stretches whose bases all have a value.
    """

    region: Places
    ends: Places
    barred: Places
    gc: Places
    positive: Floats
    starts: Places
    lengths: Places

    @property
    def regions(self) -> int:
        """How many regions there are."""
        return int(self.region[-1]) + 1 if len(self.region) else 0

    @classmethod
    def of(
        cls, maps: Sequence[ArrayLike], masks: Sequence[ArrayLike], bases: Sequence[str]
    ) -> Stretches:
        """Return the stretches of maps, masks and sequences, one of each per region."""
        parts = [
            _flat(np.asarray(values, np.float64), np.asarray(mask, np.bool_), letters)
            for values, mask, letters in zip(maps, masks, bases, strict=True)
        ]
        sizes = [len(mask) for _, mask, _, _ in parts]
        first = np.cumsum([0, *sizes])
        positive, mask, known, gc = (
            np.concatenate([part[k] for part in parts] or [np.empty(0)]) for k in range(4)
        )
        places = [
            (first[k] + start, end - start)
            for k, (_, inside, valid, _) in enumerate(parts)
            for start, end in runs(inside)
            if valid[start:end].all()
        ]
        found = np.array(places, np.int64).reshape(-1, 2)
        return cls(
            np.repeat(np.arange(len(sizes)), sizes),
            np.repeat(first[1:], sizes),
            upto(mask.astype(np.bool_) | ~known.astype(np.bool_)).astype(np.int64),
            upto(gc).astype(np.int64),
            upto(positive),
            *found.T,
        )

    def background(self, length: int) -> tuple[Floats, Floats]:
        """Return GC content and relevance of every stretch that may be one, by GC content."""
        starts = np.arange(max(0, len(self.region) - length + 1))
        starts = starts[starts + length <= self.ends[starts]]
        starts = starts[self.barred[starts + length] == self.barred[starts]]
        gc = (self.gc[starts + length] - self.gc[starts]) / length
        order = np.argsort(gc, kind="stable")
        sums = self.positive[starts + length] - self.positive[starts]
        return gc[order], sums[order]

    def gc_of(self, start: int, length: int) -> float:
        """Return the GC content of a stretch, 0 to 1."""
        return float(self.gc[start + length] - self.gc[start]) / length

    def sum_of(self, start: int, length: int) -> float:
        """Return the positive relevance of a stretch."""
        return float(self.positive[start + length] - self.positive[start])


def _flat(values: Floats, mask: Flags, letters: str) -> tuple[Floats, Flags, Flags, Flags]:
    """Return positive relevance, mask, which bases count, and which are G or C."""
    codes = np.frombuffer(letters.upper().encode("ascii"), np.uint8)
    if not values.shape == mask.shape == codes.shape:
        raise ValueError(f"map {values.shape}, mask {mask.shape}, bases {codes.shape}: one length")
    if np.isinf(values).any():
        raise ValueError("relevance holds an infinite value")
    known = np.isin(codes, np.frombuffer(b"ACGT", np.uint8)) & ~np.isnan(values)
    positive = np.where(known, np.clip(np.nan_to_num(values), 0.0, None), 0.0)
    return positive, mask, known, np.isin(codes, np.frombuffer(b"CG", np.uint8))


def upto(values: NDArray[np.generic]) -> Floats:
    """Return the sum before each value, and before the end of all."""
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])


def runs(mask: Flags) -> list[tuple[int, int]]:
    """Return first and end of every run of true."""
    edges = np.flatnonzero(np.diff(np.r_[False, mask, False]))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]

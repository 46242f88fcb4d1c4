"""Stretches of an annotation, and stretches like them outside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    region : ndarray of int, shape (bases,)
        Number of each base's region.
    edges : ndarray of int, shape (regions + 1,)
        Where each region begins, and the end of the last.
    annotated, unknown, gc : ndarray of int, shape (bases + 1,)
        How many bases before each are annotated, have no letter or no value, and are G or C.
    positive : ndarray of float, shape (bases + 1,)
        Positive relevance before each base.
    starts, lengths : ndarray of int, shape (stretches,)
        The annotated stretches whose bases all have a value.
    """

    region: Places
    edges: Places
    annotated: Places
    unknown: Places
    gc: Places
    positive: Floats
    starts: Places
    lengths: Places

    @property
    def regions(self) -> int:
        """How many regions there are."""
        return len(self.edges) - 1

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
        first = np.cumsum([0, *sizes], dtype=np.int64)
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
            first,
            upto(mask).astype(np.int64),
            upto(~known.astype(np.bool_)).astype(np.int64),
            upto(gc).astype(np.int64),
            upto(positive),
            *found.T,
        )

    def of_length(self, length: int) -> tuple[Places, NDArray[np.int32], Floats, Flags]:
        """Return place, number of G and C, relevance, and whether it is background.

        Of every stretch inside one region whose bases all have a value; background is what the
        annotation does not touch.
        """
        if length > len(self.region):
            return np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0), np.empty(0, np.bool_)
        good = self.region[: len(self.region) - length + 1] == self.region[length - 1 :]
        good &= self.unknown[length:] == self.unknown[:-length]
        starts = np.flatnonzero(good)
        ends = starts + length
        gc = (self.gc[ends] - self.gc[starts]).astype(np.int32)
        outside = self.annotated[ends] == self.annotated[starts]
        return starts, gc, self.positive[ends] - self.positive[starts], outside

    def moved(self, rng: np.random.Generator, draws: int) -> Callable[[int], Places]:
        """Return what tells where a stretch lies once its region was laid on another place.

        Parameters
        ----------
        rng : numpy.random.Generator
        draws : int
            Places for each region, of all bases. What would go beyond the end of the region there
            goes on at its beginning, so that stretches stay together.
        """
        to = rng.integers(len(self.region), size=(self.regions, draws))

        def places(start: int) -> Places:
            own = self.region[start]
            at, there = to[own], self.region[to[own]]
            first, end = self.edges[there], self.edges[there + 1]
            return np.asarray(first + (at - first + start - self.edges[own]) % (end - first))

        return places

    def gc_of(self, start: int, length: int) -> int:
        """Return the number of G and C of a stretch."""
        return int(self.gc[start + length] - self.gc[start])

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


def nearest(places: Places, wanted: Places) -> Places:
    """Return the index of the place, of some in rising order, that is nearest to each wanted one.

    Examples
    --------
    >>> nearest(np.array([2, 10]), np.array([0, 5, 7, 40])).tolist()
    [0, 0, 1, 1]
    """
    after = np.searchsorted(places, wanted).clip(1, max(1, len(places) - 1))
    before = after - 1
    after = np.minimum(after, len(places) - 1)
    closer = np.abs(places[after] - wanted) < np.abs(wanted - places[before])
    return np.where(closer, after, before)


def upto(values: NDArray[np.generic]) -> Floats:
    """Return the sum before each value, and before the end of all."""
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])


def runs(mask: Flags) -> list[tuple[int, int]]:
    """Return first and end of every run of true."""
    edges = np.flatnonzero(np.diff(np.r_[False, mask, False]))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]

"""Places of words: segments laid end to end, and what of every word of 6 to 10 bases is counted.

A place is a stretch of as many bases as the word has; its relevance is the sum over them. Bases in
runs of period 1 to 3 (poly-A, dinucleotide) have no permutation worth the name, so no place holds
any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.segments import Segment

SHORTEST, LONGEST = 6, 10
FLANK = 12
"""Bases on either side by which copies of one place are told from places of their own."""

LEAST_RUNS = ((1, 7), (2, 10), (3, 12))
"""Period of a run, and the fewest bases that make it low complexity; at most `FLANK` each."""

STRETCH = 1 << 16
"""Bases looked at together: few enough for a processor's cache."""

UNKNOWN = 4


@dataclass(frozen=True, eq=False)
class Stretch:
    """Pieces of segments, with unknown bases between and around them.

    Attributes
    ----------
    codes : ndarray of uint8, shape (L,)
    relevance : ndarray of float32, shape (L,)
        0 at unknown bases.
    own : ndarray of bool, shape (L,)
        False where a base is there for its neighbours' sake only.
    """

    codes: NDArray[np.uint8]
    relevance: NDArray[np.float32]
    own: NDArray[np.bool_]

    @classmethod
    def of(cls, pieces: list[tuple[Segment, int, int, int, int]]) -> Stretch:
        """Lay pieces (segment, low, high, first own, last own) end to end."""
        room = sum(high - low + FLANK for _, low, high, _, _ in pieces) + FLANK + LONGEST
        codes = np.full(room, UNKNOWN, np.uint8)
        relevance, own = np.zeros(room, np.float32), np.zeros(room, np.bool_)
        at = FLANK
        for segment, low, high, first, last in pieces:
            codes[at : at + high - low] = segment.codes[low:high]
            relevance[at : at + high - low] = segment.relevance[low:high]
            own[at + first - low : at + last - low] = True
            at += high - low + FLANK
        return cls(codes, relevance, own)

    def layers(self) -> Iterator[Layer]:
        """Yield the words of every length."""
        count = len(self.codes) - LONGEST
        masked = low_complexity(self.codes)
        words = np.zeros(count, np.int32)
        sums = np.zeros(count)
        unknown, low = ~self.own[:count], np.zeros(count, np.bool_)
        for at in range(LONGEST):
            part = slice(at, at + count)
            words = words * 4 + (self.codes[part] & 3)
            sums = sums + self.relevance[part]
            unknown = unknown | (self.codes[part] == UNKNOWN)
            low = low | masked[part]
            if at + 1 >= SHORTEST:
                yield Layer(at + 1, words, sums, ~(unknown | low))

    def above(
        self, least: Mapping[int, np.float32]
    ) -> Iterator[tuple[int, NDArray[np.int64], int]]:
        """Yield, per length, the words of places of that relevance, and how many are no places.

        What :meth:`layers` would give, but looked at where relevance is high alone.
        """
        count = len(self.codes) - LONGEST
        masked = low_complexity(self.codes)
        sums = np.zeros(count)
        for at in range(LONGEST):
            sums = sums + self.relevance[at : at + count]
            width = at + 1
            if width < SHORTEST:
                continue
            high = np.flatnonzero(sums.astype(np.float32) >= least[width])
            here = high[:, None] + np.arange(width)
            bases = self.codes[here]
            known = self.own[high] & (bases != UNKNOWN).all(axis=1)
            low = masked[here].any(axis=1)
            powers = 4 ** np.arange(width - 1, -1, -1)
            yield width, bases[known & ~low] @ powers, int((known & low).sum())


@dataclass(frozen=True, eq=False)
class Layer:
    """All words of one length: number, relevance, and whether it is a place."""

    width: int
    words: NDArray[np.int32]
    sums: NDArray[np.float64]
    is_place: NDArray[np.bool_]


def stretches(segments: Iterable[Segment], size: int = STRETCH) -> Iterator[Stretch]:
    """Yield stretches of about `size` bases; a longer segment is cut, and loses no place by it."""
    held: list[tuple[Segment, int, int, int, int]] = []
    bases = 0
    for segment in segments:
        for first in range(0, len(segment), size):
            last = min(first + size, len(segment))
            low, high = max(0, first - FLANK), min(len(segment), last + LONGEST + FLANK)
            held.append((segment, low, high, first, last))
            bases += high - low
            if bases >= size:
                yield Stretch.of(held)
                held, bases = [], 0
    if held:
        yield Stretch.of(held)


def low_complexity(codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return True for bases in a run of :data:`LEAST_RUNS`."""
    change = np.zeros(len(codes) + 1, np.int32)
    for period, least in LEAST_RUNS:
        same = np.zeros(len(codes) + 2 - period, np.int8)
        same[1:-1] = (codes[period:] == codes[:-period]) & (codes[period:] != UNKNOWN)
        edges = np.diff(same)
        first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        long = last - first + period >= least
        np.add.at(change, first[long], 1)
        np.add.at(change, last[long] + period, -1)
    return np.asarray(change[:-1].cumsum() > 0)


def reverse_word(words: NDArray[np.integer], width: int) -> NDArray[np.int64]:
    """Return the numbers of the words on the other strand."""
    left, found = words.astype(np.int64), np.zeros(words.shape, np.int64)
    for _ in range(width):
        found = found * 4 + (3 - (left & 3))
        left = left >> 2
    return found


def letters_of(words: NDArray[np.integer], width: int) -> NDArray[np.int64]:
    """Return the bases of words, shape (N, width)."""
    powers = 2 * np.arange(width - 1, -1, -1)
    return np.asarray((words.astype(np.int64)[:, None] >> powers) & 3)

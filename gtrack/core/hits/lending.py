"""Relevance lent from the null: what a place would have if only its position in the window counted.

A base at some offset of its window borrows the relevance of a base at the same offset of a shuffled
window of the same length. A match that keeps its relevance under such a loan owes it to its place,
not to its word. Neighbours borrow from one window, so runs stay runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import positions
from gtrack.core.hits.blocks import Block
from gtrack.core.hits.relevance_null import RelevanceNull
from gtrack.core.segments import Segment

Integers = NDArray[np.int64]

LEAST_LENDERS = 20
"""Shuffled windows of one length, below which those of the next lengths lend as well."""

_MOST = 1000  # segments that one run may borrow from
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class OwnedRuns:
    """Which window the relevance of each base comes from: disjoint runs of bases, as columns.

    Attributes
    ----------
    chroms : tuple of str
        Names; `chrom` indexes them.
    chrom, start, end : ndarray of int64, shape (R,)
        The runs, 0-based half-open, in bp.
    window_start, window_end : ndarray of int64, shape (R,)
        What the model read for each.
    """

    chroms: tuple[str, ...]
    chrom: Integers
    start: Integers
    end: Integers
    window_start: Integers
    window_end: Integers

    @classmethod
    def of(cls, segments: Iterable[Segment]) -> OwnedRuns:
        """Return the runs of segments that are a window each."""
        names: dict[str, int] = {}
        rows = [(names.setdefault(s.chrom, len(names)), s.start, s.end) for s in segments]
        chrom, start, end = np.array(rows, np.int64).reshape(-1, 3).T
        return cls(tuple(names), chrom, start, end, start, end)


@dataclass(frozen=True, eq=False)
class NullWindows:
    """Shuffled windows with their own relevance, cut where a base is unknown or not their own.

    Attributes
    ----------
    segments : tuple of Segment
        With positions on their chromosome.
    window_start, window_end : ndarray of int64, shape (N,)
        The window that each was cut from.
    """

    segments: tuple[Segment, ...]
    window_start: Integers
    window_end: Integers

    @classmethod
    def of(
        cls, segments: Sequence[Segment], windows: Iterable[tuple[int, int]] | None = None
    ) -> NullWindows:
        """Take segments with start and end of their windows; without these, each is one."""
        spans = list(windows or ((s.start, s.end) for s in segments))
        start, end = np.array(spans, np.int64).reshape(-1, 2).T
        return cls(tuple(segments), start, end)

    @property
    def bases(self) -> int:
        """Bases in all segments."""
        return sum(map(len, self.segments))


class Lender:
    """Lends to every run of a scan the relevance of shuffled windows at its offset.

    Parameters
    ----------
    null : RelevanceNull
        Of the segments of `windows`.
    windows : NullWindows
    runs : OwnedRuns
        Of the scan.
    louder : float
        What the loan is multiplied by.
    seed : int
        Chance depends on it, the world and the place, not on what is asked for first.
    """

    def __init__(
        self,
        null: RelevanceNull,
        windows: NullWindows,
        runs: OwnedRuns,
        *,
        louder: float = 1.0,
        seed: int = 0,
    ) -> None:
        self._ring = null.ring * louder
        self._seed = seed
        offers = _Offers(windows)
        size, offset = runs.window_end - runs.window_start, runs.start - runs.window_start
        keys = np.stack((size, offset, runs.end - runs.start), axis=1)
        wanted, which = np.unique(keys, axis=0, return_inverse=True)
        parts = [list(offers.parts(*key)) for key in wanted.tolist()]
        n_parts = np.array([len(each) for each in parts], np.int64)
        first = n_parts.cumsum() - n_parts
        flat = [part for each in parts for part in each]
        self._at = np.concatenate([np.zeros(0, np.int64), *(part.at for part in flat)])
        self._count = np.array([len(part.at) for part in flat], np.int64)
        self._first = self._count.cumsum() - self._count
        which = which.reshape(-1)
        run = np.repeat(np.arange(len(which)), n_parts[which])
        key = positions(first[which], n_parts[which])
        begin = np.array([part.begin for part in flat], np.int64)
        length = np.array([part.length for part in flat], np.int64)
        self._chroms = {name: index for index, name in enumerate(runs.chroms)}
        start = runs.start[run] + begin[key]
        order = np.lexsort((start, runs.chrom[run]))
        self._chrom, self._start = runs.chrom[run][order], start[order]
        self._end, self._key = self._start + length[key][order], key[order]
        self._name = np.array([crc32(name.encode()) for name in runs.chroms], np.uint64)

    def loans(self, block: Block, worlds: Iterable[int]) -> Iterator[NDArray[np.float64]]:
        """Yield the z-values that a block borrows in each world, shape (L,)."""
        at, row, skipped, length = self._layout(block)
        place, part = positions(at, length), np.repeat(np.arange(len(at)), length)
        for world in worlds:
            drawn = self._hash(row, world) % np.maximum(self._count[self._key[row]], 1).astype(
                np.uint64
            )
            source = self._first[self._key[row]] + drawn.astype(np.int64)
            lent = self._at[source] + skipped - at
            z = np.zeros(len(block.words))
            z[place] = self._ring[place + lent[part]]
            yield z

    def _layout(self, block: Block) -> tuple[Integers, Integers, Integers, Integers]:
        """Return where loans lie in a block, their rows, bases skipped and lengths."""
        chrom = np.array([self._chroms.get(p.chrom, -1) for p in block.pieces], np.int64)
        start = block.starts
        end = start + np.array([len(piece) for piece in block.pieces], np.int64)
        span = int(max(self._end.max(initial=0), end.max(initial=0))) + 1
        low = np.searchsorted(self._chrom * span + self._end, chrom * span + start, "right")
        high = np.searchsorted(self._chrom * span + self._start, chrom * span + end, "left")
        count = np.maximum(high - low, 0)
        row, piece = positions(low, count), np.repeat(np.arange(len(low)), count)
        can_lend = self._count[self._key[row]] > 0
        row, piece = row[can_lend], piece[can_lend]
        begin = np.maximum(self._start[row], start[piece])
        length = np.minimum(self._end[row], end[piece]) - begin
        return block.offset[piece] + begin - start[piece], row, begin - self._start[row], length

    def _hash(self, row: Integers, world: int) -> NDArray[np.uint64]:
        """Return a number per row, as good as random: the finish of splitmix64."""
        key = self._start[row].astype(np.uint64) + self._name[self._chrom[row]] * _ODD
        drawn = ((self._seed * 1_000_003 + world) * 0xD1B54A32D192ED03) % 2**64
        key = key + np.uint64(drawn)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            key = (key ^ (key >> np.uint64(shift))) * np.uint64(factor)
        return np.asarray(key ^ (key >> np.uint64(31)))


@dataclass(frozen=True, eq=False)
class _Part:
    """Bases of a run from `begin` on, and where in the null each lender holds the first of them."""

    begin: int
    length: int
    at: Integers


class _Offers:
    """What shuffled windows can lend, by the length of the window and the offset in it."""

    def __init__(self, windows: NullWindows) -> None:
        length = np.array([len(segment) for segment in windows.segments], np.int64)
        starts = np.array([segment.start for segment in windows.segments], np.int64)
        self._low = starts - windows.window_start
        self._high = self._low + length
        self._ring = length.cumsum() - length
        self._size = windows.window_end - windows.window_start
        self._near: dict[int, Integers] = {}

    def parts(self, size: int, offset: int, length: int) -> Iterator[_Part]:
        """Yield the parts of a run that one shuffled window can lend; halves where none has all."""
        yield from self._halved(size, offset, 0, length)

    def _halved(self, size: int, offset: int, begin: int, length: int) -> Iterator[_Part]:
        near = self._of_length(size)
        # The nearer end of the window tells where a base is, if the lengths are not the same.
        moved = 0 if 2 * offset + length <= size else 1
        first = offset + moved * (self._size[near] - size)
        fits = (self._low[near] <= first) & (first + length <= self._high[near])
        at = (self._ring[near] + first - self._low[near])[fits]
        if len(at) or length == 1:
            yield _Part(begin, length, at[:: -(-len(at) // _MOST)] if len(at) else at)
            return
        half = length // 2
        yield from self._halved(size, offset, begin, half)
        yield from self._halved(size, offset + half, begin + half, length - half)

    def _of_length(self, size: int) -> Integers:
        if size not in self._near:
            distance = np.abs(self._size - size)
            least = np.sort(distance)[:LEAST_LENDERS].max(initial=0)
            self._near[size] = np.flatnonzero(distance <= least)
        return self._near[size]

"""The tabix index of a sorted table in BGZF: where the rows of a stretch of a genome lie.

TBI, or CSI where a chromosome is longer than the 512 Mb that TBI can count (their specifications
are those of the SAM project). Rows come in bulk and are never walked one by one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gtrack.io.atomic import replacing
from gtrack.io.bgzf import BgzfWriter, blocks_in

_SHIFT, _DEPTH = 14, 5  # of TBI: bins of 16 kb, and five levels above them
_ZERO_BASED = 0x10000


@dataclass(frozen=True)
class Columns:
    """Which columns, from 1, hold chromosome, start and end; starts count from 0."""

    chrom: int
    start: int
    end: int


@dataclass
class _Sequence:
    """What is known of one chromosome: its chunks, bin by bin, and its 16 kb stretches."""

    name: str
    bins: list[NDArray[np.int64]] = field(default_factory=list)
    first: list[NDArray[np.int64]] = field(default_factory=list)
    last: list[NDArray[np.int64]] = field(default_factory=list)
    linear: list[NDArray[np.int64]] = field(default_factory=list)
    reached: int = 0  # stretches that have the place of a row


def index_ending(longest: int) -> str:
    """Return what the name of an index ends with, where the longest chromosome has such a length.

    Examples
    --------
    >>> index_ending(248_956_422), index_ending(1 << 30)
    ('.tbi', '.csi')
    """
    return ".tbi" if _levels(longest) == _DEPTH else ".csi"


def _levels(longest: int) -> int:
    depth = _DEPTH
    while longest > 1 << _SHIFT + 3 * depth:
        depth += 1
    return depth


class TabixIndex:
    """An index under way.

    Parameters
    ----------
    columns : Columns
    longest : int
        Bases of the longest chromosome.

    Attributes
    ----------
    ending : str
        Of the index's file: ``.tbi``, or ``.csi`` for long chromosomes.
    """

    def __init__(self, columns: Columns, longest: int) -> None:
        self._columns, self._depth = columns, _levels(longest)
        self.ending = index_ending(longest)
        self._sequences: list[_Sequence] = []

    def add(
        self,
        chrom: str,
        start: NDArray[np.int64],
        end: NDArray[np.int64],
        place: NDArray[np.int64],
    ) -> None:
        """Add rows of one chromosome; all rows of a chromosome come together, sorted by start.

        Parameters
        ----------
        chrom : str
        start, end : ndarray of int64, shape (N,)
            0-based half-open.
        place : ndarray of int64, shape (N + 1,)
            Where each begins in the text, and where the last one ends.
        """
        if not self._sequences or self._sequences[-1].name != chrom:
            self._sequences.append(_Sequence(chrom))
        of = self._sequences[-1]
        bins = self._bins(start, end)
        new = np.flatnonzero(np.diff(bins, prepend=-1))
        of.bins.append(bins[new])
        of.first.append(place[new])
        of.last.append(place[np.append(new[1:], len(bins))])
        reach = np.maximum.accumulate(end - 1 >> _SHIFT) + 1
        before = np.maximum(np.append(of.reached, reach[:-1]), of.reached)
        count = np.maximum(reach - before, 0)  # a stretch without rows has the place of the next
        of.linear.append(np.repeat(place[:-1], count))
        of.reached = max(of.reached, int(reach[-1]))

    def _bins(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the smallest bin that holds each stretch."""
        bins = np.zeros(len(start), np.int64)
        for level in range(1, self._depth + 1):
            shift = _SHIFT + 3 * (self._depth - level)
            fits = start >> shift == end - 1 >> shift
            bins = np.where(fits, ((1 << 3 * level) - 1) // 7 + (start >> shift), bins)
        return bins

    def encode(self, text: BgzfWriter) -> bytes:
        """Return the index of a text that is closed, before it is compressed itself."""
        names = b"".join(each.name.encode() + b"\0" for each in self._sequences)
        columns = self._columns.chrom, self._columns.start, self._columns.end
        head = struct.pack("<7i", _ZERO_BASED, *columns, ord("#"), 1, len(names)) + names
        number = struct.pack("<i", len(self._sequences))
        if self.ending == ".tbi":
            parts = [b"TBI\1", number, head]
        else:
            parts = [b"CSI\1", struct.pack("<3i", _SHIFT, self._depth, len(head)), head, number]
        for each in self._sequences:
            parts += self._encoded(each, text)
        return b"".join(parts)

    def _encoded(self, of: _Sequence, text: BgzfWriter) -> Sequence[bytes]:
        bins, first, last = map(np.concatenate, (of.bins, of.first, of.last))
        new = np.diff(bins, prepend=-1) != 0  # chunks that were cut where rows came in two parts
        bins, first, last = bins[new], first[new], last[np.append(new[1:], True)]
        linear = text.virtual(np.concatenate(of.linear))
        order = np.argsort(bins, kind="stable")
        bins, chunks = bins[order], np.stack([text.virtual(first), text.virtual(last)], axis=1)
        chunks = chunks[order].astype("<u8")
        edges = np.flatnonzero(np.diff(bins, prepend=-1, append=-1)).tolist()
        parts = [struct.pack("<i", len(edges) - 1)]
        for low, high in pairwise(edges):
            number = int(bins[low])
            parts.append(struct.pack("<I", number))
            if self.ending == ".csi":
                at = min(self._begin(number) >> _SHIFT, len(linear) - 1)
                parts.append(struct.pack("<Q", int(linear[at])))
            parts += [struct.pack("<i", high - low), chunks[low:high].tobytes()]
        if self.ending == ".tbi":
            parts += [struct.pack("<i", len(linear)), linear.astype("<u8").tobytes()]
        return parts

    def _begin(self, number: int) -> int:
        """Return where a bin begins on its chromosome."""
        level = 0
        while ((1 << 3 * (level + 1)) - 1) // 7 <= number:
            level += 1
        return number - ((1 << 3 * level) - 1) // 7 << _SHIFT + 3 * (self._depth - level)


@contextmanager
def indexed(path: Path, columns: Columns, longest: int) -> Iterator[tuple[BgzfWriter, TabixIndex]]:
    """Give a packed text to be written and its index, to be told of it; both appear at the end."""
    with replacing(path) as file:
        text, index = BgzfWriter(file), TabixIndex(columns, longest)
        yield text, index
        text.close()
        file.flush()  # an index that is older than its table is warned about
        with replacing(path.with_name(path.name + index.ending)) as beside:
            beside.write(blocks_in(index.encode(text)))

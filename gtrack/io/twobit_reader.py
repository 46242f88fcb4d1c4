"""2bit, read by position: the genomes of UCSC as they come.

Versions 0 and 1 (whose offsets have 64 bits), of either byte order. What a file says of itself is
checked when it is opened, so that a broken one is an error and takes no memory.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.faidx import NAME
from gtrack.io.text import reading

MAGIC = 0x1A412743

_LETTERS = np.array(
    [[b"TCAG"[code >> shift & 3] for shift in (6, 4, 2, 0)] for code in range(256)], np.uint8
)
_CASE = ord("a") - ord("A")
_Blocks = tuple[NDArray[np.int64], NDArray[np.int64]]


def is_twobit(path: Path) -> bool:
    """Tell from its first bytes whether a file is 2bit.

    Raises
    ------
    InputError
        When it cannot be opened.
    """
    with reading(path), path.open("rb") as file:
        head = file.read(4)
    return head in (struct.pack("<I", MAGIC), struct.pack(">I", MAGIC))


def twobit_sizes(path: Path) -> dict[str, int]:
    """Return names and lengths in bp of the sequences of a 2bit file.

    Raises
    ------
    InputError
        When it is no whole 2bit file.
    """
    reader = TwoBitReader(path)
    reader.close()
    return reader.chrom_sizes


class TwoBitReader:
    """A 2bit file opened for random access; close it when done. Not to be shared across a fork.

    Attributes
    ----------
    chrom_sizes : dict of str to int
        Lengths in bp, in the order of the file.

    Raises
    ------
    InputError
        When it is no whole 2bit file, or a name of a sequence is not printable ASCII.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._open = path, True
        with reading(path), path.open("rb") as file:
            try:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as error:  # an empty file
                raise self._broken("it is empty") from error
        self._order = "<" if self._data[:4] == struct.pack("<I", MAGIC) else ">"
        self.chrom_sizes: dict[str, int] = {}
        self._places: dict[str, tuple[_Blocks, _Blocks, int]] = {}
        try:
            self._offsets = self._index()
            for name, offset in self._offsets.items():
                self._look_at(name, offset)
        except BaseException:
            self.close()
            raise

    def letters(self, chrom: str, start: int, end: int) -> bytes:
        """Return the letters of one stretch, in lower case where they are masked.

        Parameters
        ----------
        chrom : str
            A name in `chrom_sizes`.
        start, end : int
            0-based half-open, in bp; on the sequence.

        Returns
        -------
        bytes
            ``end - start`` letters of ``ACGTNacgtn``.
        """
        if chrom not in self._places:
            self._places[chrom] = self._read_blocks(chrom)
        unknown, masked, packed = self._places[chrom]
        first, last = start // 4, -(-end // 4)
        codes = np.frombuffer(self._data[packed + first : packed + last], np.uint8)
        found = _LETTERS[codes].reshape(-1)[start - 4 * first : end - 4 * first]
        for at, stop in _within(unknown, start, end):
            found[at:stop] = ord("N")
        for at, stop in _within(masked, start, end):
            found[at:stop] += _CASE
        return found.tobytes()

    def close(self) -> None:
        """Close the file; nothing can be read afterwards."""
        if self._open:
            self._open = False
            self._data.close()

    def _index(self) -> dict[str, int]:
        """Read where each sequence lies."""
        magic, version, count, _ = self._numbers(0, 4)
        if magic != MAGIC:
            raise self._broken("it does not begin like one")
        if version > 1:
            raise self._broken(f"it is of version {version}, and gtrack reads 0 and 1")
        wide, at, offsets = 4 * (version + 1), 16, dict[str, int]()
        for _ in range(count):
            if at >= len(self._data):
                raise self._broken("its list of sequences is cut")
            name = self._data[at + 1 : at + 1 + self._data[at]]
            at += 1 + self._data[at]
            if not NAME.fullmatch(name):
                raise self._broken(f"a sequence has the name '{shown(name, 60)}'")
            if name.decode() in offsets:
                raise self._broken(f"it has the sequence '{shown(name, 60)}' twice")
            if at + wide > len(self._data):
                raise self._broken("its list of sequences is cut")
            (offsets[name.decode()],) = struct.unpack_from(
                self._order + "IQ"[version], self._data, at
            )
            at += wide
        if not offsets:
            raise self._broken("no sequence is in it")
        return offsets

    def _look_at(self, name: str, offset: int) -> None:
        """Check that a sequence lies within the file."""
        (size,) = self._numbers(offset, 1)
        _, at = self._skip_blocks(offset)
        if at + (size + 3) // 4 > len(self._data):
            raise self._broken(f"the sequence '{shown(name, 60)}' is cut")
        self.chrom_sizes[name] = size

    def _skip_blocks(self, offset: int) -> tuple[tuple[int, int], int]:
        """Return where both lists of blocks begin, and where the bases do."""
        unknown = offset + 4
        masked = unknown + 4 + 8 * self._numbers(unknown, 1)[0]
        return (unknown, masked), masked + 4 + 8 * self._numbers(masked, 1)[0] + 4

    def _read_blocks(self, chrom: str) -> tuple[_Blocks, _Blocks, int]:
        """Read the stretches of N and of soft mask of a sequence, and where its bases begin."""
        (unknown, masked), packed = self._skip_blocks(self._offsets[chrom])
        size = self.chrom_sizes[chrom]
        return self._blocks(unknown, size, chrom), self._blocks(masked, size, chrom), packed

    def _blocks(self, offset: int, size: int, chrom: str) -> _Blocks:
        (count,) = self._numbers(offset, 1)
        numbers = np.frombuffer(
            self._data[offset + 4 : offset + 4 + 8 * count], self._order + "u4"
        ).astype(np.int64)
        starts, ends = numbers[:count], numbers[:count] + numbers[count:]
        if count and (ends[-1] > size or (starts[1:] < ends[:-1]).any()):
            raise self._broken(f"the blocks of '{shown(chrom, 60)}' make no sense")
        return starts, ends

    def _numbers(self, offset: int, count: int) -> tuple[int, ...]:
        if offset + 4 * count > len(self._data):
            raise self._broken("it is cut")
        return struct.unpack_from(f"{self._order}{count}I", self._data, offset)

    def _broken(self, what: str) -> InputError:
        return InputError(f"{shown(self._path)}: is not a whole 2bit file: {what}; get it again")


def _within(blocks: _Blocks, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what of sorted blocks lies between two positions, counted from the first."""
    starts, ends = blocks
    first, last = int(np.searchsorted(ends, start, "right")), int(np.searchsorted(starts, end))
    for at, stop in zip(starts[first:last].tolist(), ends[first:last].tolist(), strict=True):
        yield max(at, start) - start, min(stop, end) - start

"""2bit: a genome in a quarter of its bytes, for assembly hubs.

Written from a FASTA in one pass, in pieces: memory does not grow with the chromosomes. Lower case
(soft mask) is kept; a letter that is not A, C, G or T becomes N. Format: UCSC's version 0, whose
offsets have 32 bits.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.atomic import replacing
from gtrack.io.text import open_bytes
from gtrack.io.twobit_reader import MAGIC

_LARGEST = 2**32 - 1
_PIECE = 1 << 20  # bytes of FASTA in memory
_WAITING = 1 << 24  # bytes of a packed sequence in memory
_LETTERS = np.arange(256)
_CODE = np.zeros(256, np.uint8)  # N stands as T
_CODE[np.frombuffer(b"TCAGtcag", np.uint8)] = np.tile(np.arange(4, dtype=np.uint8), 2)
_IS_N = ~np.isin(_LETTERS, np.frombuffer(b"ACGTacgt", np.uint8))
_IS_LOWER = (_LETTERS >= ord("a")) & (_LETTERS <= ord("z"))


def write_twobit(path: Path, fasta: Path, chrom_sizes: Mapping[str, int]) -> None:
    """Write the sequences of a FASTA as 2bit; equal sequences give equal bytes.

    Parameters
    ----------
    path : Path
        The new file.
    fasta : Path
        Plain, gzip or bgzip.
    chrom_sizes : mapping of str to int
        Names and lengths in bp of all its sequences, in their order.

    Raises
    ------
    InputError
        When the genome is too large for the format, or the FASTA holds other sequences.
    OutputError
        When the disk refuses.
    """
    index = 16 + sum(5 + len(name.encode()) for name in chrom_sizes)
    _check_size(fasta, index + sum(16 + (size + 3) // 4 for size in chrom_sizes.values()))
    _check_size(fasta, max(chrom_sizes.values(), default=0))
    if any(len(name.encode()) > 255 for name in chrom_sizes):
        raise InputError(f"{shown(fasta)}: a sequence name is longer than 255 bytes; shorten it")
    offsets: dict[str, int] = {}
    with replacing(path) as file:
        file.write(bytes(index))
        for name, record in _records(fasta, path.parent):
            with record:
                _check_size(fasta, file.tell())
                if name in offsets or record.size != chrom_sizes.get(name):
                    raise _other(fasta)
                offsets[name] = file.tell()
                record.write(file)
        if list(offsets) != list(chrom_sizes):
            raise _other(fasta)
        file.seek(0)
        file.write(struct.pack("<IIII", MAGIC, 0, len(offsets), 0))
        for name, offset in offsets.items():
            file.write(bytes([len(name.encode())]) + name.encode() + struct.pack("<I", offset))


def _check_size(fasta: Path, size: int) -> None:
    if size > _LARGEST:
        raise InputError(
            f"{shown(fasta)}: too large for the 2bit format, which ends at 4 GB (some 17 billion "
            "bases); scan a FASTA of fewer sequences to share a hub of it"
        )


def _other(fasta: Path) -> InputError:
    return InputError(f"{shown(fasta)}: other sequences than were scanned; restore the file")


def _records(fasta: Path, folder: Path) -> Iterator[tuple[str, _Record]]:
    """Yield name and contents of each sequence."""
    name, record = "", None
    for piece in _pieces(fasta):
        if isinstance(piece, str):
            if record is not None:
                yield name, record
            name, record = piece, _Record(folder)
        elif record is not None:
            record.add(piece)
    if record is not None:
        yield name, record


def _pieces(fasta: Path) -> Iterator[str | bytes]:
    """Yield the name of each sequence, as text, and then its letters, in pieces."""
    header: bytes | None = None  # under way
    with open_bytes(fasta) as stream:
        while data := stream.read(_PIECE):
            while data:
                if header is None:
                    letters, begins, data = data.partition(b">")
                    yield letters.translate(None, b"\r\n")
                    header = b"" if begins else None
                else:
                    more, ends, data = data.partition(b"\n")
                    header += more
                    if ends:
                        yield b"".join(header.split()[:1]).decode(errors="replace")
                        header = None


class _Record:
    """One sequence, packed as its letters come."""

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._n, self._lower = _Runs(), _Runs()
        self._rest = np.empty(0, np.uint8)  # less than a byte's four bases
        self._packed = tempfile.SpooledTemporaryFile(_WAITING, dir=str(folder))

    def add(self, letters: bytes) -> None:
        """Append letters."""
        if not letters:
            return
        each = np.frombuffer(letters, np.uint8)
        self._n.add(self.size, _IS_N[each])
        self._lower.add(self.size, _IS_LOWER[each])
        self.size += len(each)
        codes = np.concatenate([self._rest, _CODE[each]])
        whole = len(codes) - len(codes) % 4
        self._packed.write(_pack(codes[:whole]))
        self._rest = codes[whole:]

    def write(self, file: BinaryIO) -> None:
        """Write the record: its blocks of N and of soft mask come before its bases."""
        file.write(struct.pack("<I", self.size))
        file.write(self._n.encode(self.size) + self._lower.encode(self.size) + bytes(4))
        self._packed.write(_pack(np.pad(self._rest, (0, -len(self._rest) % 4))))
        self._packed.seek(0)
        while data := self._packed.read(_PIECE):
            file.write(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._packed.close()


def _pack(codes: NDArray[np.uint8]) -> bytes:
    """Return one byte per four bases, the first in its highest bits."""
    bits = codes.reshape(-1, 4) << np.array([6, 4, 2, 0], np.uint8)
    return bytes(np.bitwise_or.reduce(bits, axis=1, dtype=np.uint8))


class _Runs:
    """Stretches in which something holds, found piece by piece."""

    def __init__(self) -> None:
        self._edges: list[NDArray[np.int64]] = []
        self._holds = False

    def add(self, at: int, holds: NDArray[np.bool_]) -> None:
        self._edges.append(np.flatnonzero(np.diff(holds, prepend=self._holds)) + at)
        self._holds = bool(holds[-1])

    def encode(self, size: int) -> bytes:
        """Return their number, all starts, all lengths."""
        last = np.array([size] if self._holds else [], np.int64)
        edges = np.concatenate([*self._edges, last])
        starts, lengths = edges[::2], edges[1::2] - edges[::2]
        numbers = np.concatenate([[len(starts)], starts, lengths])
        return numbers.astype("<u4").tobytes()

"""BGZF, gzip in blocks that can be read by position: its blocks, and the one that must end it."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

try:
    import deflate
except ImportError:  # as of bigWig sections: slower, and other bytes, but a valid file
    deflate = None

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.text import BGZF_EOF, block_size, no_eof, reading


def check_end(path: Path) -> None:
    """Refuse a BGZF file whose last bytes are not the EOF block; reads 28 bytes.

    Raises
    ------
    InputError
        When the block is not there: the file was cut.
    """
    with reading(path), path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - len(BGZF_EOF)))
        if file.read() != BGZF_EOF:
            raise InputError(no_eof(path))


def blocks_of(path: Path) -> list[tuple[int, int]]:
    """Walk the blocks of a BGZF file by their headers, without inflating them.

    Returns
    -------
    list of (int, int)
        For each block where it starts, in bytes: in the file, and in the text. The last one is the
        EOF block, whose second number is thus the length of the text.

    Raises
    ------
    InputError
        When the chain of blocks breaks or does not end in an EOF block.
    """
    check_end(path)
    blocks: list[tuple[int, int]] = []
    with reading(path), path.open("rb") as file:
        total = file.seek(0, os.SEEK_END)
        at = text = 0
        while at < total:
            file.seek(at)
            size = block_size(file.read(64))
            if not size or at + size > total:
                raise InputError(f"{shown(path)}: damaged at byte {at}: no whole bgzip block there")
            blocks.append((at, text))
            file.seek(at + size - 4)
            text += int.from_bytes(file.read(4), "little")
            at += size
    return blocks


_BLOCK = 0xFF00  # bytes of text in a block, as bgzip has it: it fits even where nothing is saved
_LEVEL = 6
_HEAD = struct.Struct("<4BI2BH2s2H")  # gzip's, with the one extra field BC


class BgzfWriter:
    """Writes text as BGZF into an open file; `close` writes the rest and the EOF block.

    All blocks but the last hold as much text, so that a place in the text tells its block.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._rest = file, bytearray()
        self._starts = [0]

    def write(self, text: bytes) -> None:
        """Add text."""
        self._rest += text
        whole = len(self._rest) - len(self._rest) % _BLOCK
        for at in range(0, whole, _BLOCK):
            self._put(bytes(self._rest[at : at + _BLOCK]))
        del self._rest[:whole]

    def close(self) -> None:
        """Write what is left; the file stays open."""
        if self._rest:
            self._put(bytes(self._rest))
            self._rest.clear()
        self._file.write(BGZF_EOF)

    def _put(self, text: bytes) -> None:
        packed = block(text)
        self._file.write(packed)
        self._starts.append(self._starts[-1] + len(packed))

    def virtual(self, places: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return the virtual offsets of places in the text, once it is closed."""
        number, inside = np.divmod(places, _BLOCK)
        starts = np.array(self._starts, np.uint64)[number]
        return np.asarray(starts << np.uint64(16) | inside.astype(np.uint64))


def block(text: bytes) -> bytes:
    """Return one BGZF block of at most 65,280 bytes of text."""
    if deflate is None:
        stream = zlib.compressobj(_LEVEL, wbits=-15)
        packed = stream.compress(text) + stream.flush()
    else:
        packed = bytes(deflate.deflate_compress(text, _LEVEL))
    size = _HEAD.size + len(packed) + 8
    head = _HEAD.pack(31, 139, 8, 4, 0, 0, 255, 6, b"BC", 2, size - 1)
    return head + packed + struct.pack("<II", zlib.crc32(text), len(text))


def blocks_in(text: bytes) -> bytes:
    """Return a whole text as BGZF, the EOF block included."""
    return b"".join(
        [*(block(text[at : at + _BLOCK]) for at in range(0, len(text), _BLOCK)), BGZF_EOF]
    )

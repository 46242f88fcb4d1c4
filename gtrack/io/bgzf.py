"""BGZF, gzip in blocks that can be read by position: its blocks, and the one that must end it."""

from __future__ import annotations

import os
from pathlib import Path

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

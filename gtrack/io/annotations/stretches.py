"""The lines of a large table that lie on some chromosomes; the others are passed over in bulk.

A table of a genome has a million lines and more, of which a figure needs a few hundred: to look at
each of them takes seconds, to look for a name in a few megabytes of them takes none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.text import LINE_LIMIT, open_bytes

_AT_ONCE = 1 << 22  # bytes
_ENDS = (b"\n##FASTA", b"\n>")


def line_blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield whole lines, a few megabytes at a time, and how many lines stand before them.

    Each block begins with a line feed and ends before one. Sequences at the end of a GFF3 are none.

    Raises
    ------
    InputError
        As of :func:`gtrack.io.text.open_bytes`, and at a line that is no text's.
    """
    with open_bytes(path) as stream:
        before, rest = 0, b"\n" + stream.read(3).removeprefix(b"\xef\xbb\xbf")
        while data := stream.read(_AT_ONCE):
            whole, feed, left = data.rpartition(b"\n")
            if not feed:
                rest += data
            else:
                block, rest = rest + whole, feed + left
                at = _end(block)
                yield before, block if at is None else block[:at]
                if at is not None:
                    return
                before += block.count(b"\n")
            if len(rest) > _AT_ONCE + LINE_LIMIT:
                raise InputError(f"{shown(path)}:{before + 1}: line too long; is it text?")
        if rest.strip():
            yield before, rest[: _end(rest)]


def _end(block: bytes) -> int | None:
    """Return where the rows end within a block, if they do."""
    marks = [mark for mark in _ENDS if mark[1:] in block]  # quicker than with the line feed
    return min((at for mark in marks if (at := block.find(mark)) >= 0), default=None)


def lines_beside(path: Path, word: bytes) -> Iterator[bytes]:
    """Yield the lines that lie in a block with a word."""
    for _, block in line_blocks(path):
        if word in block:
            yield from block.split(b"\n")


def lines_on(
    path: Path, chroms: Collection[bytes], *, escaped: bool = False
) -> Iterator[tuple[int, bytes]]:
    """Yield number and line of the rows of some chromosomes, numbered from 1.

    Parameters
    ----------
    path : Path
    chroms : collection of bytes
        What the first column may be; a tab follows it.
    escaped : bool
        Also those whose first column holds a ``%``, which may stand for another letter.

    Raises
    ------
    InputError
        As of :func:`line_blocks`.
    """
    starts = tuple(chrom + b"\t" for chrom in chroms)
    for before, block in line_blocks(path):
        odd = escaped and b"%" in block
        if not odd and not any(b"\n" + start in block for start in starts):
            continue
        for number, line in enumerate(block.split(b"\n"), before):
            if line.startswith(starts) or (odd and b"%" in line.partition(b"\t")[0]):
                yield number, line.removesuffix(b"\r")

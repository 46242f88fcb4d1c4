"""A sorted BED in BGZF with its tabix index, as browsers read lists of places on the web."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.bgzf import BgzfWriter
from gtrack.io.tabix import Columns, TabixIndex, indexed
from gtrack.io.text import read_lines

_AT_ONCE = 1 << 15  # rows


def pack_bed(source: Path, target: Path, chrom_sizes: Mapping[str, int]) -> str:
    """Write the same text packed, and its index beside it.

    Parameters
    ----------
    source : Path
        Sorted by chromosome and start; ``#`` lines stand at its top.
    target : Path
        Ends with ``.gz``.
    chrom_sizes : mapping of str to int

    Returns
    -------
    str
        What the name of the index ends with.

    Raises
    ------
    InputError
        When it is not sorted, or a line is none of BED.
    OutputError
        When the disk refuses.
    """
    with indexed(target, Columns(1, 2, 3), max(chrom_sizes.values())) as (text, index):
        _Rows(source, text, index).copy()
    return index.ending


class _Rows:
    """Rows on their way from a BED into a packed text, which the index follows."""

    def __init__(self, source: Path, text: BgzfWriter, index: TabixIndex) -> None:
        self._source, self._text, self._index = source, text, index
        self._chrom = b""
        self._seen: set[bytes] = set()
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._places: list[int] = [0]
        self._last = 0

    def copy(self) -> None:
        """Copy all of it."""
        place = 0
        for number, line in read_lines(self._source):
            text = line + b"\n"
            if line and not line.startswith(b"#"):
                self._row(number, line, place)
                self._places.append(place + len(text))
            self._text.write(text)
            place += len(text)
        self._put()

    def _row(self, number: int, line: bytes, place: int) -> None:
        cells = line.split(b"\t", 3)
        try:
            chrom, start, end = cells[0], int(cells[1]), int(cells[2])
        except (IndexError, ValueError) as error:
            raise InputError(f"{shown(self._source)}:{number}: is no line of a BED") from error
        new = chrom != self._chrom
        if new or len(self._starts) >= _AT_ONCE:
            self._put()
            self._places = [place]
        if (new and chrom in self._seen) or (not new and start < self._last):
            raise InputError(f"{shown(self._source)}:{number}: is not in order of the genome")
        self._chrom, self._last = chrom, start
        self._seen.add(chrom)
        self._starts.append(start)
        self._ends.append(end)

    def _put(self) -> None:
        """Index the rows that wait, all of one chromosome."""
        if self._starts:
            columns = (np.array(each, np.int64) for each in (self._starts, self._ends))
            start, end = columns
            self._index.add(self._chrom.decode(), start, end, np.array(self._places, np.int64))
            self._starts, self._ends = [], []

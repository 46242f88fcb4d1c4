"""Large tables of a scan: bgzipped, sorted by place, with a tabix index beside them.

The same columns and numbers as in :mod:`gtrack.io.tables`. Rows of several models are merged by
place, since an index needs every chromosome's rows together.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice, pairwise
from operator import itemgetter
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gtrack.io.bgzf import BgzfWriter
from gtrack.io.tabix import Columns, TabixIndex, index_ending, indexed
from gtrack.io.tables import WriteColumns, table_line, table_lines

if TYPE_CHECKING:
    from gtrack.core.scan.table_columns import Column

PLAIN_ROWS = 1_000_000
"""Tables of more rows are packed: no spreadsheet opens them (its limit is 1,048,576), and what
reads tables otherwise reads gzip as well."""

PACKED = ".gz"
"""What the name of a packed table ends with."""

_AT_ONCE = 1 << 15  # rows whose text is in memory at once

Row = tuple[int, int, int, bytes]
"""Number of the chromosome, start, end, and the line."""


def table_name(name: str, rows: int) -> str:
    """Return what a table of so many rows is called."""
    return name + PACKED * (rows > PLAIN_ROWS)


def index_name(name: str, chrom_sizes: Mapping[str, int]) -> str:
    """Return what the index of a packed table is called."""
    return name + index_ending(max(chrom_sizes.values()))


def either(path: Path) -> Path:
    """Return a table that is there, plain or packed; the plain one where neither is."""
    packed = path.with_name(path.name + PACKED)
    return packed if packed.exists() and not path.exists() else path


@contextmanager
def writing_packed(
    path: Path,
    columns: Sequence[str],
    chrom_sizes: Mapping[str, int],
    *,
    without: Collection[str] = (),
    orders: int = 1,
) -> Iterator[WriteColumns]:
    """Give what writes many rows at once, by their columns; table and index appear at the end.

    Parameters
    ----------
    path : Path
        Of the table; the index lies beside it.
    columns : sequence of str
        Three of them are ``chrom``, ``start`` and ``end``.
    chrom_sizes : mapping of str to int
        In the order of the rows.
    without : collection of str
        Columns that are left out.
    orders : int
        How many orders of rows there are, as of models; those of each come from first to last.
    """
    kept = [at for at, column in enumerate(columns) if column not in without]
    named = [columns[at] for at in kept]
    at = [named.index(name) for name in ("chrom", "start", "end")]
    places = Columns(*(1 + each for each in at))
    with ExitStack() as stack:
        packed = indexed(path, places, max(chrom_sizes.values()))
        text, index = stack.enter_context(packed)
        text.write(table_line(named))
        table = _Table(text, index, chrom_sizes, at, len(table_line(named)))
        waiting = _Orders(table, orders, path.parent, stack) if orders > 1 else None

        def write(made: Sequence[Column], order: int = 0) -> None:
            columns = [made[at] for at in kept]
            if waiting is None:
                table.add(columns)
            else:
                waiting.add(columns, order)

        yield write
        if waiting is not None:
            waiting.merge()


class _Table:
    """The packed text and its index, row by row in order."""

    def __init__(
        self,
        text: BgzfWriter,
        index: TabixIndex,
        chrom_sizes: Mapping[str, int],
        at: Sequence[int],
        size: int,
    ) -> None:
        self.chroms = tuple(chrom_sizes)
        self.number = {name: at for at, name in enumerate(self.chroms)}
        self.at, self._text, self._index, self._size = at, text, index, size

    def add(self, columns: Sequence[Column]) -> None:
        """Add rows that are in order."""
        lines = table_lines(columns)
        if lines:
            chrom, start, end = self.places(columns)
            self.put(lines, chrom, start, end)

    def places(self, columns: Sequence[Column]) -> tuple[NDArray[np.int64], ...]:
        """Return number of the chromosome, start and end of rows."""
        chrom, start, end = (columns[at] for at in self.at)
        names = [chrom] * len(start) if isinstance(chrom, str) else chrom
        numbers = np.fromiter((self.number[name] for name in names), np.int64, len(start))
        return numbers, np.asarray(start, np.int64), np.asarray(end, np.int64)

    def put(
        self,
        lines: bytes,
        chrom: NDArray[np.int64],
        start: NDArray[np.int64],
        end: NDArray[np.int64],
    ) -> None:
        """Write lines and index them."""
        self._text.write(lines)
        ends = np.flatnonzero(np.frombuffer(lines, np.uint8) == ord("\n")) + 1
        place = np.append(0, ends) + self._size
        self._size += len(lines)
        edges = np.flatnonzero(np.diff(chrom, prepend=-1, append=-1)).tolist()
        for low, high in pairwise(edges):
            name = self.chroms[int(chrom[low])]
            self._index.add(name, start[low:high], end[low:high], place[low : high + 1])


class _Orders:
    """Rows in several orders, which wait on the disk to be merged."""

    def __init__(self, table: _Table, orders: int, folder: Path, stack: ExitStack) -> None:
        self._table = table
        self._files = [
            stack.enter_context(tempfile.TemporaryFile(dir=folder)) for _ in range(orders)
        ]

    def add(self, columns: Sequence[Column], order: int) -> None:
        """Add rows that follow those before in their order."""
        self._files[order].write(table_lines(columns))

    def merge(self) -> None:
        """Write all rows in one order; at one place, those of the first order first."""
        rows = heapq.merge(*map(self._rows, self._files), key=itemgetter(0, 1))
        while some := list(islice(rows, _AT_ONCE)):
            chrom, start, end = (np.array([row[k] for row in some], np.int64) for k in range(3))
            self._table.put(b"".join(row[3] for row in some), chrom, start, end)

    def _rows(self, file: IO[bytes]) -> Iterator[Row]:
        file.seek(0)
        number = {name.encode(): at for name, at in self._table.number.items()}
        chrom, start, end = self._table.at
        cells = max(self._table.at) + 1
        for line in file:
            row = line.split(b"\t", cells)
            yield number[row[chrom]], int(row[start]), int(row[end]), line

"""The regions of a BED while it is read: columns that grow, many plain lines at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gtrack.core.errors import InputError
from gtrack.core.intervals import Strand
from gtrack.core.regions import STRANDS, Lines, Regions
from gtrack.core.texts import GrowingTexts
from gtrack.io.bed_columns import decoded
from gtrack.io.bed_layout import Layout

Line = tuple[int, bytes]
"""A line and its number, from 1."""

_AT_ONCE = 1 << 10  # lines
_AT_FIRST = 8  # which are read one by one, as they say what the table is like
_DIGITS = 9  # of a number that surely fits
_NO_REGIONS = b"#", b" ", b"track", b"browser"
_STRANDS = {b"+": 0, b"-": 1, b".": 2, b"*": 2}  # places in STRANDS


def parts_of(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield lines in parts; what is wrong with the file comes after the lines before it."""
    part: list[Line] = []
    most = _AT_FIRST
    try:
        for each in lines:
            part.append(each)
            if len(part) == most:
                yield part
                part, most = [], _AT_ONCE
    except InputError:
        if part:
            yield part
        raise
    if part:
        yield part


@dataclass(frozen=True, slots=True)
class PlainLines:
    """Lines of regions as columns, of which nothing is to be said.

    Parameters
    ----------
    chroms, names : sequence of bytes
        `names` is None where there are none.
    starts, ends : list of int
    strands : list of int or None
        Places in :data:`STRANDS`.
    """

    chroms: Sequence[bytes]
    starts: list[int]
    ends: list[int]
    names: Sequence[bytes] | None
    strands: list[int] | None

    @classmethod
    def of(
        cls, lines: Sequence[bytes], layout: Layout, name: int, strand: int
    ) -> PlainLines | None:
        """Cut lines; None unless each is surely a region, and nothing in it unusual.

        Parameters
        ----------
        lines : sequence of bytes
        layout : Layout
        name, strand : int
            Columns, from 0; not there where they are none of the layout's.
        """
        if not layout.tabs or any(line.startswith(_NO_REGIONS) for line in lines):
            return None
        cells = [line.split(b"\t") for line in lines]
        if {*map(len, cells)} != {layout.columns}:
            return None
        columns = list(zip(*cells, strict=True))
        chroms, numbers = columns[0], (*columns[1], *columns[2])
        if any(not chrom or chrom.startswith(b'"') for chrom in {*chroms}):
            return None
        if not all(numbers) or max(map(len, numbers)) > _DIGITS or not b"".join(numbers).isdigit():
            return None
        starts, ends = list(map(int, columns[1])), list(map(int, columns[2]))
        if not all(map(int.__lt__, starts, ends)):
            return None
        names = columns[name] if 0 <= name < layout.columns else None
        strands = columns[strand] if strand < layout.columns else None
        if strands is not None and not {*strands} <= _STRANDS.keys():
            return None
        try:
            b"\n".join(names or ()).decode()
        except UnicodeDecodeError:
            return None
        return cls(
            *(chroms, starts, ends, names),
            None if strands is None else [_STRANDS[each] for each in strands],
        )


class GrowingRegions:
    """Regions that come line by line, or many lines at once.

    Parameters
    ----------
    file : str
        How messages call it.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._ranks: dict[str, int] = {}
        self._rank_of: dict[bytes, int] = {}
        self._chrom, self._strand = array("i"), array("B")
        self._start, self._end, self._line = array("I"), array("I"), array("I")
        self._summit: array[int] | None = None
        self._names = GrowingTexts()

    def __len__(self) -> int:
        return len(self._chrom)

    def add(
        self,
        line: int,
        chrom: bytes,
        start: int,
        end: int,
        name: bytes,
        strand: Strand,
        summit: int | None,
    ) -> None:
        """Take one region, in fields of its line."""
        if summit is not None and self._summit is None:
            self._summit = array("q", [-1]) * len(self)
        if self._summit is not None:
            self._summit.append(-1 if summit is None else summit)
        self._chrom.append(self._rank(chrom))
        self._start.append(start)
        self._end.append(end)
        self._line.append(line)
        self._strand.append(STRANDS.index(strand))
        self._names.add([decoded(name).encode() or b"."])

    def add_all(self, numbers: Sequence[int], lines: PlainLines) -> None:
        """Take the regions of lines of these numbers."""
        if self._summit is not None:
            self._summit.extend([-1] * len(numbers))
        ranks = {chrom: self._rank(chrom) for chrom in dict.fromkeys(lines.chroms)}
        self._chrom.extend(map(ranks.__getitem__, lines.chroms))
        self._start.extend(lines.starts)
        self._end.extend(lines.ends)
        self._line.extend(numbers)
        self._strand.extend(lines.strands or [STRANDS.index(".")] * len(numbers))
        names = [b"."] * len(numbers) if lines.names is None else lines.names
        self._names.add(names if all(names) else [name or b"." for name in names])

    def _rank(self, chrom: bytes) -> int:
        if chrom not in self._rank_of:
            self._rank_of[chrom] = self._ranks.setdefault(decoded(chrom), len(self._ranks))
        return self._rank_of[chrom]

    def regions(self) -> Regions:
        """Return what came so far."""
        unstranded = self._strand.count(STRANDS.index(".")) == len(self)
        return Regions(
            *(tuple(self._ranks), self._chrom, self._start, self._end),
            None if unstranded else self._strand,
            self._summit,
            None if self._names.are(".") else self._names.texts(),
            origins=Lines(self._file, self._line),
        )

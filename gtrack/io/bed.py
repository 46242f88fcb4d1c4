"""BED: regions of a genome, one per line (BED3 to BED12, wider tables, narrowPeak).

The first three columns, the name, the strand and the summit of a narrowPeak are read; every other
column is carried by no one and therefore ignored, the score and the blocks of BED12 included.
Tables of other tools are known by their own columns and refused with the command that makes a BED.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.errors import InputError, OutputError
from gtrack.core.intervals import Interval, Strand
from gtrack.core.lines import Part, lines_of
from gtrack.core.printable import shown
from gtrack.core.regions import STRANDS, Regions
from gtrack.core.texts import Chosen
from gtrack.io import text
from gtrack.io.atomic import replacing
from gtrack.io.bed_columns import bed_chrom, decoded, quoted, read_strand, whole
from gtrack.io.bed_cures import cure, kept
from gtrack.io.bed_growing import GrowingRegions, PlainLines, parts_of
from gtrack.io.bed_layout import NARROW_PEAK, Layout
from gtrack.io.table_columns import name_and_strand
from gtrack.io.table_formats import refuse_other_formats
from gtrack.io.table_head import Head, look

_WHOSE = rb"((chrom|chr|tx|gene|transcript|exon|peak|region|geno|feature|t)[_. ]?)?"
_START_WORD = re.compile(_WHOSE + rb"(start|begin)", re.IGNORECASE)
_BREAKS = re.compile(r"[\t\n\r\0]")
_AT_ONCE = 1 << 10  # lines in memory
_END_WORD = re.compile(_WHOSE + rb"(end|stop)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GivenRegions:
    """What a BED holds.

    Attributes
    ----------
    intervals : sequence of Interval
        0-based half-open, in file order, each with ``origin`` ``path:line``.
    notes : tuple of str
        What a user should know of how the file was read.
    strandless : str
        What is wrong with the first strand that is none: such regions have the strand ``.``. Empty
        where every strand is one.
    """

    intervals: Sequence[Interval]
    notes: tuple[str, ...] = ()
    strandless: str = ""

    def need_strands(self) -> None:
        """Refuse a file in which a strand is none, where strands decide.

        Raises
        ------
        InputError
            Naming file, line and cure.
        """
        if self.strandless:
            raise InputError(self.strandless)


def read_bed(path: Path) -> list[Interval]:
    """Read the regions of a BED or narrowPeak file, in file order; see :func:`read_regions`."""
    return list(read_regions(path).intervals)


def read_regions(path: Path) -> GivenRegions:
    r"""Read a BED or narrowPeak file, and say how.

    Plain, gzip and bgzip files read alike, as do LF and CRLF. Comments, blank lines, ``track`` and
    ``browser`` lines are skipped, and one line of column names if it is line 1. Columns are
    separated by tabs, or by spaces in the whole file; their number is the same on every line (a
    ``track`` line may change it). A file of 10 columns is a narrowPeak when its name or the shape
    of every line says so. Names are kept as they are; bytes that are not UTF-8 become ``\xNN``.
    Column 6 is the strand where it is one of ``+ - .``; ``*`` is ``.``, and all else, of which a
    note tells.

    Raises
    ------
    InputError
        When the file is a table of another kind (:mod:`gtrack.io.table_formats`); at the first line
        that breaks a rule, with its number; or when there are no regions.
    """
    head, lines = look(path, text.read_lines(path))
    refuse_other_formats(head)
    reader = _Reader(path, head)
    for part in parts_of(lines):
        if not reader.read_alike(part):
            for number, line in part:
                reader.read(number, line)
    if not len(reader.found):
        raise InputError(f"{shown(path)}: no regions; give a BED file with at least one")
    notes = tuple(note for note in (reader.spaced, reader.unread) if note)
    return GivenRegions(reader.found.regions(), notes, reader.strandless)


class _Reader:
    """The lines of one file, read one after another."""

    def __init__(self, path: Path, head: Head) -> None:
        self.found = GrowingRegions(shown(path))
        self.strandless = self.spaced = self.unread = ""
        self._path, self._file = path, shown(path)
        self._must_peak = ANNOTATION_FORMATS["narrowPeak"].calls(path.name)
        self._named = len(head.names)
        self._places = name_and_strand(head)
        self._layout: Layout | None = None
        self._fresh = True

    def read(self, number: int, line: bytes) -> None:
        """Read one line."""
        if is_header(line, number):
            self._fresh = self._fresh or line.startswith(b"track")
            return
        origin = f"{self._file}:{number}"
        fields: list[bytes] = []
        try:
            if self._layout is None or self._fresh:
                self._begin(line, number)
            assert self._layout is not None
            fields = self._layout.split(line)
            self._take(self._layout, fields, number, origin)
        except ValueError as error:
            mended = cure(self._path, fields, self._layout.tabs) if fields and self._layout else ""
            if len(fields) > 2 and _START_WORD.fullmatch(fields[1]):
                mended = " (names of columns stand in line 1, or behind a #)"
            raise InputError(f"{origin}: {error}{mended}") from error
        except InputError as error:
            tabs = self._layout is not None and self._layout.tabs
            raise InputError(f"{error}{cure(self._path, fields, tabs)}") from error

    def _begin(self, line: bytes, number: int) -> None:
        self._layout = Layout(self._path, line, number, self._layout, self._must_peak)
        self._fresh = False
        if not self._layout.tabs and not self.spaced:
            self.spaced = f"{self._file}: its columns are separated by spaces, and read so"

    def read_alike(self, part: Sequence[tuple[int, bytes]]) -> bool:
        """Read lines that are regions as plain as they are most often, at once.

        Returns
        -------
        bool
            False, and nothing is read, where one of them is not, or may be wrong.
        """
        if self._layout is None or self._fresh or self._layout.columns == NARROW_PEAK:
            return False
        numbers, lines = zip(*part, strict=True)
        places = self._places if self._layout.columns == self._named else (3, 5)
        plain = PlainLines.of(lines, self._layout, *places)
        if plain is None:
            return False
        self.found.add_all(numbers, plain)
        return True

    def _take(self, layout: Layout, fields: list[bytes], number: int, origin: str) -> None:
        if fields[0][:1] == b'"' and len(fields[0]) > 1 and fields[0][-1:] == b'"':
            raise ValueError(f"chromosome {quoted(fields[0])} in quotes; take them off")
        start, end = whole(fields[1], "start"), whole(fields[2], "end")
        summit = None
        if layout.columns == NARROW_PEAK and start < end:
            summit = layout.summit(fields, end - start)
        at, strand_at = self._places if layout.columns == self._named else (3, 5)
        name = fields[at] if 0 <= at < layout.columns else b""
        strand: Strand = "."
        if strand_at < layout.columns:
            strand = self._strand(fields[strand_at], strand_at, origin)
        if not start < end or not fields[0]:
            Interval(decoded(fields[0]), start, end, ".", strand, summit, origin)  # says why not
        self.found.add(number, fields[0], start, end, name, strand, summit)

    def _strand(self, field: bytes, column: int, origin: str) -> Strand:
        if field == b"*":
            return "."  # as GRanges writes it
        try:
            return read_strand(field, column + 1)
        except ValueError as error:
            if not self.strandless:
                before = kept(self._path, column, self._layout is None or self._layout.tabs)
                self.strandless = f"{origin}: {error}, or keep the columns before it: {before}"
            if field and not self.unread:
                self.unread = (
                    f"{origin}: column {column + 1} holds {quoted(field)}, which is no strand: "
                    "read as ., as all there that is none of + - ."
                )
            return "."


def write_bed(path: Path, intervals: Sequence[Interval]) -> None:
    """Write intervals as BED3, BED4 or BED6, tab separated, under their final name at once.

    The fewest columns that keep every name and strand are written: `read_bed` gives equal intervals
    back, except that summits are left out (they belong to narrowPeak) and an empty name is ``.``.
    The score of BED6 is 0.

    Raises
    ------
    OutputError
        When there is nothing to write, when a chromosome or name cannot stand in a BED line, or
        when the file cannot be written.
    """
    file = shown(path)
    regions = Regions.of(intervals)
    if not len(regions):
        raise OutputError(f"{file}: no regions to write")
    stranded = bool((regions.strand != STRANDS.index(".")).any())
    named = stranded or (regions.named and any(name not in (".", "") for name in regions.names))

    with replacing(path) as handle:
        for low in range(0, len(regions), _AT_ONCE):
            part = regions[low : low + _AT_ONCE]
            for chrom in part.present:
                bed_chrom(chrom, file)
            columns: list[Part] = [
                Chosen(part.chroms, part.chrom),
                b"\t",
                part.start,
                b"\t",
                part.end,
            ]
            if named:
                columns += [b"\t", _names(part, file)]
            if stranded:
                columns += [b"\t0\t", Chosen(STRANDS, part.strand)]
            handle.write(lines_of([*columns, b"\n"], len(part), "backslashreplace"))


def _names(regions: Regions, file: str) -> Sequence[str]:
    """Return names as a BED has them."""
    names = [name or "." for name in regions.names]
    if _BREAKS.search("".join(names)):
        bad = next(name for name in names if _BREAKS.search(name))
        raise OutputError(f"{file}: name {bad!r} cannot be written as BED; rename it")
    return names


def is_header(line: bytes, number: int) -> bool:
    """Tell whether a line of a BED holds no feature: comment, blank, track, column names."""
    line = line.lstrip(b" ")
    if not line or line.startswith(b"#"):
        return True
    if number > 1 and not line.startswith((b"track", b"browser")):
        return False
    words = line.split(None, 3)
    if words[:1] in ([b"track"], [b"browser"]):
        # a chromosome may have such a name: a region is never taken for a header
        return not (len(words) > 2 and words[1].isdigit() and words[2].isdigit())
    return (
        number == 1
        and len(words) > 2
        and _START_WORD.fullmatch(words[1]) is not None
        and _END_WORD.fullmatch(words[2]) is not None
    )

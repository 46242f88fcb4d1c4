"""BED: regions of a genome, one per line (BED3 to BED12, wider tables, narrowPeak).

The first three columns, the name, the strand and the summit of a narrowPeak are read; every other
column is carried by no one and therefore ignored, the score and the blocks of BED12 included.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.errors import InputError, OutputError
from gtrack.core.intervals import Interval, Strand
from gtrack.core.printable import shown
from gtrack.io import text
from gtrack.io.atomic import replacing
from gtrack.io.bed_columns import bed_chrom, decoded, quoted, read_strand, whole

_NARROW_PEAK = 10  # columns
_START_WORD = re.compile(rb"((chrom|chr|tx|gene|peak|region)[_. ]?)?(start|begin)", re.IGNORECASE)
_END_WORD = re.compile(rb"((chrom|chr|tx|gene|peak|region)[_. ]?)?(end|stop)", re.IGNORECASE)
_FLOAT = re.compile(rb"[+-]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?|inf|nan)", re.IGNORECASE)


def read_bed(path: Path) -> list[Interval]:
    r"""Read the regions of a BED or narrowPeak file, in file order.

    Plain, gzip and bgzip files read alike, as do LF and CRLF. Comments, blank lines, ``track`` and
    ``browser`` lines are skipped, and one line of column names if it is line 1. Columns are
    separated by tabs, or by spaces in the whole file; their number is the same on every line (a
    ``track`` line may change it). A file of 10 columns is a narrowPeak when its name or the shape
    of every line says so. Names are kept as they are; bytes that are not UTF-8 become ``\xNN``.

    Returns
    -------
    list of Interval
        0-based half-open, each with ``origin`` ``path:line``.

    Raises
    ------
    InputError
        At the first line that breaks a rule, with its number; or when there are no regions.
    """
    file = shown(path)
    must_peak = ANNOTATION_FORMATS["narrowPeak"].calls(path.name)
    intervals: list[Interval] = []
    chroms: dict[bytes, str] = {}
    layout: _Layout | None = None
    fresh = True
    for number, line in text.read_lines(path):
        if is_header(line, number):
            fresh = fresh or line.startswith(b"track")
            continue
        origin = f"{file}:{number}"
        try:
            if layout is None or fresh:
                layout = _Layout(line, number, layout, must_peak)
                fresh = False
            fields = layout.split(line)
            start, end = whole(fields[1], "start"), whole(fields[2], "end")
            summit = None
            if layout.columns == _NARROW_PEAK and start < end:
                summit = layout.summit(fields, end - start)
            strand: Strand = "." if layout.columns < 6 else read_strand(fields[5])
        except ValueError as error:
            raise InputError(f"{origin}: {error}") from error
        chrom = chroms.get(fields[0]) or chroms.setdefault(fields[0], decoded(fields[0]))
        name = decoded(fields[3]) or "." if layout.columns > 3 else "."
        intervals.append(Interval(chrom, start, end, name, strand, summit, origin))
    if not intervals:
        raise InputError(f"{file}: no regions; give a BED file with at least one")
    return intervals


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
    if not intervals:
        raise OutputError(f"{file}: no regions to write")
    stranded = any(i.strand != "." for i in intervals)
    named = stranded or any(i.name not in (".", "") for i in intervals)
    lines = []
    for i in intervals:
        if any(c in i.name for c in "\t\n\r\0"):
            raise OutputError(f"{file}: name {i.name!r} cannot be written as BED; rename it")
        line = f"{bed_chrom(i.chrom, file)}\t{i.start}\t{i.end}"
        if named:
            line += f"\t{i.name or '.'}"
        if stranded:
            line += f"\t0\t{i.strand}"
        lines.append(line + "\n")
    with replacing(path) as handle:
        handle.write("".join(lines).encode("utf-8", "backslashreplace"))


class _Layout:
    """What the first data line says of the others: separator, columns, narrowPeak or not."""

    def __init__(self, line: bytes, number: int, before: _Layout | None, must_peak: bool) -> None:
        self.line = number
        self.tabs: bool = before.tabs if before else b"\t" in line
        self.columns = 0
        self.columns = len(self.split(line))
        if self.columns < 3:
            raise ValueError(
                f"{self.columns} column{'s'[: self.columns > 1]}; a BED line has at least 3, "
                "separated by tabs: chromosome, start, end"
            )
        if must_peak and self.columns != _NARROW_PEAK:
            raise ValueError(
                f"{self.columns} columns; a narrowPeak line has 10; or call the file .bed"
            )
        self._must_peak = must_peak
        self._peaks: bool | None = True if must_peak else None

    def split(self, line: bytes) -> list[bytes]:
        tabs = b"\t" in line
        fields = line.split(b"\t") if tabs else line.split()
        if len(fields) == self.columns and tabs == self.tabs:
            return fields
        if tabs != self.tabs:
            kinds = ("tabs", "spaces") if tabs else ("spaces", "tabs")
            raise ValueError(
                f"separated by {kinds[0]}, line {self.line} by {kinds[1]}; use tabs in every line"
            )
        if self.columns:
            raise ValueError(
                f"{len(fields)} columns, line {self.line} has {self.columns}; "
                "every line needs the same number"
            )
        return fields

    def summit(self, fields: list[bytes], length: int) -> int | None:
        """Give the offset of the summit in a region of `length` bp; None where there is none."""
        try:
            summit = _summit(fields, length)
        except ValueError as error:
            if self._must_peak:
                raise
            if self._peaks:
                raise ValueError(
                    f"not a narrowPeak line as line {self.line} is ({error}); correct it, or keep "
                    "columns 1-6 if column 10 is no summit"
                ) from error
            self._peaks = False
            return None
        if self._peaks is False:
            raise ValueError(
                f"a narrowPeak line, but line {self.line} is not; correct that one, or keep "
                "columns 1-6 if column 10 is no summit"
            )
        self._peaks = True
        return summit


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


def _summit(fields: list[bytes], length: int) -> int | None:
    if not fields[4].isdigit():
        raise ValueError(f"score {quoted(fields[4])} in column 5 is not a whole number")
    for column in (7, 8, 9):
        if not _FLOAT.fullmatch(fields[column - 1]):
            raise ValueError(f"{quoted(fields[column - 1])} in column {column} is not a number")
    if fields[9] == b"-1":
        return None
    summit = whole(fields[9], "summit offset")
    if summit >= length:
        raise ValueError(f"summit offset {summit} lies outside the region of {length} bp")
    return summit

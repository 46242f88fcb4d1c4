"""BED3 to BED12, wider tables that begin so, and both kinds of peaks, as features."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.features import Feature
from gtrack.core.printable import shown
from gtrack.io.annotations.sieve import Sieve
from gtrack.io.bed import is_header
from gtrack.io.bed_columns import quoted, read_columns, standard_columns
from gtrack.io.text import read_lines

_NARROW, _BROAD = 10, 9  # columns


def read_bed_features(path: Path, sieve: Sieve | None = None) -> Iterator[Feature]:
    """Yield the features of a BED, in file order; with a sieve those that it keeps.

    Headers and comments are skipped as in the BED of the regions. How many columns are BED's own
    is found on the first line; the rest of a line is ignored.

    Raises
    ------
    InputError
        At the first line that breaks a rule.
    """
    columns = 0
    for number, fields, origin in _lines(path):
        if not columns:
            columns, first = standard_columns(fields), number
        if sieve is not None and not sieve.keeps(fields):
            continue
        if len(fields) < columns:
            raise InputError(
                f"{origin}: {len(fields)} columns, line {first} has {columns} of BED; every line "
                "needs them"
            )
        yield read_columns(fields, columns, origin)


def read_narrow_peaks(path: Path, sieve: Sieve | None = None) -> Iterator[Feature]:
    """Yield the peaks of a narrowPeak, in file order; see :func:`read_bed_features`."""
    return _read_peaks(path, "narrowPeak", _NARROW, sieve)


def read_broad_peaks(path: Path, sieve: Sieve | None = None) -> Iterator[Feature]:
    """Yield the peaks of a broadPeak, in file order; see :func:`read_bed_features`."""
    return _read_peaks(path, "broadPeak", _BROAD, sieve)


def _read_peaks(path: Path, form: str, columns: int, sieve: Sieve | None) -> Iterator[Feature]:
    for _, fields, origin in _lines(path):
        if sieve is not None and not sieve.keeps(fields):
            continue
        if len(fields) != columns:
            raise InputError(
                f"{origin}: {len(fields)} columns; a {form} line has {columns}; or call the file "
                ".bed"
            )
        for column, field in enumerate(fields[6:], start=7):
            try:
                float(field)
            except ValueError:
                raise InputError(
                    f"{origin}: {quoted(field)} in column {column} is not a number; correct it, or "
                    "call the file .bed"
                ) from None
        yield read_columns(fields, 6, origin)


def has_tabs(path: Path) -> bool:
    """Tell whether the columns are separated by tabs; else they are by spaces."""
    lines = (line for number, line in read_lines(path) if not is_header(line, number))
    return b"\t" in next(lines, b"")


def with_tabs(path: Path) -> Iterator[bytes]:
    """Yield the lines of a BED whose columns are separated by spaces, with tabs."""
    for number, line in read_lines(path):
        yield (line if is_header(line, number) else b"\t".join(line.split())) + b"\n"


def _lines(path: Path) -> Iterator[tuple[int, list[bytes], str]]:
    """Yield number, fields and place of every line that holds a feature."""
    file = shown(path)
    tabs = None
    for number, line in read_lines(path):
        if is_header(line, number):
            continue
        if tabs is None:
            tabs = b"\t" in line
        fields = line.split(b"\t") if tabs else line.split()
        if len(fields) < 3:
            raise InputError(
                f"{file}:{number}: {len(fields)} column{'s'[: len(fields) > 1]}; a BED line has at "
                "least 3, separated by tabs in every line: chromosome, start, end"
            )
        yield number, fields, f"{file}:{number}"

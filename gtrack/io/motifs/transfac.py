"""TRANSFAC text: records of two-letter fields that end with ``//``, or with ``XX`` alone.

A record whose matrix is complete ends at an ``XX`` if the next line begins another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.motifs.draft import (
    Draft,
    NumberedLines,
    check_letters,
    is_number,
    numbers,
    refusal,
)
from gtrack.io.shell import filtered

FIELDS = frozenset(("AC", "ID", "NA", "DE", "P0", "PO", "VV", "XX", "BF", "CC", "DT", "TY", "//"))
"""What a file may begin with."""

_FIRST = frozenset(("AC", "ID", "NA", "DE", "P0", "PO"))  # what a record may begin with

_FIELD = re.compile(r"(//|[A-Z][A-Z0-9])(\s.*)?")


@dataclass
class _Record:
    names: dict[str, str] = field(default_factory=dict)
    line: int = 0
    bases: str = ""
    first: int = 0  # number of the first position: 0 or 1
    rows: list[list[float]] = field(default_factory=list)
    open: bool = False  # whether the next line may be a row
    closed: bool = False  # whether an XX stands behind the rows

    @property
    def id(self) -> str:
        return next(
            (self.names[code] for code in ("AC", "ID", "NA", "DE") if self.names.get(code)), ""
        )

    @property
    def name(self) -> str:
        return self.names.get("NA") or self.names.get("ID") or self.id


def read_transfac(path: Path, lines: NumberedLines) -> Iterator[Draft]:
    """Give the motifs of a TRANSFAC file.

    The id is the accession (AC), else ID, else NA, else the first word of DE; the name is NA, else
    ID, else the id.
    """
    record = _Record()
    number = 0
    for number, text in lines:
        if not text:
            continue
        if text[0].isdigit() and record.open:
            _add_row(path, number, text.split(), record)
            continue
        found = _FIELD.fullmatch(text)
        if not found:
            raise _no_field(path, number, text, record)
        record.open = False
        if record.closed and found[1] in _FIRST:
            yield _draft(path, record, number)
            record = _Record()
        record.closed = bool(record.rows) and found[1] == "XX"
        if found[1] != "//":
            _add_field(path, number, found[1], (found[2] or "").strip(), record)
            continue
        if record.names or record.bases:
            yield _draft(path, record, number)
        record = _Record()
    if record.closed:
        yield _draft(path, record, number)
    elif record.names or record.bases:
        raise refusal(path, number, "the file ends inside a record, without // or XX; is it cut?")


def _no_field(path: Path, number: int, text: str, record: _Record) -> InputError:
    """Return the error about a line that is no field; a row without P0 is told apart."""
    words = text.split()
    if record.bases or record.rows or len(words) < 5 or not all(map(is_number, words[:5])):
        said = f"{shown(text, 60)!r} is no TRANSFAC field and no row of a matrix"
        return refusal(path, number, said)
    program = (
        '/^P[0O]/ {n = 0} n && /^[0-9]/ {print "P0 A C G T"; n = 0} /^(AC|ID|NA|DE)/ {n = 1} 1'
    )
    named = filtered(path, f"awk '{program}'")
    return refusal(
        path,
        number,
        "a row without a P0 line before it, which names the order of its columns; if that is A, C, "
        f"G, T: {named}",
    )


def _add_field(path: Path, number: int, code: str, value: str, record: _Record) -> None:
    if code == "DE":
        record.names.setdefault(code, value.split()[0] if value else "")
    elif code in ("AC", "ID", "NA"):
        if code in record.names:
            raise refusal(path, number, f"a second {code} in one record; end the first with //")
        record.names[code] = value
    elif code in ("P0", "PO"):
        if record.bases:
            raise refusal(path, number, "a second matrix in one record; end the first with //")
        record.bases = "".join(value.upper().split())
        check_letters(path, number, "".join(sorted(record.bases)))
        record.open = True
    else:
        return
    record.line = record.line or number


def _add_row(path: Path, number: int, words: list[str], record: _Record) -> None:
    digits = words[0].isascii() and words[0].isdigit() and len(words[0]) < 9
    position = int(words[0]) if digits else -1
    if not record.rows:
        record.first = min(position, 1)
    if position != record.first + len(record.rows):
        raise refusal(
            path,
            number,
            f"position {shown(words[0], 20)} where {record.first + len(record.rows)} is due; "
            "is a row missing?",
        )
    values = words[1:-1] if words[-1].isalpha() else words[1:]
    if len(values) != 4:
        raise refusal(
            path, number, "a row is a position, 4 values and, if you like, a consensus letter"
        )
    found = dict(zip(record.bases, numbers(path, number, values), strict=True))
    record.rows.append([found[base] for base in "ACGT"])


def _draft(path: Path, record: _Record, number: int) -> Draft:
    if not record.id:
        raise refusal(path, record.line, "a matrix without AC, ID or NA; name it")
    if not record.bases:
        raise refusal(
            path, number, f"motif {shown(record.id, 40)} has no P0 or PO line; add its matrix"
        )
    return Draft(record.id, record.name, record.rows, record.line)

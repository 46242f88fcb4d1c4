"""TRANSFAC text: records of two-letter fields that end with ``//``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gtrack.core.printable import shown
from gtrack.io.motifs.draft import Draft, NumberedLines, check_letters, numbers, refusal

FIELDS = frozenset(("AC", "ID", "NA", "DE", "P0", "PO", "VV", "XX", "BF", "CC", "DT", "TY", "//"))
"""What a file may begin with."""

_FIELD = re.compile(r"(//|[A-Z][A-Z0-9])(\s.*)?")


@dataclass
class _Record:
    names: dict[str, str] = field(default_factory=dict)
    line: int = 0
    bases: str = ""
    first: int = 0  # number of the first position: 0 or 1
    rows: list[list[float]] = field(default_factory=list)
    open: bool = False  # whether the next line may be a row

    @property
    def id(self) -> str:
        return self.names.get("AC") or self.names.get("ID") or self.names.get("NA") or ""

    @property
    def name(self) -> str:
        return self.names.get("NA") or self.names.get("ID") or self.id


def read_transfac(path: Path, lines: NumberedLines) -> Iterator[Draft]:
    """Give the motifs of a TRANSFAC file.

    The id is the accession (AC), else ID, else NA; the name is NA, else ID, else the accession.
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
            raise refusal(
                path, number, f"{shown(text, 60)!r} is no TRANSFAC field and no row of a matrix"
            )
        record.open = False
        if found[1] != "//":
            _add_field(path, number, found[1], (found[2] or "").strip(), record)
            continue
        if record.names or record.bases:
            yield _draft(path, record, number)
        record = _Record()
    if record.names or record.bases:
        raise refusal(path, number, "the file ends inside a record, without //; is it cut?")


def _add_field(path: Path, number: int, code: str, value: str, record: _Record) -> None:
    if code in ("AC", "ID", "NA"):
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

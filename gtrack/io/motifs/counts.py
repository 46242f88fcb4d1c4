"""Matrices behind a ``>ID NAME`` header: JASPAR's rows of bases, and rows of positions.

JASPAR writes one row per base, named (``A [ 1 2 3 ]``) or, in older files, bare in the order A, C,
G, T. GimmeMotifs and HOMER write one bare row of four values per position; ENCODE begins each with
the letter of the consensus. The widths of the rows and the letters tell which; a file is all one or
all the other. A line ``A C G T`` names the columns, in its order. HOMER puts the consensus first
and the name second: there the name is the id.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from gtrack.core.printable import shown
from gtrack.io.motifs.draft import (
    Draft,
    NumberedLines,
    check_letters,
    column_order,
    in_order,
    is_number,
    numbers,
    refusal,
    stem,
)
from gtrack.io.shell import filtered

_BRACKETS = str.maketrans("[]|", "   ")
_TWICE = re.compile(r"(?P<id>\S+?)_(?P=id)\.(?P<name>\S+)")  # MA0139.1_MA0139.1.CTCF
_CONSENSUS = dict(
    zip(
        "ACGTRYSWKMBDHVN",
        "A C G T AG CT CG AT GT AC CGT AGT ACT ACG ACGT".split(),
        strict=True,
    )
)
_RSAT = (
    "awk '/^;/ {next} /^\\/\\// {inside = 0; next} "
    'NF && !inside {inside = 1; print ">matrix_" ++count} 1\''
)
_SPREAD = 0.02  # how far column sums of one matrix may lie apart, as a share of them


@dataclass
class _Record:
    """The lines of one motif."""

    id: str
    name: str
    line: int
    rows: list[list[float]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    order: str = ""
    numbered: bool = False
    consensus: str = ""
    bracketed: bool = False

    @property
    def shape(self) -> str:
        """What the rows are: ``bases``, ``positions``, or ``either``."""
        if self.order:
            return "positions"
        if self.letters:
            return self._lettered
        if len(self.rows) != 4:
            return "positions"
        return "either" if all(len(row) == 4 for row in self.rows) else "bases"

    @property
    def _lettered(self) -> str:
        """What rows with letters are: those of bases, or of positions with their consensus."""
        four = all(len(row) == 4 for row in self.rows)
        if self.bracketed or not four or not set(self.letters) <= set(_CONSENSUS):
            return "bases"
        if sorted(self.letters) != list("ACGT"):
            return "positions"
        if not all(map(_is_consensus, self.letters, self.rows)) or not _even(self.rows):
            return "bases"
        in_order = self.letters == list("ACGT") and _even(np.transpose(self.rows))
        return "either" if in_order else "positions"

    @property
    def symmetric(self) -> bool:
        """Whether rows of bases, in their order, and rows of positions say the same."""
        return np.array_equal(self.rows, np.transpose(self.rows))

    @property
    def ragged(self) -> bool:
        """Whether a row per position has other than 4 values, or rows per base differ."""
        wanted = 4 if self.shape == "positions" else len(self.rows[0])
        return any(len(row) != wanted for row in self.rows)


def read_counts(path: Path, lines: NumberedLines) -> Iterator[Draft]:
    """Give the motifs of a JASPAR file, or of one with a row per position."""
    records: list[_Record] = []
    for number, text in lines:
        if text.startswith(">"):
            records.append(_header(path, number, text))
            continue
        if text.startswith("//"):
            raise refusal(path, number, numbered(path))
        if not records and text and not text.startswith("#"):
            records.append(_Record(stem(path), stem(path), number))
        named = column_order(text.lstrip("#").split())
        if records and named and not records[-1].rows:
            check_letters(path, number, "".join(sorted(named)))
            records[-1].order = named
            records[-1].numbered = len(text.lstrip("#").split()) == 5
        elif text and not text.startswith("#"):
            _add_row(path, number, text, records[-1])
    shape = _shape(path, records)
    _tell_apart(records)
    for record in records:
        what = record.shape if record.shape != "either" else shape
        read = _bases if what == "bases" else _positions
        yield Draft(record.id, record.name, read(path, record), record.line)


def numbered(path: Path) -> str:
    """Say what a table of RSAT lacks, and the command that adds it."""
    return f"a table of RSAT, whose matrices have no names; number them: {filtered(path, _RSAT)}"


def _header(path: Path, number: int, text: str) -> _Record:
    words = text[1:].split(maxsplit=1)
    if not words:
        raise refusal(path, number, "a header without id; write >ID NAME")
    cells = [cell.strip() for cell in text[1:].split("\t")]
    if len(cells) > 2 and set(cells[0]) <= set(_CONSENSUS) and is_number(cells[2]) and cells[1]:
        return _Record(cells[1], cells[1].partition("/")[0], number, consensus=cells[0])  # HOMER
    twice = _TWICE.fullmatch(text[1:].strip())
    if twice:
        return _Record(twice["id"], twice["name"], number)
    name = words[1].split("\t")[0].strip() if len(words) == 2 else words[0]
    return _Record(words[0], name, number)


def _tell_apart(records: list[_Record]) -> None:
    """Put the consensus behind the ids of HOMER that stand twice."""
    times = Counter(record.id for record in records)
    for record in records:
        if record.consensus and times[record.id] > 1:
            record.id += f":{record.consensus}"


def _is_consensus(letter: str, row: list[float]) -> bool:
    """Tell whether a letter stands for a base of the largest value of a row of A, C, G, T."""
    return "ACGT"[int(np.argmax(row))] in _CONSENSUS.get(letter, "")


def _add_row(path: Path, number: int, text: str, record: _Record) -> None:
    words = text.translate(_BRACKETS).split()
    if record.numbered:
        words = words[1:]
    letter = words[0].rstrip(":").upper() if words else ""
    named = len(letter) == 1 and letter.isalpha()
    record.bracketed = record.bracketed or "[" in text
    if record.rows and named != bool(record.letters):
        raise refusal(path, number, "rows with and without a letter in one motif; name all or none")
    if named:
        record.letters.append(letter)
        words = words[1:]
    record.rows.append(numbers(path, number, words))
    record.lines.append(number)


def _shape(path: Path, records: list[_Record]) -> str:
    """Return what the rows of 4 x 4 matrices are, as those of all others."""
    known = {record.shape: record for record in reversed(records) if record.shape != "either"}
    if len(known) == 2:
        # One that cannot be what it seems to be is the one to mend; or else the later one.
        odd = max(known.values(), key=lambda record: (record.ragged, record.line))
        raise refusal(
            path,
            odd.line,
            f"motif {shown(odd.id, 40)} has {len(odd.rows)} rows, other motifs have one per "
            f"{'position' if odd.shape == 'bases' else 'base'}; is a row missing, or are there two "
            "formats in one file?",
        )
    if known:
        return next(iter(known))
    fits = [
        what
        for axis, what in ((1, "positions"), (0, "bases"))
        if all(_even(np.moveaxis(np.array(record.rows), axis, -1)) for record in records)
    ]
    if len(fits) == 2 and all(record.symmetric for record in records):
        return "positions"
    if len(fits) != 1:
        raise refusal(
            path,
            records[0].line,
            "every matrix is 4 x 4, so rows may be bases or positions; name the rows of bases in "
            "brackets (A [ 1 2 3 4 ]), or the columns: a line A C G T behind the name",
        )
    return fits[0]


def _even(rows: ArrayLike) -> bool:
    """Tell whether the rows of a matrix have sums that are as good as equal."""
    sums = np.asarray(rows, np.float64).sum(axis=1)
    return bool(np.ptp(sums) <= _SPREAD * sums.max())


def _positions(path: Path, record: _Record) -> list[list[float]]:
    for row, number in zip(record.rows, record.lines, strict=True):
        if len(row) != 4:
            raise refusal(
                path,
                number,
                f"{len(row)} value(s) in motif {shown(record.id, 40)}; give one row of 4 per "
                "position, or 4 rows, one per base",
            )
    return [in_order(row, record.order or "ACGT") for row in record.rows]


def _bases(path: Path, record: _Record) -> list[list[float]]:
    if record.letters and sorted(record.letters) != list("ACGT"):
        letters = "".join(sorted(set(record.letters)))
        check_letters(path, record.line, letters)
        raise refusal(
            path, record.line, f"motif {shown(record.id, 40)} names a base twice; give each one row"
        )
    for row, number in zip(record.rows, record.lines, strict=True):
        if len(row) != len(record.rows[0]):
            raise refusal(
                path,
                number,
                f"{len(row)} value(s) where the first row of motif {shown(record.id, 40)} has "
                f"{len(record.rows[0])}; mend the matrix",
            )
    rows = dict(zip(record.letters or "ACGT", record.rows, strict=True))
    return [list(column) for column in zip(*(rows[base] for base in "ACGT"), strict=True)]

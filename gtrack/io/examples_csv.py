"""Examples in CSV: a header that names `sequence` and what is known of it, then one row each.

What is known is a `label`, or stands in columns of the user's own names: 0 or 1, or any number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.csv_rows import column_of, csv_rows, cure_of_header, cure_of_words
from gtrack.io.text import read_lines

LARGEST = 1e30
"""Largest size of a number: networks compute in float32, squares of errors included."""

_AMBIGUOUS = "RYSWKMBDHV"
_TO_N = str.maketrans(_AMBIGUOUS, "N" * len(_AMBIGUOUS))
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
"""How a number is spelt, whatever its size."""


@dataclass(frozen=True, slots=True)
class LabelledSequence:
    """One row with a label.

    Parameters
    ----------
    sequence : str
        Upper-case A, C, G, T and N; other IUPAC letters have become N.
    label : str
        As written, without surrounding blanks.
    line : int
        Line of the file, counted from 1.
    """

    sequence: str
    label: str
    line: int


@dataclass(frozen=True, slots=True)
class MeasuredSequence:
    """One row with numbers.

    Parameters
    ----------
    sequence : str
        Upper-case A, C, G, T and N; other IUPAC letters have become N.
    numbers : tuple of float
        One per column that was asked for, in that order; finite.
    line : int
        Line of the file, counted from 1.
    """

    sequence: str
    numbers: tuple[float, ...]
    line: int


def read_examples(path: Path) -> list[LabelledSequence]:
    """Read a CSV file of labelled sequences, plain or compressed with gzip.

    The columns `sequence` and `label` may stand in any order and beside others, which are ignored.
    Blank lines are skipped.

    Raises
    ------
    InputError
        For a missing column, a row of another width, an empty sequence or label, a letter that is
        no IUPAC code for DNA, or a file without rows; the message names file and line.
    """
    examples = []
    for row in _read(path, None):
        label = row.fields[0].strip()
        if not label:
            raise InputError(f"{row.place}: the label is empty; write one or remove the row")
        examples.append(LabelledSequence(row.sequence, label, row.line))
    return examples


def read_numbers(
    path: Path, columns: Sequence[str], *, only_0_and_1: bool
) -> list[MeasuredSequence]:
    """Read a CSV file of sequences with numbers, plain or compressed with gzip.

    Parameters
    ----------
    path : Path
        As :func:`read_examples` reads it, but for the column `label`.
    columns : sequence of str
        Names of the columns, spelt as in the header, case included; in any order and beside others.
    only_0_and_1 : bool
        Every field must be 0 or 1.

    Raises
    ------
    InputError
        As :func:`read_examples`, and for a field that is not such a number, or one larger than
        `LARGEST`; the message names file, line and column.
    """
    examples = []
    for row in _read(path, columns):
        numbers = tuple(
            number_in(field.strip(), f"{row.place}: column {shown(column, 80)!r}", only_0_and_1)
            for column, field in zip(columns, row.fields, strict=True)
        )
        examples.append(MeasuredSequence(row.sequence, numbers, row.line))
    return examples


class _Row(NamedTuple):
    place: str  # file and line
    line: int
    sequence: str
    fields: list[str]  # of the columns asked for


def _read(path: Path, columns: Sequence[str] | None) -> Iterator[_Row]:
    """Yield the checked sequence and the fields of `columns`, or of the label where None."""
    name = shown(path)
    rows = csv_rows(path, read_lines(path))
    wanted = "sequence," + shown(",".join(columns or ["label"]), 80)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{name}: empty; the first line must be {wanted}")
    header_line, header = first
    sequence, *others = _columns(header, columns, path, header_line)
    line = None
    for line, fields in rows:
        place = f"{name}:{line}"
        if len(fields) != len(header):
            raise InputError(f"{place}: {len(fields)} fields where the header has {len(header)}")
        if cure := cure_of_words(fields[sequence], path, sequence):
            raise InputError(f"{place}: {cure}")
        yield _Row(place, line, _dna(fields[sequence], place), [fields[at] for at in others])
    if line is None:
        what = "label" if columns is None else "numbers"
        raise InputError(f"{name}: no row follows the header; add rows of sequence and {what}")


def _columns(header: list[str], columns: Sequence[str] | None, path: Path, line: int) -> list[int]:
    """Return where `sequence` and the other columns stand."""
    where = f"{shown(path)}:{line}"
    names = [field.strip() for field in header]
    lower = [name.lower() for name in names]
    if cure := cure_of_header(names, columns, path):
        raise InputError(f"{where}: {cure}")
    if columns is None:
        cure = (
            "the first line must name sequence and label, separated by a comma; rename the columns "
            "of sequences and of classes so (columns of 0 and 1, or of numbers, are named by "
            "--labels or --values)"
        )
        return [column_of(lower, wanted, names, where, cure) for wanted in ("sequence", "label")]
    cure = "name columns as the header spells them"
    return [
        column_of(
            lower, "sequence", names, where, "rename the column of sequences in the first line"
        ),
        *(column_of(names, wanted, names, where, cure) for wanted in columns),
    ]


def number_in(field: str, where: str, only_0_and_1: bool) -> float:
    """Return the number that a field holds.

    Parameters
    ----------
    field : str
        Without surrounding blanks.
    where : str
        File, line and column, for messages.
    only_0_and_1 : bool
        Refuse every other number.

    Raises
    ------
    InputError
        When it is no such number, or larger than `LARGEST`.
    """
    if only_0_and_1:
        if field not in ("0", "1"):
            raise InputError(f"{where}: {shown(field, 80)!r} is neither 0 nor 1")
        return float(field)
    number = float(field) if NUMBER.fullmatch(field) else math.nan
    if not abs(number) <= LARGEST:
        raise InputError(
            f"{where}: {shown(field, 80)!r} is no finite number up to {LARGEST:.0e}; write one or "
            "remove the row"
        )
    return number


def _dna(field: str, where: str) -> str:
    sequence = field.strip().upper().translate(_TO_N)
    if not sequence:
        raise InputError(f"{where}: the sequence is empty; write one or remove the row")
    if odd := sequence.strip("ACGTN") and set(sequence) - set("ACGTN"):
        letter = min(odd, key=sequence.index)
        if letter == "U":
            raise InputError(
                f"{where}: 'U' at base {sequence.index(letter) + 1}: RNA; write T for U"
            )
        raise InputError(
            f"{where}: {shown(letter)!r} at base {sequence.index(letter) + 1} is no letter of DNA; "
            "use A, C, G, T, N or an IUPAC code"
        )
    return sequence

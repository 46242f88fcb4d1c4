"""Examples in CSV: a header that names `sequence` and what is known of it, then one row each.

What is known is a `label`, or stands in columns of the user's own names: 0 or 1, or any number.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gtrack.core.errors import InputError
from gtrack.core.printable import pasted, shown
from gtrack.io.text import read_lines

LARGEST = 1e30
"""Largest size of a number: networks compute in float32, squares of errors included."""

_LEAST_DNA = 8
_SHELL = {"\t": "'\\t'", ";": "';'"}
_AMBIGUOUS = "RYSWKMBDHV"
_TO_N = str.maketrans(_AMBIGUOUS, "N" * len(_AMBIGUOUS))
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


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
            _number(field.strip(), f"{row.place}: column {shown(column, 80)!r}", only_0_and_1)
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
    rows = _rows(path)
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
        yield _Row(place, line, _dna(fields[sequence], place), [fields[at] for at in others])
    if line is None:
        what = "label" if columns is None else "numbers"
        raise InputError(f"{name}: no row follows the header; add rows of sequence and {what}")


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    name = shown(path)
    for line, raw in read_lines(path):
        if not raw.strip():
            continue
        try:
            text = raw.decode("utf-8")
            yield line, next(csv.reader([text], strict=True))
        except UnicodeDecodeError:
            raise InputError(f"{name}:{line}: not UTF-8 text; save the file as UTF-8") from None
        except csv.Error as error:
            raise InputError(f"{name}:{line}: not CSV ({error}); mend the row") from None


def _columns(header: list[str], columns: Sequence[str] | None, path: Path, line: int) -> list[int]:
    """Return where `sequence` and the other columns stand."""
    where = f"{shown(path)}:{line}"
    names = [field.strip() for field in header]
    lower = [name.lower() for name in names]
    if cure := _no_header(names, columns, path):
        raise InputError(f"{where}: {cure}")
    if columns is None:
        cure = (
            "the first line must name sequence and label, separated by a comma; rename the columns "
            "of sequences and of classes so (columns of 0 and 1, or of numbers, are named by "
            "--labels or --values)"
        )
        return [_column(lower, wanted, names, where, cure) for wanted in ("sequence", "label")]
    cure = "name columns as the header spells them"
    return [
        _column(
            lower, "sequence", names, where, "rename the column of sequences in the first line"
        ),
        *(_column(names, wanted, names, where, cure) for wanted in columns),
    ]


def _no_header(names: list[str], columns: Sequence[str] | None, path: Path) -> str | None:
    """Say what the first line is in place of a header of commas, and what cures it."""
    file = pasted(path)
    for separator, word in (("\t", "tabs"), (";", "semicolons")):
        if len(names) == 1 and separator in names[0]:
            return (
                f"columns are separated by {word}, not commas; write a new file with "
                f"tr {_SHELL[separator]} , < {file} > new.csv"
            )
    dna = [len(name) >= _LEAST_DNA and not name.upper().strip("ACGTN") for name in names]
    if any(dna) and len(names) == 2 and columns is None:
        wanted = "sequence,label" if dna[0] else "label,sequence"
        return (
            "the first line is a row, and must name the columns; write a new file with "
            f"{{ echo {wanted}; cat {file}; }} > new.csv"
        )
    return None


def _column(names: list[str], wanted: str, header: list[str], where: str, cure: str) -> int:
    if names.count(wanted) != 1:
        found = "no column" if wanted not in names else "more than one column"
        raise InputError(
            f"{where}: {found} named {shown(wanted, 80)!r} in the header "
            f"{shown(','.join(header), 400)!r}; {cure}"
        )
    return names.index(wanted)


def _number(field: str, where: str, only_0_and_1: bool) -> float:
    if only_0_and_1:
        if field not in ("0", "1"):
            raise InputError(f"{where}: {shown(field, 80)!r} is neither 0 nor 1")
        return float(field)
    number = float(field) if _NUMBER.fullmatch(field) else math.nan
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

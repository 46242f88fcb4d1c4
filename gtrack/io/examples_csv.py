"""Labelled sequences in CSV: a header that names `sequence` and `label`, then one row each."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.io.text import read_lines, shown

_AMBIGUOUS = "RYSWKMBDHV"
_TO_N = str.maketrans(_AMBIGUOUS, "N" * len(_AMBIGUOUS))


@dataclass(frozen=True, slots=True)
class LabelledSequence:
    """One row of the file.

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
    name = shown(path)
    rows = _rows(path)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{name}: empty; the first line must be sequence,label")
    header_line, header = first
    where = _columns(header, f"{name}:{header_line}")
    examples = []
    for line, fields in rows:
        if len(fields) != len(header):
            raise InputError(
                f"{name}:{line}: {len(fields)} fields where the header has {len(header)}"
            )
        sequence = _dna(fields[where["sequence"]], f"{name}:{line}")
        label = fields[where["label"]].strip()
        if not label:
            raise InputError(f"{name}:{line}: the label is empty; write one or remove the row")
        examples.append(LabelledSequence(sequence, label, line))
    if not examples:
        raise InputError(f"{name}: no row follows the header; add rows of sequence and label")
    return examples


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


def _columns(header: list[str], where: str) -> dict[str, int]:
    names = [field.strip().lower() for field in header]
    for wanted in ("sequence", "label"):
        if names.count(wanted) != 1:
            found = "no column" if wanted not in names else "more than one column"
            raise InputError(
                f"{where}: {found} named {wanted!r} in the header {shown(','.join(header), 80)!r}; "
                "the first line must name sequence and label, separated by a comma"
            )
    return {wanted: names.index(wanted) for wanted in ("sequence", "label")}


def _dna(field: str, where: str) -> str:
    sequence = field.strip().upper().translate(_TO_N)
    if not sequence:
        raise InputError(f"{where}: the sequence is empty; write one or remove the row")
    if odd := sequence.strip("ACGTN") and set(sequence) - set("ACGTN"):
        letter = min(odd, key=sequence.index)
        raise InputError(
            f"{where}: {shown(letter)!r} at base {sequence.index(letter) + 1} is no letter of DNA; "
            "use A, C, G, T, N or an IUPAC code"
        )
    return sequence

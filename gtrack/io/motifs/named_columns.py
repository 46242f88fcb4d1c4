"""Matrices whose columns are named: CIS-BP's (``Pos A C G T``), and tables of A, C, G, T of R.

Each matrix has a line that names its columns, in any order, and a row per position, numbered if the
line says so. Lines before it hold what CIS-BP says of the motif: its name, its factor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gtrack.core.printable import shown
from gtrack.io.motifs.draft import (
    Draft,
    NumberedLines,
    check_letters,
    column_order,
    in_order,
    numbers,
    refusal,
    stem,
)

_FIELDS = frozenset(
    ("TF", "TF Name", "TF_Name", "Gene", "Motif", "Motif_ID", "Family", "Species", "DBID", "Model")
)


_R = str.maketrans('",', "  ")


@dataclass
class _Table:
    """One motif: what is said of it, the order of its columns, and its rows."""

    said: dict[str, str] = field(default_factory=dict)
    line: int = 0
    order: str = ""
    numbered: bool = False
    rows: list[list[float]] = field(default_factory=list)


def begins_named(text: str) -> bool:
    """Tell whether a file that begins with this line names the columns of its matrices."""
    return bool(column_order(_words(text))) or text.split("\t")[0].strip() in _FIELDS


def read_named(path: Path, lines: NumberedLines) -> Iterator[Draft]:
    """Give the motifs of a file that names the columns of its matrices.

    The id is what CIS-BP calls the motif, else the name of the file; the name is that of the
    factor, else the id.
    """
    table = _Table()
    made = 0
    for number, text in lines:
        if not text or text.startswith("#"):
            continue
        words = _words(text)
        order = column_order(words)
        key, tab, value = text.partition("\t")
        says = bool(tab) and key.strip() in _FIELDS
        if (order or says) and table.order:
            yield _draft(path, table, made)
            made += 1
            table = _Table()
        table.line = table.line or number
        if order:
            check_letters(path, number, "".join(sorted(order)))
            table.order, table.numbered = order, len(words) == 5
        elif says:
            table.said[key.strip()] = value.strip()
        elif table.order:
            table.numbered = table.numbered or (not table.rows and len(words) == 5)
            table.rows.append(_row(path, number, words, table))
        else:
            raise refusal(
                path, number, f"{shown(text, 60)!r} before the names of the columns: Pos A C G T"
            )
    if not table.order:
        raise refusal(path, table.line, "no line that names the columns: Pos A C G T; is it cut?")
    yield _draft(path, table, made)


def _words(text: str) -> list[str]:
    """Return what stands in a line, with commas and quotes as R writes them or without."""
    return text.translate(_R).split()


def _row(path: Path, number: int, words: list[str], table: _Table) -> list[float]:
    values = words[1:] if table.numbered else words
    if len(values) != 4:
        place = "a position and " if table.numbered else ""
        raise refusal(path, number, f"{len(words)} values where {place}4 are due; mend the matrix")
    if table.numbered and words[0] not in (str(len(table.rows)), str(len(table.rows) + 1)):
        raise refusal(
            path,
            number,
            f"position {shown(words[0], 20)} where {len(table.rows) + 1} is due; is a row missing?",
        )
    return in_order(numbers(path, number, values), table.order)


def _draft(path: Path, table: _Table, made: int) -> Draft:
    said = table.said
    id_ = said.get("Motif") or said.get("Motif_ID") or ("" if made else stem(path))
    if not id_:
        raise refusal(
            path, table.line, "a second matrix without a name; write a line >NAME before each"
        )
    name = said.get("TF Name") or said.get("TF_Name") or id_
    return Draft(id_, name, table.rows, table.line)

"""The first lines of a table: what separates its columns, what they are called, and some rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from gtrack.core.errors import InputError

Lines = Iterator[tuple[int, bytes]]

_LINES, _ROWS, _BYTES = 20_000, 200, 1 << 24
"""How much is looked at: headers of SAM and VCF can have thousands of lines."""

_NUMBER = re.compile(r"[+-]?([0-9][0-9,]*(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
_SAM_HEADER = re.compile(rb"@[A-Z][A-Z]\t")
_SEPARATORS = "\t,;"


@dataclass(frozen=True, slots=True)
class Head:
    """What the first lines of a table say of the rest.

    Attributes
    ----------
    path : Path
    comments : tuple of str
        Lines before the first row that begin with ``#``, or with ``@`` as in SAM.
    names : tuple of str
        What the columns are called; empty where that is not said.
    header : int
        Number of the line of the names, where that is no comment; else 0.
    separator : str
        A tab, comma or semicolon; a blank stands for any number of blanks.
    rows : tuple of (int, tuple of str)
        Number and fields of the first rows; quotes around a field are left out.
    quoted : bool
        Whether fields stand in quotes.
    """

    path: Path
    comments: tuple[str, ...]
    names: tuple[str, ...]
    header: int
    separator: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    quoted: bool

    @property
    def widths(self) -> range:
        """Columns that every row has."""
        return range(min((len(fields) for _, fields in self.rows), default=0))

    def column(self, index: int) -> list[str]:
        """Return the values of a column that every row has."""
        return [fields[index] for _, fields in self.rows]


def look(path: Path, lines: Lines) -> tuple[Head, Lines]:
    """Read the head of a table, and give the lines back as if they were not read yet.

    What is wrong with a line is raised when the reader comes to it.
    """
    taken: list[tuple[int, bytes]] = []
    comments: list[str] = []
    rows: list[tuple[int, str]] = []
    rest = lines
    size = 0
    try:
        for number, line in lines:
            taken.append((number, line))
            size += len(line)
            text = line.decode("utf-8", "backslashreplace")
            if line.startswith(b"#") or _SAM_HEADER.match(line):
                if not rows:
                    comments.append(text)
            elif text.strip() and not text.startswith(("track ", "browser ")):
                rows.append((number, text))
            if len(rows) >= _ROWS or len(taken) >= _LINES or size > _BYTES:
                break
    except InputError as error:
        rest = _raising(error)
    return _head(path, comments, rows), chain(taken, rest)


def _raising(error: InputError) -> Lines:
    raise error
    yield


def _head(path: Path, comments: list[str], rows: list[tuple[int, str]]) -> Head:
    separator = " "
    if rows:
        separator = next((s for s in _SEPARATORS if s in rows[0][1]), " ")
    cut = [(number, _fields(text, separator)) for number, text in rows]
    names: tuple[str, ...] = ()
    header = 0
    if cut and len(cut[0][1]) > 2 and not any(is_number(field) for field in cut[0][1]):
        header, names = cut.pop(0)
    elif cut and comments:
        said = _fields(comments[-1].lstrip("# "), separator)
        names = said if len(said) == len(cut[0][1]) else ()
    if cut and len(names) == len(cut[0][1]) - 1:
        names = ("", *names)  # R writes the names of the rows without a title
    quoted = any('"' in text for _, text in rows)
    return Head(path, tuple(comments), names, header, separator, tuple(cut), quoted)


def _fields(text: str, separator: str) -> tuple[str, ...]:
    parts = text.split() if separator == " " else text.split(separator)
    return tuple(_bare(part) for part in parts)


def _bare(field: str) -> str:
    field = field.strip()
    return field[1:-1] if len(field) > 1 and field[0] == field[-1] == '"' else field


def is_number(field: str) -> bool:
    """Tell whether a field is a number in some spelling: ``7``, ``1,000``, ``1e+05``, ``2.0``."""
    return _NUMBER.fullmatch(field) is not None


def position(field: str) -> int | None:
    """Return the whole number of a field; None where it is none.

    Examples
    --------
    >>> position("1e+05"), position("12"), position("1.5"), position("1,000"), position("-1")
    (100000, 12, None, None, None)
    """
    if field.isascii() and field.isdigit() and len(field) < 12:
        return int(field)
    if "," in field or len(field) > 30 or not is_number(field):
        return None
    value = float(field)
    return int(value) if 0 <= value < 2**32 and value.is_integer() else None

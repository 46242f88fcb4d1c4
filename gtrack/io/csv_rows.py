"""CSV row by row: fields with the number of their line, and what is wrong with a first line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.shell import filtered

_LEAST_DNA = 8
_SHELL = {"\t": "'\\t'", ";": "';'"}


@dataclass(frozen=True, slots=True)
class PlainRow:
    """One row as it stands.

    Parameters
    ----------
    sequence : str
        The letters as written, without surrounding blanks; not looked at, perhaps none.
    fields : dict of str to str
        All fields by the name of their column, surrounding blanks taken off.
    line : int
        Line of the file, counted from 1.
    """

    sequence: str
    fields: dict[str, str]
    line: int


def read_plain(path: Path, lines: Iterator[tuple[int, bytes]]) -> Iterator[PlainRow]:
    """Yield the rows of a CSV file that has a column `sequence`, whatever its other columns are.

    Parameters
    ----------
    path : Path
        Only named in messages.
    lines : iterator of (int, bytes)
        Its lines with their numbers, as :func:`gtrack.io.text.read_lines` gives them.

    Raises
    ------
    InputError
        When it has no such column or none of these names just once, and at a row of another width;
        the message names file and line.
    """
    name, rows = shown(path), csv_rows(path, lines)
    line, header = next(rows, (1, [""]))
    names = [field.strip() for field in header]
    lower = [column.lower() for column in names]
    if wrong := cure_of_header(names, None, path):
        raise InputError(f"{name}:{line}: {wrong}")
    at = column_of(
        lower,
        "sequence",
        names,
        f"{name}:{line}",
        "rename the column of sequences in the first line",
    )
    for column in names:
        column_of(names, column, names, f"{name}:{line}", "give each column a name of its own")
    for line, fields in rows:
        if len(fields) != len(names):
            raise InputError(
                f"{name}:{line}: {len(fields)} fields where the header has {len(names)}"
            )
        stripped = [field.strip() for field in fields]
        if cure := cure_of_words(stripped[at], path, at):
            raise InputError(f"{name}:{line}: {cure}")
        yield PlainRow(stripped[at], dict(zip(names, stripped, strict=True)), line)


def csv_rows(path: Path, lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the fields of each line that is not blank, with its number.

    Parameters
    ----------
    path : Path
        Only named in messages.
    lines : iterator of (int, bytes)
        Lines with their numbers, as :func:`gtrack.io.text.read_lines` gives them.

    Raises
    ------
    InputError
        At a line that is no CSV, or no UTF-8.
    """
    name = shown(path)
    for line, raw in lines:
        if not raw.strip():
            continue
        try:
            text = raw.decode("utf-8")
            yield line, next(csv.reader([text], strict=True))
        except UnicodeDecodeError:
            raise InputError(f"{name}:{line}: not UTF-8 text; save the file as UTF-8") from None
        except csv.Error as error:
            raise InputError(f"{name}:{line}: not CSV ({error}); mend the row") from None


def cure_of_header(names: list[str], columns: Sequence[str] | None, path: Path) -> str | None:
    """Say what the first line is in place of a header of commas, and what cures it.

    Parameters
    ----------
    names : list of str
        Fields of the first line.
    columns : sequence of str or None
        Columns of the user's own names; None where the header names `label`, or nothing more.
    path : Path
        The file, for the command.

    Returns
    -------
    str or None
        None where the line may be a header.
    """
    if names[0].startswith("#"):
        return (
            "a comment in the place of column names; write a new file without such lines: "
            + filtered(path, "grep -v '^#'", ".csv")
        )
    for separator, word in (("\t", "tabs"), (";", "semicolons")):
        if len(names) == 1 and separator in names[0]:
            return (
                f"columns are separated by {word}, not commas; write a new file with "
                + filtered(path, f"tr {_SHELL[separator]} ,", ".csv")
            )
    dna = [len(name) >= _LEAST_DNA and not name.upper().strip("ACGTN") for name in names]
    if any(dna) and len(names) == 2 and columns is None:
        wanted = "sequence,label" if dna[0] else "label,sequence"
        return (
            "the first line is a row, and must name the columns; write a new file with "
            + filtered(path, f"{{ echo {wanted}; cat; }}", ".csv")
        )
    if dna == [True]:
        return (
            "the first line is a row, and must name the column; write a new file with "
            + filtered(path, "{ echo sequence; cat; }", ".csv")
        )
    return None


def cure_of_words(sequence: str, path: Path, column: int) -> str | None:
    """Say what a sequence is that is cut into words by blanks, and what cures it.

    Parameters
    ----------
    sequence : str
        A field as written.
    path : Path
        The file, for the command.
    column : int
        Where sequences stand in a row, from 0.

    Returns
    -------
    str or None
        None where it has no blanks.

    Examples
    --------
    >>> cure_of_words("ACGT", Path("a.csv"), 0)
    """
    words = sequence.split()
    if len(words) < 2:
        return None
    k, field = len(words[0]), f"${column + 1}"
    steps = pairwise(words)
    if k > 1 and all(len(b) == k and a[1:] == b[:-1] for a, b in steps):
        what = f"is {len(words):,} overlapping words of {k} bases, as DNABERT-1 reads them"
        step = (
            f'n = split({field}, w, " "); s = ""; '
            f"for (i = 1; i < n; i++) s = s substr(w[i], 1, 1); {field} = s w[n]"
        )
    else:
        what, step = "has blanks between its letters", f'gsub(/ /, "", {field})'
    command = filtered(path, f"awk -F, -v OFS=, 'NR > 1 {{{step}}} 1'", ".csv")
    return f"the sequence {what}; write letters alone, in a new file: {command}"


def column_of(names: list[str], wanted: str, header: list[str], where: str, cure: str) -> int:
    """Return where the one column stands that is called so.

    Parameters
    ----------
    names : list of str
        Of all columns, as they are to be compared.
    wanted : str
    header : list of str
        All names as they are to be shown.
    where, cure : str
        File and line, and what to do, for messages.

    Raises
    ------
    InputError
        When no column or more than one is called so.
    """
    if names.count(wanted) != 1:
        found = "no column" if wanted not in names else "more than one column"
        raise InputError(
            f"{where}: {found} named {shown(wanted, 80)!r} in the header "
            f"{shown(','.join(header), 400)!r}; {cure}"
        )
    return names.index(wanted)

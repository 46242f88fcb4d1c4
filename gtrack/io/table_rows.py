"""The tables that a scan wrote, read back row by row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.text import read_lines


def read_table(
    path: Path, columns: Sequence[str], *, optional: Collection[str] = ()
) -> Iterator[dict[str, str]]:
    """Yield the rows of a tab-separated table with these columns, as text.

    Of the `optional` ones, any may be missing.

    Raises
    ------
    InputError
        When the header is another one, or at the first row with more or fewer cells.
    """
    lines = read_lines(path)
    header = next(lines, (1, b""))[1]
    there = header.decode("utf-8", "backslashreplace").split("\t")
    columns = [column for column in columns if column not in optional or column in there]
    if there != columns:
        raise InputError(f"{shown(path)}:1: not the columns of this table; make it again")
    for number, line in lines:
        cells = line.decode("utf-8", "backslashreplace").split("\t")
        if len(cells) != len(columns):
            raise InputError(
                f"{shown(path)}:{number}: {len(cells)} cells, not {len(columns)}; make it again"
            )
        yield dict(zip(columns, cells, strict=True))

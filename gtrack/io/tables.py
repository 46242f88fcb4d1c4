"""The two tables of a scan: ``windows.tsv`` and ``regions.tsv``.

Tab-separated with one header line; coordinates 0-based half-open; numbers with nine significant
digits (a float32 comes back exactly); ``NA`` where there is no number.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gtrack.core.lines import Part, lines_of
from gtrack.core.texts import Chosen
from gtrack.io.atomic import replacing
from gtrack.io.bed_columns import cell

if TYPE_CHECKING:
    from gtrack.core.scan.table_columns import Column

WINDOW_COLUMNS = (
    "chrom start end strand region model target score probability relevance_sum unplaced absorbed "
    "bases tokens own_start own_end"
).split()
"""``region``: row of regions.bed (from 0) that asked for the window, comma-separated; ``start``,
``end``: the model's input; ``target``: the output explained (a column where a model explains
several); ``relevance_sum``: all A, C, G, T units of the input before projection; ``unplaced``:
[CLS], [SEP], [UNK] and N; ``absorbed``: score minus both; ``bases``: A, C, G, T of the input;
``own_start``, ``own_end``: hull of the bases that the window gives values to."""

REGION_COLUMNS = (
    "region chrom start end name strand model target windows score_forward score_reverse score "
    "probability_forward probability_reverse probability bases_owned n_share label"
).split()
"""``region``: row of regions.bed (from 0); ``windows``: those that own its bases; scores and
probabilities: means over its bases of what the owning window says; ``score``: mean of the strands
explained; ``bases_owned``: bases in windows that this region asked for, the rest answers to windows
of neighbouring regions; ``n_share``: share of its bases that are not A, C, G or T; ``label``: of a
loose sequence (a column where any has one)."""


OPTIONAL = ("target", "label")
"""Columns that a table may lack."""


class WriteColumns(Protocol):
    """Writes rows of a table by their columns, in one of its orders."""

    def __call__(self, made: Sequence[Column], order: int = 0) -> None:
        """Write some rows, which follow those before in their order."""


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table row by row; it appears at the end."""
    with replacing(path) as handle:
        handle.write(table_line(columns))
        for row in rows:
            handle.write(table_line(row))


@contextmanager
def writing_columns(
    path: Path, columns: Sequence[str], *, without: Collection[str] = (), orders: int = 1
) -> Iterator[WriteColumns]:
    """Give what writes many rows of a table at once, by their columns; it appears at the end.

    Columns in `without` are left out. Rows of several `orders`, as of models, may come in turn:
    those of the first stand before those of the second, which wait on the disk until the end.
    """
    kept = [at for at, column in enumerate(columns) if column not in without]
    with ExitStack() as stack:
        handle = stack.enter_context(replacing(path))
        waiting = [
            stack.enter_context(tempfile.TemporaryFile(dir=path.parent)) for _ in range(1, orders)
        ]
        handle.write(table_line([columns[at] for at in kept]))
        files = (handle, *waiting)

        def write(made: Sequence[Column], order: int = 0) -> None:
            files[order].write(table_lines([made[at] for at in kept]))

        yield write
        for file in waiting:
            file.seek(0)
            shutil.copyfileobj(file, handle)


def table_lines(columns: Sequence[Column]) -> bytes:
    r"""Return many lines of a table, as :func:`table_line` writes each.

    A column is one text for all rows, or a sequence of texts, or an array of numbers; not all are
    one text.

    Examples
    --------
    >>> table_lines(["chr1", np.array([7, 8]), np.array([0.25, np.nan])])
    b'chr1\t7\t0.25\nchr1\t8\tNA\n'
    """
    rows = next(len(column) for column in columns if not isinstance(column, str))
    parts: list[Part] = []
    between = b""
    for column in columns if rows else ():
        part = _part(column)
        if isinstance(part, bytes):
            between += part + b"\t"
        else:
            parts += [between, part]
            between = b"\t"
    return lines_of([*parts, between[:-1] + b"\n"], rows)


def _part(column: Column) -> Part:
    """Return what is written of a column: the one cell that all rows have, or each."""
    if isinstance(column, str):
        return cell(column).encode()
    if isinstance(column, np.ndarray):
        return _cell(column[0].item()).encode() if _is_one(column) else column
    chosen = Chosen.of(column)
    among = list(map(cell, chosen.among))
    if len(among) == 1 or _is_one(chosen.places):
        return among[int(chosen.places[0])].encode()
    return Chosen(among, chosen.places)


def _is_one(column: NDArray[Any]) -> bool:
    """Tell whether all numbers of a column are one to the bit: 0 is not -0."""
    if len(column) < 2 or column.dtype.kind not in "iuf":
        return False
    bits = column.view(f"u{column.itemsize}")
    return bool(bits[0] == bits[-1] and (bits == bits[0]).all())


def table_line(cells: Iterable[object]) -> bytes:
    r"""Return one line of a table: numbers to nine digits, ``NA`` where there is none.

    Examples
    --------
    >>> table_line(["chr1", 7, 0.25, float("nan")])
    b'chr1\t7\t0.25\tNA\n'
    """
    return ("\t".join(map(_cell, cells)) + "\n").encode()


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.9g}" if isfinite(value) else "NA"
    return cell(value) if isinstance(value, str) else str(value)

"""The two tables of a scan: ``windows.tsv`` and ``regions.tsv``.

Tab-separated with one header line; coordinates 0-based half-open; numbers with nine significant
digits (a float32 comes back exactly); ``NA`` where there is no number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path

from gtrack.io.atomic import replacing
from gtrack.io.bed_columns import cell

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


@contextmanager
def writing_table(
    path: Path, columns: Sequence[str], *, without: Collection[str] = ()
) -> Iterator[Callable[[Iterable[Sequence[object]]], None]]:
    """Give what writes rows of a table, `without` some of its columns; it appears at the end."""
    kept = [at for at, column in enumerate(columns) if column not in without]
    with replacing(path) as handle:
        handle.write(table_line([columns[at] for at in kept]))

        def write(rows: Iterable[Sequence[object]]) -> None:
            for row in rows:
                handle.write(table_line([row[at] for at in kept]))

        yield write


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

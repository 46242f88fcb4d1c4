"""Tables as NumPy columns of one length by name: what ``pandas.DataFrame`` takes as it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from gtrack.core.errors import InputError
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.printable import shown
from gtrack.core.scan.explanation import Columns
from gtrack.io.hit_columns import COLUMNS
from gtrack.io.table_rows import read_table
from gtrack.io.tables import OPTIONAL

_WHOLE = frozenset("start end windows bases_owned bases tokens own_start own_end".split())
_TEXT = frozenset("chrom name strand model target label".split())
_HIT_KINDS: dict[str, type[np.generic]] = {
    **dict.fromkeys(("chromStart", "chromEnd", "score"), np.int64),
    **dict.fromkeys(("relSum", "relZ", "seqP", "relP"), np.float64),
    **dict.fromkeys(("qValue", "qWord", "qPlace", "chance"), np.float64),
    "bound": np.bool_,
}
_AT_ONCE = 1 << 16  # rows that are in memory as text
_ASKERS = "region"  # of windows.tsv: several numbers with commas


def table_columns(path: Path, names: Sequence[str]) -> Columns:
    """Read a table of a scan; ``NA`` is NaN.

    Raises
    ------
    InputError
        When it is no such table, or a column of numbers holds something else.
    """
    rows = read_table(path, names, optional=OPTIONAL)
    text = _TEXT | ({_ASKERS} if "own_start" in names else set())
    parts: list[Columns] = []
    while some := list(islice(rows, _AT_ONCE)):
        parts.append(
            {name: _checked(path, [row[name] for row in some], name, text) for name in some[0]}
        )
    if not parts:
        return {name: _column([], name, text) for name in names if name not in OPTIONAL}
    return {name: np.concatenate([part.pop(name) for part in parts]) for name in [*parts[0]]}


def _checked(path: Path, cells: list[str], name: str, text: Collection[str]) -> np.ndarray:
    try:
        return _column(cells, name, text)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{path}: column {name}: {shown(str(error), 120)}; copy the folder again"
        ) from error


def _column(cells: list[str], name: str, text: Collection[str]) -> np.ndarray:
    if name in text:
        return np.array(cells, np.str_)
    if name in _WHOLE or name == _ASKERS:
        return np.array(cells, np.int64)
    return np.array([cell.replace("NA", "nan") for cell in cells], np.float64)


def hit_columns(hits: Sequence[MotifHit]) -> Columns:
    """Return hits as the columns of their BED, in the order of the hits; NaN where it has -1."""
    rows = [
        (
            *(hit.chrom, hit.start, hit.end, hit.name, hit.score, hit.strand, hit.motif_id),
            *(hit.source, hit.rel_sum, hit.rel_z, hit.seq_p, hit.rel_p, hit.q_value),
            *(hit.model, hit.region, hit.q_word, _or_nan(hit.q_place), _or_nan(hit.chance)),
            *(hit.bound, hit.family),
        )
        for hit in hits
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    return {
        name: np.array(column, _HIT_KINDS.get(name, np.str_))
        for name, column in zip(COLUMNS, columns, strict=True)
    }


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value

"""When two results of one scan agree: text, places and order are equal, numbers within tolerances.

Types of CPU round differently; the tolerances are those of the golden files.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

Row = dict[str, str]

SCORES = (
    "score probability relevance_sum unplaced absorbed score_forward score_reverse "
    "probability_forward probability_reverse"
).split()
"""The numbers of ``windows.tsv`` and ``regions.tsv``."""

HIT_NUMBERS = ("relSum", "relZ", "seqP", "relP", "qValue", "qWord", "qPlace", "chance")
"""The numbers of a BED of hits, BED's own score apart."""


def table(path: Path) -> list[Row]:
    """Read a table with a header."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def hit_rows(path: Path) -> list[Row]:
    """Read a BED of hits by the names of its columns."""
    header, *rows = (
        line.lstrip("#").split("\t")
        for line in path.read_text().splitlines()
        if not line.startswith("# ")
    )
    return [dict(zip(header, row, strict=True)) for row in rows]


def assert_tables_agree(found: list[Row], expected: list[Row], numbers: tuple[str, ...]) -> None:
    """Hold the named columns to 1e-4 of their largest, all others to their text."""
    assert len(found) == len(expected)
    largest = {
        column: max(abs(float(row[column])) for row in expected)
        for column in expected[0]
        if column in numbers
    }
    assert largest
    for one, other in zip(found, expected, strict=True):
        assert one.keys() == other.keys()
        for column, text in other.items():
            if column in largest:
                tolerance = 1e-4 * largest[column]
                assert float(one[column]) == pytest.approx(float(text), abs=tolerance), (
                    one,
                    column,
                )
            else:
                assert one[column] == text, (one, column)


def assert_hits_agree(found: list[Row], expected: list[Row]) -> None:
    """Hold places, strands, motifs and order to their text, and numbers to 1 %.

    A p-value is an exponential of relevance.
    """
    assert len(found) == len(expected)
    largest = max((abs(float(row["relSum"])) for row in expected), default=0.0)
    for one, other in zip(found, expected, strict=True):
        for column, text in other.items():
            if column in HIT_NUMBERS:
                absolute = 1e-3 * largest if column == "relSum" else 1e-3
                assert float(one[column]) == pytest.approx(float(text), rel=0.01, abs=absolute)
            elif column == "score":
                assert abs(int(one[column]) - int(text)) <= 1
            else:
                assert one[column] == text, (one, column)


def window_cosines(found: Path, expected: Path, windows: list[Row]) -> list[float]:
    """Return the cosine of two tracks over the bases of each window that has relevance.

    Parameters
    ----------
    found, expected : Path
        bigWig files.
    windows : list of Row
        The rows of ``windows.tsv`` of the tracks' model; a row per strand, an owned stretch each.
    """
    owned = dict.fromkeys((w["chrom"], int(w["own_start"]), int(w["own_end"])) for w in windows)
    cosines = []
    with pyBigWig.open(str(found)) as one, pyBigWig.open(str(expected)) as other:
        for place in owned:
            if place[1] == place[2]:
                continue
            a, b = (np.float64(track.values(*place, numpy=True)) for track in (one, other))
            assert np.array_equal(np.isnan(a), np.isnan(b)), place
            a, b = np.nan_to_num(a), np.nan_to_num(b)
            if b.any():
                cosines.append(float(a @ b / np.sqrt((a @ a) * (b @ b))))
    return cosines

"""The tables of an evaluation, as tests read them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Evaluation:
    """The tables of an evaluation."""

    out: Path

    def rows(self, table: str = "metrics.tsv", /, **chosen: str) -> list[dict[str, str]]:
        """Return the rows of a table whose cells are these."""
        with (self.out / table).open(newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        return [row for row in rows if all(row[key] == value for key, value in chosen.items())]

    def row(self, **chosen: str) -> dict[str, str]:
        """Return the one row of all windows with these cells."""
        (row,) = self.rows(**{"group": "all", **chosen})
        return row

    def values(self, **chosen: str) -> NDArray[np.float64]:
        """Return the values of regions, NaN where undefined."""
        return np.array([number(row["value"]) for row in self.rows("per_region.tsv", **chosen)])

    def tables(self) -> dict[str, bytes]:
        """Return the bytes of both tables and of the page."""
        names = ("metrics.tsv", "per_region.tsv", "evaluation.html")
        return {name: (self.out / name).read_bytes() for name in names}


def number(cell: str) -> float:
    """Return the number of a cell."""
    return float("nan") if cell == "NA" else float(cell)

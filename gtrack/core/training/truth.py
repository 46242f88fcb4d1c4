"""What is true of every row: its class, the labels that it has, or values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.heads import Outputs

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What a network is to say of every row.

    Parameters
    ----------
    outputs : {"classes", "labels", "values"}
        What a model's outputs are: classes exclude each other, labels do not, values are numbers.
    names : tuple of str
        One per output.
    of : ndarray
        Classes: indices, int64 of shape (rows,). Labels: 0 or 1, float64 of shape
        (rows, outputs). Values: float64 of shape (rows, outputs), in the user's unit.
    """

    outputs: Outputs
    names: tuple[str, ...]
    of: NDArray[Any]

    @classmethod
    def listed(cls, outputs: Outputs, names: tuple[str, ...], rows: Sequence[Any]) -> Truth:
        """Make one of a list: an index per row of classes, else a list of numbers per row."""
        return cls(outputs, names, np.array(rows, np.int64 if outputs == "classes" else np.float64))

    def __len__(self) -> int:
        return len(self.of)

    @property
    def rows(self) -> Rows:
        """Every row."""
        return np.arange(len(self))

    def strata(self) -> NDArray[np.int64]:
        """Return a number per row: of each, a random split takes a share of its own."""
        if self.outputs == "classes":
            return np.asarray(self.of, np.int64)
        return np.zeros(len(self), np.int64)

    def count(self, rows: Rows) -> dict[str, int]:
        """Return how many of `rows` have each class, label or value, by name."""
        if self.outputs == "classes":
            counts = np.bincount(self.of[rows], minlength=len(self.names))
        elif self.outputs == "labels":
            counts = self.of[rows].sum(0).astype(np.int64)
        else:
            counts = np.full(len(self.names), len(rows))
        return dict(zip(self.names, counts.tolist(), strict=True))

    def lack(self, rows: Rows) -> str | None:
        """Say what `rows` have none of although training and test need it; None: nothing."""
        if self.outputs == "classes":
            missing = [name for name, count in self.count(rows).items() if not count]
            return f"no row of label {missing[0]!r}" if missing else None
        found = self.of[rows]
        for k, name in enumerate(self.names):
            column = found[:, k]
            if self.outputs == "values" and not (column[:1] != column).any():
                return f"no second value of {name!r}"
            for number in (1, 0) if self.outputs == "labels" else ():
                if not (column == number).any():
                    return f"no row with a {number} for label {name!r}"
        return None

    def difference(self, row: int, other: int) -> tuple[str, str] | None:
        """Return what is true of either row, where it is not the same."""
        if self.outputs == "classes":
            one, two = (self.names[self.of[at]] for at in (row, other))
            return None if one == two else (one, two)
        where = np.flatnonzero(self.of[row] != self.of[other])
        if not len(where):
            return None
        one, two = (
            ", ".join(f"{self.names[k]}={self.of[at, k]:g}" for k in where) for at in (row, other)
        )
        return one, two

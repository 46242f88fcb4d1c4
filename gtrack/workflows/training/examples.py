"""Windows of sequence with what is true of them, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.workflows.training.truth import Truth

NO_PLACE = -1
"""`start` of a window that lies nowhere on the genome: a CSV row or a shuffled window."""


@dataclass(frozen=True, slots=True, eq=False)
class ExampleSet:
    """Windows as columns; each sequence may carry real flanks for a window to move in.

    Parameters
    ----------
    truth : Truth
        What the network is to say of every row.
    sequences : list of str
        Flank, window, flank: upper-case A, C, G, T and N.
    left, right : ndarray of int32, shape (rows,)
        Length of the flanks, in bp.
    origins : list of str
        ``file:line`` for messages.
    chroms : list of str
        Chromosome; empty text for a CSV row. A shuffled window keeps its positive's.
    starts : ndarray of int64, shape (rows,)
        Start of the window on the chromosome, or `NO_PLACE`.
    notes : dict
        What was done to the input and must be told: counts by name.
    """

    truth: Truth
    sequences: list[str]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    origins: list[str]
    chroms: list[str]
    starts: NDArray[np.int64]
    notes: dict[str, int | float]

    def __len__(self) -> int:
        return len(self.sequences)

    def window(self, row: int, offset: int = 0) -> str:
        """Return the window of one row, moved by `offset` bp within its flanks."""
        sequence = self.sequences[row]
        return sequence[self.left[row] + offset : len(sequence) - self.right[row] + offset]

    def lengths(self) -> NDArray[np.int64]:
        """Return the length of every window in bp."""
        whole = np.fromiter((len(s) for s in self.sequences), np.int64, len(self))
        return np.asarray(whole - self.left - self.right)

"""Windows of sequence with what is true of them: one by one as they are cut, then as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.sequences import reverse_complement
from gtrack.core.shuffle import dinucleotide_shuffle
from gtrack.core.training.truth import Truth

NO_PLACE = -1
"""`start` of a window that lies nowhere on the genome: a CSV row or a shuffled window."""


@dataclass(frozen=True, slots=True)
class Example:
    """One window with its flanks.

    Parameters
    ----------
    sequence : str
        Flank, window, flank: upper-case A, C, G, T and N.
    left, right : int
        Length of the flanks, in bp.
    origin : str
        ``file:line`` for messages.
    chrom : str
        Chromosome; empty where there is none.
    start : int
        Start of the window on the chromosome, or `NO_PLACE`.
    """

    sequence: str
    left: int
    right: int
    origin: str
    chrom: str = ""
    start: int = NO_PLACE

    @classmethod
    def middle(cls, sequence: str, window_bp: int, reach: int, origin: str) -> Example:
        """Take the middle of a sequence that is longer than a window, else all of it.

        Examples
        --------
        >>> Example.middle("AACCGGTT", 4, 1, "x.csv:2").sequence
        'ACCGGT'
        """
        spare = max(0, len(sequence) - window_bp)
        at = spare // 2
        left, right = min(reach, at), min(reach, spare - at)
        cut = sequence[at - left : len(sequence) - (spare - at) + right]
        return cls(cut, left, right, origin)

    def check_known(self) -> None:
        """Refuse a window without a single A, C, G or T: nothing can be learnt from it.

        Raises
        ------
        InputError
            Naming file and line.
        """
        if not self.sequence[self.left : len(self.sequence) - self.right].strip("N"):
            raise InputError(
                f"{self.origin}: the window holds no A, C, G or T, so that nothing can be learnt "
                "from it; remove the row"
            )

    def reverse_complement(self) -> Example:
        """Return the window as the other strand reads it."""
        sequence = reverse_complement(self.sequence)
        return replace(self, sequence=sequence, left=self.right, right=self.left)

    def shuffled(self, rng: np.random.Generator) -> Example:
        """Return a window of the same dinucleotides that lies nowhere, its flanks likewise."""
        end = len(self.sequence) - self.right
        parts = self.sequence[self.left : end], self.sequence[: self.left], self.sequence[end:]
        window, before, after = (dinucleotide_shuffle(part, rng) for part in parts)
        return replace(self, sequence=before + window + after, start=NO_PLACE)


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

    @classmethod
    def of(
        cls, truth: Truth, examples: Sequence[Example], notes: dict[str, int | float]
    ) -> ExampleSet:
        """Make columns of examples, in their order."""
        return cls(
            truth,
            [each.sequence for each in examples],
            np.array([each.left for each in examples], np.int32),
            np.array([each.right for each in examples], np.int32),
            [each.origin for each in examples],
            [each.chrom for each in examples],
            np.array([each.start for each in examples], np.int64),
            notes,
        )

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

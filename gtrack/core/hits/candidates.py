"""Candidates: motif matches whose relevance passes the gate, of real and of permuted motifs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Candidates:
    """Columns of equal length, one row per candidate.

    Attributes
    ----------
    chrom, world : ndarray of int64
        Number of the chromosome, and of the world: candidates of different worlds never meet.
    decoy : ndarray of bool
        True for a permuted motif.
    start, end : ndarray of int64
        0-based half-open, in bp.
    reverse : ndarray of bool
        True where the motif reads on the reverse strand.
    motif : ndarray of int64
        Index of the motif; of a decoy, that of the motif it was made from.
    relevance_sum, relevance_z : ndarray of float64
        Signed sum over the site, in the track's unit; statistic in units of the motif's null.
    p_sequence, p_relevance, score : ndarray of float64
        p-values of both halves of the claim; the score that joins them.
    flanks, unknown : ndarray of uint64
        The bases around, as :mod:`gtrack.core.hits.copies` packs them.
    """

    chrom: Integers
    world: Integers
    decoy: NDArray[np.bool_]
    start: Integers
    end: Integers
    reverse: NDArray[np.bool_]
    motif: Integers
    relevance_sum: NDArray[np.float64]
    relevance_z: NDArray[np.float64]
    p_sequence: NDArray[np.float64]
    p_relevance: NDArray[np.float64]
    score: NDArray[np.float64]
    flanks: NDArray[np.uint64]
    unknown: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def opposing(self) -> NDArray[np.bool_]:
        """Where relevance speaks against the target."""
        return self.relevance_sum < 0

    def at(self, rows: Integers | NDArray[np.bool_]) -> Candidates:
        """Return the chosen rows."""
        return Candidates(*(getattr(self, column.name)[rows] for column in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Candidates]) -> Candidates:
        """Return all rows of the parts, in order."""
        if not parts:
            whole, real, packed = np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint64)
            no, reals = whole > 0, (real,) * 5
            return cls(whole, whole, no, whole, whole, no, whole, *reals, packed, packed)
        return cls(
            *(
                np.concatenate([getattr(part, column.name) for part in parts])
                for column in fields(cls)
            )
        )


def joint_score(
    p_sequence: NDArray[np.float64], p_relevance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ``log10(p_sequence) * log10(p_relevance)``: high only where both halves are strong.

    Chosen on the benchmark: docs/decisions/0007-hit-ranking-and-gate.md.
    """
    return np.asarray(np.log10(p_sequence) * np.log10(p_relevance))

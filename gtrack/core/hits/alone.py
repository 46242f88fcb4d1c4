"""Each motif alone: its matches that overlap no better one of its own, over real and lent relevance.

Hundreds of motifs together match nearly everywhere, so that what all of them make of lent relevance
hides a motif whose own matches stand out of their own loans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.candidates import Candidates
from gtrack.core.hits.resolver import resolve


@dataclass(frozen=True, eq=False)
class Alone:
    """Columns of equal length, one row per match that overlaps no better one of its motif.

    Attributes
    ----------
    motif : ndarray of int32, shape (N,)
    opposing : ndarray of bool, shape (N,)
        Where relevance speaks against the target.
    lent : ndarray of bool, shape (N,)
        Over lent relevance, of any loan, and not over the target's own.
    score : ndarray of float64, shape (N,)
    """

    motif: NDArray[np.int32]
    opposing: NDArray[np.bool_]
    lent: NDArray[np.bool_]
    score: NDArray[np.float64]

    @classmethod
    def of(cls, found: Candidates, gap: int) -> Alone:
        """Resolve real motifs in worlds without decoys; two that stay are `gap` bp apart."""
        worlds, motifs = (int(column.max(initial=0)) + 1 for column in (found.world, found.motif))
        lane = ((found.chrom * worlds + found.world) * motifs + found.motif) * 2 + found.opposing
        tie = found.reverse.astype(np.int64)
        kept = found.at(resolve(lane, found.start, found.end, found.score, tie, gap))
        return cls(kept.motif.astype(np.int32), kept.opposing, kept.world > 0, kept.score)

    @classmethod
    def joined(cls, parts: Sequence[Alone]) -> Alone:
        """Return all rows of one or more parts, in order."""
        return cls(
            np.concatenate([part.motif for part in parts]),
            np.concatenate([part.opposing for part in parts]),
            np.concatenate([part.lent for part in parts]),
            np.concatenate([part.score for part in parts]),
        )

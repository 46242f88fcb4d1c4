"""Each motif alone: its matches that overlap no better one of its own, and those over its loans.

Hundreds of motifs together match nearly everywhere, so that what all of them make of lent relevance
hides a motif whose own matches stand out of their own loans. A motif is asked alone at a price: one
whole match per loan is added to what its loans bring, so that no motif of few sites can pass, and
none of many motifs by luck. docs/decisions/0024-places-per-motif.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.candidates import Candidates
from gtrack.core.hits.qvalues import Estimate, estimate
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

    def estimate(
        self,
        motif: NDArray[np.int64],
        score: NDArray[np.float64],
        opposing: bool,
        loans: int,
    ) -> Estimate:
        """Ask for q-values of sites of one sign, each against the loans of its own motif.

        ``q = min over t <= score of (1 + lent >= t / loans) / (own >= t)``, at most 1.

        Parameters
        ----------
        motif : ndarray of int64, shape (T,)
        score : ndarray of float64, shape (T,)
        opposing : bool
            Their sign.
        loans : int
            Worlds over which relevance was lent, 1 or more.
        """
        q, decoys = np.ones(len(score)), np.zeros(len(score), np.int64)
        here = np.flatnonzero(self.opposing == opposing)
        here = here[np.argsort(self.motif[here], kind="stable")]
        asked = np.unique(motif)
        low, high = (np.searchsorted(self.motif[here], asked, side) for side in ("left", "right"))
        for one, first, last in zip(asked.tolist(), low.tolist(), high.tolist(), strict=True):
            mine, rows = np.flatnonzero(motif == one), here[first:last]
            own, lent = self.score[rows[~self.lent[rows]]], self.score[rows[self.lent[rows]]]
            said = estimate(
                np.concatenate([own, score[mine]]),
                lent,
                1 / loans,
                counted=np.arange(len(own) + len(mine)) < len(own),
                coming=loans,
            )
            q[mine], decoys[mine] = said.q[len(own) :], said.decoys[len(own) :]
        return Estimate(q, decoys)

"""The table of motif hits: columns as they are called, and its rows as records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.qvalues import FEW_DECOYS
from gtrack.core.hits.regions_of_sites import RegionIndex


@dataclass(frozen=True, eq=False)
class HitTable:
    """Resolved candidates in genome order; those with ``q`` below a threshold are the hits.

    Attributes
    ----------
    chroms : tuple of str
        Names, in the order of the targets.
    chrom : ndarray of int64, shape (N,)
        Index into `chroms`.
    start, end : ndarray of int64, shape (N,)
        0-based half-open, forward strand, in bp.
    reverse : ndarray of bool, shape (N,)
        True where the motif reads on the reverse strand.
    motif : ndarray of int64, shape (N,)
        Index into the motifs as they were given.
    relevance_sum : ndarray of float64, shape (N,)
        Signed sum over the site; negative is relevance against the target.
    relevance_z : ndarray of float64, shape (N,)
        Information-weighted relevance in standard deviations of the motif's null.
    p_sequence, p_relevance : ndarray of float64, shape (N,)
        Of the match (exact) and of the relevance (two-sided).
    score : ndarray of float64, shape (N,)
        What candidates were ranked by.
    q, q_word, q_place : ndarray of float64, shape (N,)
        Locus q-value, and the two estimates that it is the larger of; `q_place` is NaN without a
        null.
    chance : ndarray of float64, shape (N,)
        Expected matches as good in shuffled sequence per match as good here; NaN without a null.
    decoys : ndarray of int64, shape (N,)
        How many decoys `q` rests on.
    beside : tuple of ndarray of int64
        Row, and index of another motif that matches there with relevance, for all such pairs.
    bases, null_bases : int
        Bases searched.
    relevance_total : float
        Sum of |relevance| of the bases.
    rounds : int
        In which permutations competed.
    decoy_wins : tuple of float
        Supporting and opposing permuted motifs that beat all they overlap, per round.
    loudness : float
        How many times as large relevance usually is as in the null.
    unpermuted, weak : ndarray of int64
        Motifs that have no permutation, and those that no sequence matches well enough.
    """

    chroms: tuple[str, ...]
    chrom: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    reverse: NDArray[np.bool_]
    motif: NDArray[np.int64]
    relevance_sum: NDArray[np.float64]
    relevance_z: NDArray[np.float64]
    p_sequence: NDArray[np.float64]
    p_relevance: NDArray[np.float64]
    score: NDArray[np.float64]
    q: NDArray[np.float64]
    q_word: NDArray[np.float64]
    q_place: NDArray[np.float64]
    chance: NDArray[np.float64]
    decoys: NDArray[np.int64]
    beside: tuple[NDArray[np.int64], NDArray[np.int64]]
    bases: int
    null_bases: int
    relevance_total: float
    rounds: int
    decoy_wins: tuple[float, float]
    loudness: float
    unpermuted: NDArray[np.int64]
    weak: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start)

    def hits(self, q: float, max_chance: float = 1.0) -> NDArray[np.bool_]:
        """Tell which rows are hits: a smaller q-value, and no larger chance where it is known."""
        return (self.q < q) & ~(self.chance > max_chance)

    def records(
        self,
        motifs: Sequence[Motif],
        model: str,
        regions: RegionIndex,
        families: Sequence[str],
    ) -> Iterator[MotifHit]:
        """Yield the rows as records.

        Parameters
        ----------
        motifs : sequence of Motif
            As they were given to the caller.
        model : str
            What was explained.
        regions : RegionIndex
            What was scanned.
        families : sequence of str
            Of each motif.
        """
        bound = self.decoys < FEW_DECOYS
        for row in range(len(self)):
            motif, chrom = motifs[self.motif[row]], self.chroms[self.chrom[row]]
            start, end = int(self.start[row]), int(self.end[row])
            yield MotifHit(
                chrom=chrom,
                start=start,
                end=end,
                name=motif.name,
                strand="-" if self.reverse[row] else "+",
                motif_id=motif.id,
                source=motif.source,
                rel_sum=float(self.relevance_sum[row]),
                rel_z=float(self.relevance_z[row]),
                seq_p=float(self.p_sequence[row]),
                rel_p=float(self.p_relevance[row]),
                q_value=float(self.q[row]),
                model=model,
                region=regions.of(chrom, start, end).called,
                q_word=float(self.q_word[row]),
                q_place=_known(self.q_place[row]),
                chance=_known(self.chance[row]),
                bound=bool(bound[row]),
                family=families[self.motif[row]],
            )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

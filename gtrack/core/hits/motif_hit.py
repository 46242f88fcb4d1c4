"""One motif hit: where a sequence motif and the relevance of a model agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite, log10
from typing import Literal

from gtrack.core.errors import InputError

MotifStrand = Literal["+", "-"]

LARGEST_SCORE = 1000
"""Largest score of a BED line."""


@dataclass(frozen=True, slots=True)
class MotifHit:
    """A motif site with its evidence: BED6 and fourteen columns of gtrack's own.

    Parameters
    ----------
    chrom : str
        Chromosome name as in the FASTA.
    start, end : int
        The site, 0-based half-open, in bp, on the forward strand; ``0 <= start < end``.
    name : str
        Name of the transcription factor (or of the motif, where it has no other).
    strand : {"+", "-"}
        Strand on which the motif reads.
    motif_id : str
        Matrix id with its version.
    source : str
        Motif database and release, or the motif file's name.
    rel_sum : float
        Relevance summed over the site, signed. Its sign says whether the site supports (>= 0) or
        opposes the explained class.
    rel_z : float
        Relevance of the site weighted by information, in standard deviations of the null.
    seq_p : float
        p-value of the sequence under the motif's background.
    rel_p : float
        p-value of the relevance under the null of shuffled windows.
    q_value : float
        False discovery rate of the locus (not of the motif's name) at this hit or a better one:
        the larger of `q_word` and `q_place`.
    model : str
        Model, and target where it has several.
    region : str
        The region that was scanned.
    q_word : float
        Share of false calls by permuted motifs.
    q_place : float or None
        Share of false calls by relevance lent from the null; None without a null.
    chance : float or None
        Expected matches as good in shuffled sequence, per match as good here; None without a null.
    bound : bool
        Whether `q_value` comes from few decoys and is only an upper bound.
    family : str
        Name of the best motif of its family: motifs whose matches coincide.

    Raises
    ------
    InputError
        When the coordinates, the strand or a number break these rules.

    Examples
    --------
    >>> hit = MotifHit("chr1", 99, 110, "TBP", "+", "MA0108.3", "JASPAR2024",
    ...                1.5, 6.2, 1e-5, 1e-4, 0.01, "cnn", "chr1:1-200",
    ...                0.01, 0.005, 0.1, False, "TBP")
    >>> hit.score, hit.supports
    (200, True)
    """

    chrom: str
    start: int
    end: int
    name: str
    strand: MotifStrand
    motif_id: str
    source: str
    rel_sum: float
    rel_z: float
    seq_p: float
    rel_p: float
    q_value: float
    model: str
    region: str
    q_word: float
    q_place: float | None
    chance: float | None
    bound: bool
    family: str

    def __post_init__(self) -> None:
        if not self.chrom:
            raise InputError(f"hit of {self.name}: the chromosome name is empty")
        if not 0 <= self.start < self.end:
            raise InputError(f"{self._called}: not 0 <= start < end")
        if self.strand not in ("+", "-"):
            raise InputError(f"{self._called}: strand {self.strand!r} is not one of + -")
        if not (isfinite(self.rel_sum) and isfinite(self.rel_z)):
            raise InputError(f"{self._called}: relevance {self.rel_sum}, z {self.rel_z} not finite")
        for what, p in self._shares:
            if p is not None and not 0.0 <= p <= 1.0:
                raise InputError(f"{self._called}: {what} {p} is not between 0 and 1")

    @property
    def score(self) -> int:
        """The score of the BED line, 0 to 1000: ``100 * -log10 q``, cut at 1000."""
        return score_of(self.q_value)

    @property
    def supports(self) -> bool:
        """Whether the site speaks for the explained class; otherwise it opposes it."""
        return self.rel_sum >= 0.0

    @property
    def _shares(self) -> tuple[tuple[str, float | None], ...]:
        return (
            *(("seqP", self.seq_p), ("relP", self.rel_p), ("qValue", self.q_value)),
            *(("qWord", self.q_word), ("qPlace", self.q_place), ("chance", self.chance)),
        )

    @property
    def _called(self) -> str:
        return f"hit of {self.name} at {self.chrom} {self.start} {self.end}"


def score_of(q: float) -> int:
    """Turn a q-value or p-value into a BED score: ``min(1000, round(100 * -log10 q))``."""
    if q <= 0.0:
        return LARGEST_SCORE
    return min(LARGEST_SCORE, round(-100.0 * log10(q)))


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """A motif of a family that does not lead it, with its own number of hits."""

    motif_id: str
    name: str
    hits: int


@dataclass(frozen=True, slots=True)
class MotifShare:
    """What became of one family of motifs: a line of the table of motifs.

    Parameters
    ----------
    motif_id, name, source : str
        Of the motif that leads the family.
    hits, supporting, opposing : int
        Number of hits of the family, and how many support or oppose the explained class.
    mean_relevance : float
        Mean over the hits of the relevance summed over the site, signed.
    relevance_share : float or None
        ``sum |relevance of the site| / sum |relevance of a base|`` over all scanned bases; at most
        1 where hits do not overlap; None where nothing is relevant.
    best_q : float
        Smallest q-value of the hits.
    members : tuple of FamilyMember
        The other motifs that have hits, the most frequent first.
    """

    motif_id: str
    name: str
    source: str
    hits: int
    supporting: int
    opposing: int
    mean_relevance: float
    relevance_share: float | None
    best_q: float
    members: tuple[FamilyMember, ...] = ()


_Motif = tuple[str, str, str]  # id, name, source: two motifs may share a name


def motif_shares(hits: Iterable[MotifHit], total: float) -> list[MotifShare]:
    """Summarise hits by family: the most frequent first, then by id and name.

    The motif whose name is the family leads it: of several the one with most hits. Where none of
    them has a hit, the most frequent member leads.

    Parameters
    ----------
    hits : iterable of MotifHit
        In any order.
    total : float
        Sum of |relevance| over all scanned bases.
    """
    families: dict[str, dict[_Motif, list[MotifHit]]] = {}
    for hit in hits:
        motif = hit.motif_id, hit.name, hit.source
        families.setdefault(hit.family, {}).setdefault(motif, []).append(hit)
    shares = [_family_share(name, motifs, total) for name, motifs in sorted(families.items())]
    return sorted(shares, key=lambda each: (-each.hits, each.motif_id, each.name, each.source))


def _family_share(
    family: str, motifs: Mapping[_Motif, Sequence[MotifHit]], total: float
) -> MotifShare:
    ordered = sorted(motifs, key=lambda motif: (-len(motifs[motif]), motif))
    leader = next((motif for motif in ordered if motif[1] == family), ordered[0])
    group = [hit for each in motifs.values() for hit in each]
    supporting = sum(hit.supports for hit in group)
    # fsum: the same number in whatever order the hits come
    return MotifShare(
        *leader,
        hits=len(group),
        supporting=supporting,
        opposing=len(group) - supporting,
        mean_relevance=fsum(hit.rel_sum for hit in group) / len(group),
        relevance_share=fsum(abs(hit.rel_sum) for hit in group) / total if total > 0 else None,
        best_q=min(hit.q_value for hit in group),
        members=tuple(
            FamilyMember(motif[0], motif[1], len(motifs[motif]))
            for motif in ordered
            if motif != leader
        ),
    )

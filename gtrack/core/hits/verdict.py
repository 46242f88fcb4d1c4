"""The verdict: q-values and chance of what was found, from how decoys and loans fared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.backing import weight
from gtrack.core.hits.candidates import Candidates
from gtrack.core.hits.competition import Resolved, Worlds
from gtrack.core.hits.copies import first_of_copies
from gtrack.core.hits.matchers import Matcher, Matches
from gtrack.core.hits.qvalues import estimate, fuller
from gtrack.core.hits.table import HitTable
from gtrack.core.ties import ranks

Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Counts:
    """How many matches of each motif have each p-value, by sequence alone.

    Attributes
    ----------
    tails : dict of int to ndarray of float64
        The p-values a motif can have, rising.
    found : dict of int to ndarray of int64
        How many matches have each.
    palindromes : frozenset of int
        Motifs that read alike on both strands.
    weak : ndarray of int64
        Motifs of which even the best word has a p-value that is not good enough.
    """

    tails: dict[int, NDArray[np.float64]]
    found: dict[int, Integers]
    palindromes: frozenset[int]
    weak: Integers

    @classmethod
    def of(cls, matchers: Sequence[Matcher], p_sequence: float) -> Counts:
        """Begin to count."""
        tails = {each.index: each.pwm.tail for each in matchers}
        none = {index: np.zeros(len(tail), np.int64) for index, tail in tails.items()}
        alike = frozenset(each.index for each in matchers if each.palindromic)
        weak = [index for index, tail in tails.items() if tail[0] > p_sequence]
        return cls(tails, none, alike, np.array(sorted(weak), np.int64))

    def add(self, matcher: Matcher, matches: Matches) -> None:
        """Count matches of a motif."""
        tail = self.tails[matcher.index]
        at = np.searchsorted(tail, matches.p, side="left")
        self.found[matcher.index] += np.bincount(at, minlength=len(tail))

    def as_good(self, motif: int, p: NDArray[np.float64]) -> Integers:
        """Return how many matches have at most each of these p-values."""
        total = np.concatenate([[0], self.found[motif].cumsum()])
        return np.asarray(total[np.searchsorted(self.tails[motif], p, side="right")])


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that a search found.

    Attributes
    ----------
    chroms : tuple of str
        Names, as they are numbered.
    parts : Resolved
        What stays of all worlds.
    worlds : Worlds
    made : ndarray of int64, shape (motifs,)
        Decoys of each motif.
    bare : ndarray of bool, shape (motifs,)
        Motifs that have no permutation: their decoys have complemented columns.
    places : ndarray of int64, shape (rounds + 1, motifs, 2)
        Supported places of each motif and of its permutations, by sign, opposing last.
    counts, null_counts : Counts
        Matches in the targets, and in shuffled sequence, if there is any.
    shuffled : Candidates or None
        Of motifs without permutations, over shuffled windows with their own relevance.
    bases, null_bases : int
        Searched.
    relevance_total : float
        Sum of |relevance| of the targets.
    loudness : float
        How much larger relevance usually is than in the null.
    """

    chroms: tuple[str, ...]
    parts: Resolved
    worlds: Worlds
    made: Integers
    bare: NDArray[np.bool_]
    places: Integers
    counts: Counts
    null_counts: Counts | None
    shuffled: Candidates | None
    bases: int
    null_bases: int
    relevance_total: float
    loudness: float


def verdict(evidence: Evidence, order: Integers) -> HitTable:
    """Judge all real candidates that overlap nothing better.

    Parameters
    ----------
    evidence : Evidence
    order : ndarray of int64, shape (motifs,)
        What the motifs were called when they were given.
    """
    real = evidence.parts.real
    word, place = np.ones(len(real)), np.ones(len(real))
    word_decoys = np.zeros(len(real), np.int64)
    place_decoys = np.zeros(len(real), np.int64)
    for sign in (False, True):
        rows = np.flatnonzero((real.opposing == sign) & evidence.parts.shown)
        word[rows], word_decoys[rows] = _by_word(evidence, rows, sign)
        if evidence.worlds.loans:
            place[rows], place_decoys[rows] = _by_place(evidence, rows, sign)
    guarded = evidence.worlds.loans > 0
    by_place = guarded & (place > word)
    shown = np.flatnonzero(evidence.parts.shown)
    kept, number = real.at(shown), np.full(len(real), -1)
    number[shown] = np.arange(len(shown))
    hit, other = evidence.parts.beside
    inside = number[hit] >= 0
    return HitTable(
        chroms=evidence.chroms,
        chrom=kept.chrom,
        start=kept.start,
        end=kept.end,
        reverse=kept.reverse,
        motif=order[kept.motif],
        relevance_sum=kept.relevance_sum,
        relevance_z=kept.relevance_z,
        p_sequence=kept.p_sequence,
        p_relevance=kept.p_relevance,
        score=kept.score,
        q=np.where(by_place, place, word)[shown],
        q_word=word[shown],
        q_place=place[shown] if guarded else np.full(len(kept), np.nan),
        chance=_chance(evidence, kept),
        decoys=np.where(by_place, place_decoys, word_decoys)[shown],
        beside=(number[hit[inside]], order[other[inside]]),
        bases=evidence.bases,
        null_bases=evidence.null_bases,
        relevance_total=evidence.relevance_total,
        rounds=evidence.worlds.rounds,
        decoy_wins=_wins(evidence),
        loudness=evidence.loudness,
        unpermuted=np.sort(order[evidence.bare]),
        weak=np.sort(order[evidence.counts.weak]),
    )


def _wins(evidence: Evidence) -> tuple[float, float]:
    """Return how many decoys of either sign stay, per round."""
    wins, rounds = evidence.parts.decoys, evidence.worlds.rounds
    weight = rounds / evidence.made[wins.motif]
    opposing = float(weight[wins.opposing].sum()) / rounds
    return float(weight.sum()) / rounds - opposing, opposing


def _backed(evidence: Evidence, found: Candidates) -> NDArray[np.float64]:
    """Return scores times the backing of their motifs; motifs without permutations have none."""
    places = evidence.places[found.world, found.motif, found.opposing.astype(np.int64)]
    return np.where(evidence.bare[found.motif], 1.0, weight(places)) * found.score


def _by_place(
    evidence: Evidence, rows: Integers, opposing: bool
) -> tuple[NDArray[np.float64], Integers]:
    """Return q-values and decoys against lent relevance, with or without backing.

    A motif has the same backing over lent relevance as over its own: a motif that is used has
    matches that are not, and over these no loan would show as many.
    """
    real, loans = evidence.parts.real.at(rows), evidence.worlds.loans
    motif, lent = evidence.parts.lent[opposing]
    factor = np.where(evidence.bare, 1.0, weight(evidence.places[0, :, int(opposing)]))
    said = fuller(
        estimate(real.score, lent, 1 / loans),
        estimate(real.score * factor[real.motif], lent * factor[motif], 1 / loans),
    )
    return said.q, said.decoys


def _by_word(
    evidence: Evidence, rows: Integers, opposing: bool
) -> tuple[NDArray[np.float64], Integers]:
    """Return q-values and decoys of real candidates of one sign against permuted motifs."""
    real, rounds = evidence.parts.real.at(rows), evidence.worlds.rounds
    first = _first(real, evidence.counts.palindromes)
    q, decoys = np.ones(len(rows)), np.zeros(len(rows), np.int64)
    wins = evidence.parts.decoys
    wins = wins.at(wins.opposing == opposing)
    wins = wins.at(_first(wins, evidence.counts.palindromes))
    weight_of = rounds / evidence.made[wins.motif]  # a motif with half the rounds' counts twice
    score, against = _backed(evidence, real), _backed(evidence, wins)
    for bare in (False, True):  # each kind by its own decoys
        mine, theirs = evidence.bare[real.motif] == bare, evidence.bare[wins.motif] == bare
        # Places of one motif rise together: with backing, a whole decoy per round is to come.
        said = fuller(
            *(
                estimate(
                    *(ours[mine], others[theirs], 1 / rounds),
                    weights=weight_of[theirs],
                    counted=first[mine],
                    coming=coming,
                )
                for ours, others, coming in (
                    (real.score, wins.score, 1.0),
                    (score, against, float(rounds)),
                )
            )
        )
        q[mine], decoys[mine] = said.q, said.decoys
    bare_rows = evidence.bare[real.motif]
    q[bare_rows & (evidence.made[real.motif] == 0)] = 1.0
    if evidence.shuffled is None:
        q[bare_rows] = 1.0
    elif bare_rows.any():
        # Complements do not keep the content of each base; shuffled windows do.
        other = evidence.shuffled
        scores = other.score[other.opposing == opposing]
        scale = evidence.bases / evidence.null_bases
        said = estimate(real.score[bare_rows], scores, scale, counted=first[bare_rows])
        worse = said.q > q[bare_rows]
        q[bare_rows] = np.where(worse, said.q, q[bare_rows])
        decoys[bare_rows] = np.where(worse, said.decoys, decoys[bare_rows])
    return q, decoys


def _first(found: Candidates, palindromes: frozenset[int]) -> NDArray[np.bool_]:
    """Tell which candidates are no copy of a better one of the same motif in the same world."""
    first = np.ones(len(found), np.bool_)
    order = np.lexsort((found.start, found.chrom, -ranks(found.score), found.motif, found.world))
    key = np.stack((found.world, found.motif))[:, order]
    edges = np.flatnonzero((key[:, 1:] != key[:, :-1]).any(axis=0)) + 1
    for rows in np.split(order, edges):
        if len(rows) > 1:
            alike = int(found.motif[rows[0]]) in palindromes and not found.decoy[rows[0]]
            first[rows] = first_of_copies(found.flanks[rows], found.unknown[rows], alike)
    return first


def _chance(evidence: Evidence, kept: Candidates) -> NDArray[np.float64]:
    """Return expected matches as good in shuffled sequence per match as good here, at most 1.

    NaN without shuffled sequence.
    """
    chance = np.full(len(kept), np.nan)
    if evidence.null_counts is None:
        return chance
    scale = evidence.bases / evidence.null_bases
    for motif in np.unique(kept.motif).tolist():
        rows = np.flatnonzero(kept.motif == motif)
        expected = (1 + evidence.null_counts.as_good(motif, kept.p_sequence[rows])) * scale
        here = np.maximum(evidence.counts.as_good(motif, kept.p_sequence[rows]), 1)
        chance[rows] = np.minimum(expected / here, 1.0)
    return chance

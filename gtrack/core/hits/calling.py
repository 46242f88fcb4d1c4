"""Motif hits: places where a motif matches and the model's relevance supports it.

A hit claims two things, that the sequence is there and that the model uses it. Its q-value is the
larger of two target-decoy estimates, each of which takes one half of the claim away: shuffled
windows with their own relevance (the sequence is chance), and the real sequence over the relevance
of shuffled windows (the relevance is chance). Both go through the same gate and the same resolver.
The error that q bounds is about the *place*: look-alike motifs may stand in for one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtrack.core.errors import InputError
from gtrack.core.hits.blocks import blocks
from gtrack.core.hits.candidates import Candidates, Tick, make_matchers, search
from gtrack.core.hits.motifs import PSEUDOCOUNT, Motif, checked_background
from gtrack.core.hits.qvalues import decoy_qvalues
from gtrack.core.hits.relevance_null import TAIL, RelevanceNull
from gtrack.core.segments import Segment

MOST_COPIES = 30
"""Most borrowed copies of a small target: with them one hit alone can reach q = 1/30."""


@dataclass(frozen=True, slots=True)
class HitOptions:
    """Thresholds of the caller.

    Parameters
    ----------
    p_sequence : float
        Largest p-value of a sequence match.
    gate : float
        Largest p-value of the relevance; at most 0.1, where the fitted tail begins.
    gap : int
        Free bases between two hits.
    pseudocount : float
        Of the motifs, in sites per position.
    seed : int
        Of the relevance that decoys borrow.

    Raises
    ------
    InputError
        When a value is out of its range.
    """

    p_sequence: float = 1e-3
    gate: float = 0.01
    gap: int = 3
    pseudocount: float = PSEUDOCOUNT
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.p_sequence <= 0.1:
            raise InputError(
                f"p_sequence {self.p_sequence} is not in (0, 0.1]; the default is 0.001"
            )
        if not 0 < self.gate <= 2 * TAIL:
            raise InputError(f"gate {self.gate} is not in (0, {2 * TAIL}]; the default is 0.01")
        if self.gap < 0 or self.seed < 0:
            raise InputError(f"gap {self.gap} and seed {self.seed} must be 0 or more")


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
    q : ndarray of float64, shape (N,)
        Locus q-value.
    bases, null_bases : int
        Bases searched.
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
    bases: int
    null_bases: int

    def __len__(self) -> int:
        return len(self.start)


def call_hits(
    targets: Iterable[Segment],
    null: Sequence[Segment],
    motifs: Sequence[Motif],
    *,
    background: ArrayLike,
    options: HitOptions | None = None,
    progress: Tick | None = None,
) -> HitTable:
    """Call motif hits.

    Parameters
    ----------
    targets : iterable of Segment
        One chromosome after the other, sorted, disjoint; read once, as a stream.
    null : sequence of Segment
        Shuffled windows with their own relevance.
    motifs : sequence of Motif
        In any order: it does not change the result.
    background : array_like, shape (4,)
        Base frequencies of A, C, G, T, the same for both strands.
    options : HitOptions, optional
        Thresholds.
    progress : callable, optional
        Told bases x motifs done since the last call, first for the null and then the targets; all
        in all ``(null bases + target bases) * len(motifs)``.

    Returns
    -------
    HitTable
        Every resolved candidate, by chromosome, start.

    Raises
    ------
    InputError
        No motif, a motif wider than every target segment, a null too small, or targets in disorder.
    """
    options = options or HitOptions()
    base = checked_background(background)
    if not motifs:
        raise InputError("there is no motif to look for; give a file with at least one matrix")
    order = sorted(
        range(len(motifs)),
        key=lambda k: (motifs[k].id, motifs[k].name, motifs[k].counts.tobytes(), motifs[k].source),
    )
    relevance = RelevanceNull(null)
    matchers = make_matchers(
        [motifs[k] for k in order], relevance, base, options.pseudocount, options.p_sequence
    )
    widest = max(motif.width for motif in motifs)
    null_bases = len(relevance.ring)

    def run(segments: Iterable[Segment], lanes: _Lanes) -> Iterator[Candidates]:
        found = search(
            blocks(lanes.watch(segments), widest),
            matchers,
            relevance,
            lanes.of,
            copies=lanes.worlds - 1,
            seed=options.seed,
            p_sequence=options.p_sequence,
            gate=options.gate,
            tick=progress,
        )
        return _resolved(found, lanes, options.gap)

    shuffled = (Segment(str(k), 0, one.codes, one.relevance) for k, one in enumerate(null))
    decoys = np.concatenate([part.score for part in run(shuffled, _Lanes(1))])
    stream = iter(targets)
    ahead = _first(stream, null_bases)
    copies = min(MOST_COPIES, -(-null_bases // max(1, sum(map(len, ahead)))))
    lanes = _Lanes(1 + copies)
    parts: list[Candidates] = []
    borrowed = [np.empty(0)]
    for part in run(chain(ahead, stream), lanes):
        is_real = part.lane % lanes.worlds == 0
        parts.append(part.at(is_real))
        borrowed.append(part.score[~is_real])
    _check_widths(motifs, lanes.longest)
    real = Candidates.joined(parts)
    q = np.maximum(
        decoy_qvalues(real.score, decoys, lanes.bases / null_bases),
        decoy_qvalues(real.score, np.concatenate(borrowed), 1 / copies),
    )
    return HitTable(
        tuple(lanes.chroms),
        real.lane // lanes.worlds,
        real.start,
        real.end,
        real.reverse,
        np.array(order, np.int64)[real.motif],
        real.relevance_sum,
        real.relevance_z,
        real.p_sequence,
        real.p_relevance,
        real.score,
        q,
        lanes.bases,
        null_bases,
    )


class _Lanes:
    """Numbers the chromosomes of each world as they come, and counts what passes.

    World 0 is the real one; the others hold the same sequence over borrowed relevance.
    """

    def __init__(self, worlds: int) -> None:
        self.worlds = worlds
        self.chroms: dict[str, int] = {}
        self.bases = self.longest = 0

    def watch(self, segments: Iterable[Segment]) -> Iterator[Segment]:
        for segment in segments:
            self.chroms.setdefault(segment.chrom, len(self.chroms))
            self.bases += len(segment)
            self.longest = max(self.longest, len(segment))
            yield segment

    def of(self, world: int, chrom: str) -> int:
        return self.chroms[chrom] * self.worlds + world


def _resolved(found: Iterator[Candidates], lanes: _Lanes, gap: int) -> Iterator[Candidates]:
    """Resolve chromosome by chromosome, as soon as the next one begins."""
    held: list[Candidates] = []
    for part in found:
        held.append(part)
        still_open = (len(lanes.chroms) - 1) * lanes.worlds
        if any(len(one) and one.lane.min() < still_open for one in held):
            pool = Candidates.joined(held)
            done = pool.lane < still_open
            yield pool.at(done).resolved(gap)
            held = [pool.at(~done)]
    yield Candidates.joined(held).resolved(gap)


def _first(segments: Iterator[Segment], bases: int) -> list[Segment]:
    """Take segments until they hold `bases`, or all of fewer."""
    taken: list[Segment] = []
    while bases > 0 and (segment := next(segments, None)) is not None:
        taken.append(segment)
        bases -= len(segment)
    return taken


def _check_widths(motifs: Sequence[Motif], longest: int) -> None:
    for motif in motifs:
        if motif.width > longest > 0:
            raise InputError(
                f"motif {motif.id} is {motif.width} bp wide, but the longest run of bases with "
                f"relevance has {longest}; remove it or scan wider regions"
            )

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
from gtrack.core.hits.table import HitTable
from gtrack.core.hits.worlds import Lanes, first_of, resolve
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
    worlds = _Search(RelevanceNull(null), [motifs[k] for k in order], base, options, progress)
    null_bases = worlds.bases
    shuffled = (Segment(str(k), 0, one.codes, one.relevance) for k, one in enumerate(null))
    decoys = np.concatenate([part.score for part in worlds.resolved(shuffled, Lanes(1))])
    stream = iter(targets)
    ahead = first_of(stream, null_bases)
    copies = min(MOST_COPIES, -(-null_bases // max(1, sum(map(len, ahead)))))
    lanes = Lanes(1 + copies)
    real, borrowed = _by_world(worlds.resolved(chain(ahead, stream), lanes), lanes)
    _check_widths(motifs, lanes.longest)
    q = np.maximum(
        decoy_qvalues(real.score, decoys, lanes.bases / null_bases),
        decoy_qvalues(real.score, borrowed, 1 / copies),
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


class _Search:
    """What every world is searched with: motifs, thresholds and what relevance does by chance."""

    def __init__(
        self,
        null: RelevanceNull,
        motifs: Sequence[Motif],
        background: NDArray[np.float64],
        options: HitOptions,
        progress: Tick | None,
    ) -> None:
        self._null, self._options, self._progress = null, options, progress
        self._matchers = make_matchers(
            motifs, null, background, options.pseudocount, options.p_sequence
        )
        self._widest = max(motif.width for motif in motifs)

    @property
    def bases(self) -> int:
        """Bases of the null."""
        return len(self._null.ring)

    def resolved(self, segments: Iterable[Segment], lanes: Lanes) -> Iterator[Candidates]:
        """Yield what is found in every world and overlaps nothing better."""
        found = search(
            blocks(lanes.watch(segments), self._widest),
            self._matchers,
            self._null,
            lanes.of,
            copies=lanes.worlds - 1,
            seed=self._options.seed,
            p_sequence=self._options.p_sequence,
            gate=self._options.gate,
            tick=self._progress,
        )
        return resolve(found, lanes, self._options.gap)


def _by_world(parts: Iterable[Candidates], lanes: Lanes) -> tuple[Candidates, NDArray[np.float64]]:
    """Return what was found in the real world, and the scores of all the others."""
    real: list[Candidates] = []
    borrowed = [np.empty(0)]
    for part in parts:
        is_real = part.lane % lanes.worlds == 0
        real.append(part.at(is_real))
        borrowed.append(part.score[~is_real])
    return Candidates.joined(real), np.concatenate(borrowed)


def _check_widths(motifs: Sequence[Motif], longest: int) -> None:
    for motif in motifs:
        if motif.width > longest > 0:
            raise InputError(
                f"motif {motif.id} is {motif.width} bp wide, but the longest run of bases with "
                f"relevance has {longest}; remove it or scan wider regions"
            )

"""Matchers: a motif, or a permutation of one, ready to be looked for in a block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import log

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.blocks import Block
from gtrack.core.hits.candidates import Candidates, joint_score
from gtrack.core.hits.copies import packed_flanks
from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.pwm import Pwm
from gtrack.core.hits.relevance_null import TAIL, RelevanceNull, Tail
from gtrack.core.hits.sites import Places, scan
from gtrack.core.hits.sound import Sound
from gtrack.core.ties import TIE

Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Matches:
    """Sites of one motif in a block, by the sequence alone.

    Attributes
    ----------
    at : ndarray of int64, shape (N,)
        Start in the block.
    reverse : ndarray of bool, shape (N,)
    p : ndarray of float64, shape (N,)
        p-value of the sequence.
    """

    at: Integers
    reverse: NDArray[np.bool_]
    p: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Matcher:
    """One motif, ready to be looked for: its scores, its weights and its null.

    Attributes
    ----------
    index : int
        Place of the motif in canonical order; of a decoy, that of the motif it was made from.
    world : int
        0, or the round that a decoy competes in.
    pwm : Pwm
        Cut behind the last score that is wanted.
    weights : ndarray of float64, shape (W,)
        Information per position, norm 1.
    tail : Tail
        Null distribution of the weighted relevance.
    gate : float
        Largest p-value of the relevance.
    """

    index: int
    world: int
    pwm: Pwm
    weights: NDArray[np.float64]
    tail: Tail
    gate: float
    least: tuple[float, float] = field(init=False)
    """The least statistic upwards, and downwards, that passes the gate."""

    def __post_init__(self) -> None:
        beyond = log(2 * TAIL / self.gate)
        up, down = (
            cut + beyond * excess
            for cut, excess in zip(self.tail.cuts, self.tail.excess, strict=True)
        )
        object.__setattr__(self, "least", (self.tail.mean + up, down - self.tail.mean))

    @property
    def width(self) -> int:
        """Number of positions, in bases."""
        return len(self.weights)

    @property
    def palindromic(self) -> bool:
        """Whether the motif is the same on both strands: its sites are those of ``+``."""
        losses = self.pwm.losses
        same = np.array_equal(losses, losses[::-1, ::-1])
        return same and np.allclose(self.weights, self.weights[::-1], rtol=TIE, atol=0)

    def matches(self, block: Block, p_sequence: float, places: Places | None = None) -> Matches:
        """Return the sites that are the block's own; where `places` are given, there alone."""
        at, reverse, p = scan(places or block.words, self.pwm, p_sequence)
        own, _, _ = block.place(at)
        if self.palindromic:
            own &= ~reverse
        return Matches(at[own], reverse[own], p[own])

    def supported(self, block: Block, found: Matches, sound: Sound, world: int) -> Candidates:
        """Return the matches whose relevance passes the gate.

        Parameters
        ----------
        block : Block
        found : Matches
            Of this motif.
        sound : Sound
            Relevance of the block.
        world : int
            Whose relevance it is.
        """
        rows = np.flatnonzero(sound.may_pass(found.at, found.at + self.width, self.least))
        bases = found.at[rows, None] + np.arange(self.width)
        weights = np.where(found.reverse[rows, None], self.weights[::-1], self.weights)
        statistic = np.einsum("nw,nw->n", sound.z[bases], weights)
        p_relevance = self.tail.pvalue(statistic)
        passed = np.flatnonzero(p_relevance <= self.gate)
        rows, bases, statistic = rows[passed], bases[passed], statistic[passed]
        at, reverse, p = found.at[rows], found.reverse[rows], found.p[rows]
        _, piece, start = block.place(at)
        size = len(rows)
        flanks, unknown = packed_flanks(block.words.codes, at, self.width, reverse)
        return Candidates(
            block.chrom[piece],
            np.full(size, world, np.int64),
            np.full(size, self.world > 0),
            start,
            start + self.width,
            reverse,
            np.full(size, self.index, np.int64),
            _summed(sound.relevance[bases].astype(np.float64)),
            (statistic - self.tail.mean) / self.tail.sd,
            p,
            p_relevance[passed],
            joint_score(p, p_relevance[passed]),
            flanks,
            unknown,
        )


def _summed(relevance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums of rows; where both signs cancel out, it is 0, whatever the last bits say."""
    total = relevance.sum(axis=1)
    return np.where(np.abs(total) <= TIE * np.abs(relevance).sum(axis=1), 0.0, total)


@dataclass(frozen=True, eq=False)
class MotifSet:
    """The matchers of all motifs, by width, and those of their decoys.

    Attributes
    ----------
    real : tuple of Matcher
    decoys : dict of int to tuple of Matcher
        By the index of the motif.
    widest : int
        Width of the widest motif.
    least : dict of int to tuple of float
        By width, the least statistic upwards, and downwards, that some decoy's gate passes.
    """

    real: tuple[Matcher, ...]
    decoys: dict[int, tuple[Matcher, ...]]
    widest: int
    least: dict[int, tuple[float, float]]

    @classmethod
    def of(
        cls,
        motifs: Sequence[Motif],
        orders: Sequence[Sequence[Integers]],
        null: RelevanceNull,
        background: NDArray[np.float64],
        *,
        pseudocount: float,
        p_sequence: float,
        gate: float,
    ) -> MotifSet:
        """Make a matcher per motif and per order of its columns.

        Motifs that no window of the null is long enough for have none.
        """
        information = [motif.information(background, pseudocount) for motif in motifs]
        weights = [one / max(float(np.linalg.norm(one)), 1e-12) for one in information]
        keys = [(k, 0) for k in range(len(motifs))]
        keys += [(k, r + 1) for k, each in enumerate(orders) for r in range(len(each))]
        moved = [
            weights[k][orders[k][r - 1] % len(weights[k])] if r else weights[k] for k, r in keys
        ]
        pwms = [_cut(Pwm.of(motif, background, pseudocount), p_sequence) for motif in motifs]
        made: list[Matcher] = []
        for (k, r), one, tail in zip(keys, moved, null.tails(moved), strict=True):
            if tail is not None:
                pwm = pwms[k]
                if r:  # the same columns: the same distribution of scores
                    columns = np.concatenate([pwm.losses, pwm.losses[:, ::-1]])  # complements
                    pwm = replace(pwm, losses=np.ascontiguousarray(columns[orders[k][r - 1]]))
                made.append(Matcher(k, r, pwm, one, tail, gate))
        made.sort(key=lambda each: (each.width, each.index, each.world))
        decoys: dict[int, list[Matcher]] = {}
        least: dict[int, tuple[float, float]] = {}
        for each in made:
            if each.world:
                decoys.setdefault(each.index, []).append(each)
                up, down = least.get(each.width, each.least)
                least[each.width] = min(up, each.least[0]), min(down, each.least[1])
        real = tuple(each for each in made if not each.world)
        widest = max(motif.width for motif in motifs)
        return cls(real, {k: tuple(each) for k, each in decoys.items()}, widest, least)


def _cut(pwm: Pwm, p_sequence: float) -> Pwm:
    """Return a matrix without the tail of scores that are not wanted."""
    wanted = int(np.searchsorted(pwm.tail, p_sequence, side="right"))
    return replace(pwm, tail=pwm.tail[: wanted + 1].copy())

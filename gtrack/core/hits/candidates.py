"""Candidates: motif matches whose relevance passes the gate, over real or borrowed relevance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.blocks import Block
from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.pwm import Pwm
from gtrack.core.hits.relevance_null import RelevanceNull, Tail
from gtrack.core.hits.resolver import resolve
from gtrack.core.hits.sites import scan
from gtrack.core.ties import TIE

Tick = Callable[[int], None]
Lane = Callable[[int, str], int]


@dataclass(frozen=True, eq=False)
class Candidates:
    """Columns of equal length, one row per candidate.

    Attributes
    ----------
    lane : ndarray of int64
        Which chromosome of which world: candidates of different lanes never meet.
    start, end : ndarray of int64
        0-based half-open, in bp.
    reverse : ndarray of bool
        True where the motif reads on the reverse strand.
    motif : ndarray of int64
        Index of the matcher.
    relevance_sum, relevance_z : ndarray of float64
        Signed sum over the site, in the track's unit; statistic in units of the motif's null.
    p_sequence, p_relevance, score : ndarray of float64
        p-values of both halves of the claim; the score that joins them.
    """

    lane: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    reverse: NDArray[np.bool_]
    motif: NDArray[np.int64]
    relevance_sum: NDArray[np.float64]
    relevance_z: NDArray[np.float64]
    p_sequence: NDArray[np.float64]
    p_relevance: NDArray[np.float64]
    score: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.start)

    def at(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Candidates:
        """Return the chosen rows."""
        return Candidates(*(getattr(self, column.name)[rows] for column in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Candidates]) -> Candidates:
        """Return all rows of the parts, in order."""
        if not parts:
            whole, real = np.empty(0, np.int64), np.empty(0)
            return cls(whole, whole, whole, whole > 0, whole, *[real] * 5)
        return cls(
            *(
                np.concatenate([getattr(part, column.name) for part in parts])
                for column in fields(cls)
            )
        )

    def resolved(self, gap: int) -> Candidates:
        """Return those that stay when none may overlap a better one, sorted by place."""
        tie = self.motif * 2 + self.reverse
        return self.at(resolve(self.lane, self.start, self.end, self.score, tie, gap))


def joint_score(
    p_sequence: NDArray[np.float64], p_relevance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ``log10(p_sequence) * log10(p_relevance)``: high only where both halves are strong.

    Chosen on the benchmark: docs/decisions/0007-hit-ranking-and-gate.md.
    """
    return np.asarray(np.log10(p_sequence) * np.log10(p_relevance))


@dataclass(frozen=True, eq=False)
class Matcher:
    """One motif, ready to be looked for: its scores, its weights and its null.

    Attributes
    ----------
    index : int
        Place of the motif in canonical order.
    pwm : Pwm
        Cut behind the last score that is wanted.
    weights : ndarray of float64, shape (W,)
        Information per position, norm 1.
    tail : Tail
        Null distribution of the weighted relevance.
    """

    index: int
    pwm: Pwm
    weights: NDArray[np.float64]
    tail: Tail

    @property
    def palindromic(self) -> bool:
        """Whether the motif is the same on both strands: its sites are those of ``+``."""
        losses = self.pwm.losses
        same = np.array_equal(losses, losses[::-1, ::-1])
        return same and np.allclose(self.weights, self.weights[::-1], rtol=TIE, atol=0)

    def search(
        self,
        block: Block,
        worlds: Sequence[NDArray[np.float64]],
        lanes: NDArray[np.int64],
        p_sequence: float,
        gate: float,
    ) -> Iterator[Candidates]:
        """Yield, world by world, the matches in a block whose relevance passes the gate.

        Parameters
        ----------
        block : Block
            Sequence and places.
        worlds : sequence of ndarray, shape (L,)
            z-values per base, one array per world.
        lanes : ndarray of int64, shape (worlds, pieces)
            The lane of each piece in each world.
        p_sequence, gate : float
            Largest p-value of the sequence, and of the relevance.
        """
        at, reverse, p = scan(block.words, self.pwm, p_sequence)
        own, piece, position = block.place(at)
        if self.palindromic:
            own &= ~reverse
        at, reverse, p, piece, position = at[own], reverse[own], p[own], piece[own], position[own]
        width = len(self.weights)
        bases = at[:, None] + np.arange(width)
        weights = np.where(reverse[:, None], self.weights[::-1], self.weights)
        for z, lane in zip(worlds, lanes, strict=True):
            statistic = np.einsum("nw,nw->n", z[bases], weights)
            p_relevance = self.tail.pvalue(statistic)
            rows = np.flatnonzero(p_relevance <= gate)
            start = position[rows]
            yield Candidates(
                lane[piece[rows]],
                start,
                start + width,
                reverse[rows],
                np.full(len(rows), self.index, np.int64),
                block.relevance[bases[rows]].sum(axis=1, dtype=np.float64),
                (statistic[rows] - self.tail.mean) / self.tail.sd,
                p[rows],
                p_relevance[rows],
                joint_score(p[rows], p_relevance[rows]),
            )


def make_matchers(
    motifs: Sequence[Motif],
    null: RelevanceNull,
    background: NDArray[np.float64],
    pseudocount: float,
    p_sequence: float,
) -> list[Matcher]:
    """Return a matcher per motif, save those that no window of the null is long enough for."""
    information = [motif.information(background, pseudocount) for motif in motifs]
    weights = [one / max(float(np.linalg.norm(one)), 1e-12) for one in information]
    matchers = []
    for index, (motif, tail) in enumerate(zip(motifs, null.tails(weights), strict=True)):
        if tail is not None:
            pwm = Pwm.of(motif, background, pseudocount)
            wanted = int(np.searchsorted(pwm.tail, p_sequence, side="right"))
            pwm = replace(pwm, tail=pwm.tail[: wanted + 1].copy())
            matchers.append(Matcher(index, pwm, weights[index], tail))
    return matchers


def borrowed(block: Block, null: RelevanceNull, world: int, seed: int) -> NDArray[np.float64]:
    """Return z-values that each piece borrows from the null, shape (L,).

    They are drawn by seed, world and place, so they do not depend on how blocks are cut.
    """
    z = np.zeros(len(block.words))
    for at, piece in zip(block.offset.tolist(), block.pieces, strict=True):
        name = crc32(piece.chrom.encode())
        rng = np.random.default_rng([seed, world, name, piece.start])
        z[at : at + len(piece)] = null.draw(len(piece), rng)
    return z


def search(
    block_stream: Iterable[Block],
    matchers: Sequence[Matcher],
    null: RelevanceNull,
    lane_of: Lane,
    *,
    copies: int,
    seed: int,
    p_sequence: float,
    gate: float,
    tick: Tick | None,
) -> Iterator[Candidates]:
    """Yield the candidates of each block: over its own relevance (world 0) and borrowed copies.

    `lane_of` numbers the chromosome of each world; `tick` is told bases x motifs done.
    """
    for block in block_stream:
        worlds = [null.z(block.relevance)]
        worlds += [borrowed(block, null, world, seed) for world in range(1, copies + 1)]
        lanes = np.array(
            [[lane_of(world, piece.chrom) for piece in block.pieces] for world in range(copies + 1)]
        )
        parts: list[Candidates] = []
        for matcher in matchers:
            parts.extend(matcher.search(block, worlds, lanes, p_sequence, gate))
            if tick:
                tick(block.bases)
        yield Candidates.joined(parts)

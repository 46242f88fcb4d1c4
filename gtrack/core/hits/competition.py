"""Competition: candidates of one world overlap nothing better; the real ones meet every decoy.

World 0 holds the real motifs. In each round all of them and one permutation of each compete in a
world of their own, and so do they over the relevance of each loan. Supporting and opposing
candidates compete apart. What comes is resolved as soon as nothing can come that would touch it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import positions
from gtrack.core.hits.candidates import Candidates
from gtrack.core.hits.resolver import resolve

Integers = NDArray[np.int64]
Lent = tuple[Integers, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Worlds:
    """Numbers of the worlds: 0, the rounds from 1 on, the loans behind them.

    Parameters
    ----------
    rounds, loans : int
        How many.
    """

    rounds: int
    loans: int

    @property
    def lent(self) -> range:
        """The worlds of the loans."""
        return range(self.rounds + 1, self.rounds + 1 + self.loans)


@dataclass(frozen=True, eq=False)
class Resolved:
    """What stays of candidates that compete.

    Attributes
    ----------
    real : Candidates
        Of world 0, each sign apart, by chromosome and start.
    shown : ndarray of bool, shape (real,)
        Those that overlap nothing better of the other sign either.
    decoys : Candidates
        Permuted motifs that beat all they overlap.
    lent : tuple of (ndarray of int64, ndarray of float64)
        Real motifs over lent relevance and their scores, supporting and opposing.
    beside : tuple of ndarray of int64
        Row of `real`, and index of a motif that matches there too, for all such pairs.
    """

    real: Candidates
    shown: NDArray[np.bool_]
    decoys: Candidates
    lent: tuple[Lent, Lent]
    beside: tuple[Integers, Integers]


def compete(
    found: Iterable[tuple[Candidates, tuple[int, int]]], worlds: Worlds, gap: int
) -> Iterator[Resolved]:
    """Resolve candidates as they come.

    Parameters
    ----------
    found : iterable of (Candidates, (int, int))
        Those of one block, and the chromosome and position before which all of them begin, and
        at or behind which all that follow do.
    worlds : Worlds
    gap : int
        Free bases between two that stay.
    """
    held = Candidates.joined([])
    for part, frontier in found:
        pool = Candidates.joined([held, part, *_in_rounds(part, worlds)])
        del part
        settled = _settled(pool, frontier, gap)
        held, pool = pool.at(~settled), pool.at(settled)
        yield _resolved(pool, worlds, gap)
        del pool  # before the next block is searched: it is the larger part of the memory
    yield _resolved(held, worlds, gap)


def _in_rounds(found: Candidates, worlds: Worlds) -> Iterator[Candidates]:
    """Yield what is real once more for every round."""
    real = found.at(found.world == 0)
    for world in range(1, worlds.rounds + 1):
        yield replace(real, world=np.full(len(real), world, np.int64))


def _settled(pool: Candidates, frontier: tuple[int, int], gap: int) -> NDArray[np.bool_]:
    """Tell which candidates lie in a chain of neighbours that nothing to come can touch."""
    chrom, position = frontier
    sign = np.where(pool.world > 0, pool.opposing, 0)  # in world 0 both signs meet in the end
    order = np.lexsort((pool.start, sign, pool.world, pool.chrom))
    lane = np.stack((pool.chrom, pool.world, sign))[:, order]
    start, end = pool.start[order], pool.end[order]
    new_lane = np.concatenate([[True], (lane[:, 1:] != lane[:, :-1]).any(axis=0)])[: len(order)]
    # Lanes one behind the other, far enough apart that a running maximum serves them all.
    span = int(end.max(initial=0)) + gap + 1
    shift = (new_lane.cumsum() - 1) * span
    reach = np.maximum.accumulate(end + shift)
    apart = np.concatenate([[True], (start + shift)[1:] >= reach[:-1] + gap])[: len(order)]
    chain = apart.cumsum() - 1
    last = np.zeros(len(order), np.int64)
    np.maximum.at(last, chain, end)
    done = (pool.chrom[order] != chrom) | (last[chain] + gap <= position)
    settled = np.zeros(len(order), np.bool_)
    settled[order] = done
    return settled


def _resolved(pool: Candidates, worlds: Worlds, gap: int) -> Resolved:
    lanes = (pool.chrom * (worlds.lent.stop) + pool.world) * 2 + pool.opposing
    tie = np.where(pool.decoy, -1 - pool.motif, pool.motif) * 2 + pool.reverse  # of equals, decoys
    kept = pool.at(resolve(lanes, pool.start, pool.end, pool.score, tie, gap))
    real = kept.at(kept.world == 0)
    real = real.at(np.lexsort((real.opposing, real.end, real.start, real.chrom)))
    tie = real.motif * 2 + real.reverse
    shown = np.zeros(len(real), np.bool_)
    shown[resolve(real.chrom, real.start, real.end, real.score, tie, gap)] = True
    lent, opposing = kept.world > worlds.rounds, kept.opposing
    return Resolved(
        real,
        shown,
        kept.at(kept.decoy),
        (_of(kept, lent & ~opposing), _of(kept, lent & opposing)),
        _beside(real, pool.at(pool.world == 0)),
    )


def _of(kept: Candidates, rows: NDArray[np.bool_]) -> Lent:
    return kept.motif[rows], kept.score[rows]


def _beside(real: Candidates, every: Candidates) -> tuple[Integers, Integers]:
    """Return pairs of a kept row and another motif that shares half of the shorter of the two."""
    every = every.at(np.lexsort((every.start, every.chrom)))
    span = int(every.end.max(initial=0)) + 1
    widest = int((every.end - every.start).max(initial=0))
    key = every.chrom * span + every.start
    low = np.searchsorted(key, real.chrom * span + real.start - widest, "left")
    high = np.searchsorted(key, real.chrom * span + real.end, "left")
    row = np.repeat(np.arange(len(real)), high - low)
    other = positions(low, high - low)
    shared = np.minimum(real.end[row], every.end[other]) - np.maximum(
        real.start[row], every.start[other]
    )
    width = real.end - real.start
    shorter = np.minimum(width[row], (every.end - every.start)[other])
    same = (every.chrom[other] == real.chrom[row]) & (every.opposing[other] == real.opposing[row])
    near = same & (2 * shared >= shorter) & (every.motif[other] != real.motif[row])
    pairs = np.unique(np.stack((row[near], every.motif[other[near]])), axis=1)
    return pairs[0], pairs[1]

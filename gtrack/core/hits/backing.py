"""Backing: in how many places a motif is supported at all, and what that makes of its score.

Among hundreds of motifs most candidates are chance, but those of a motif that a model reads stand
together: 50 supported places of one motif where no permuted one has more than 16. So a score is
multiplied by ``sqrt(1 + places / 5)``, places being counted alike for every motif and every
permuted one, before anything competes. docs/decisions/0024-backing.md
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.candidates import Candidates
from gtrack.core.hits.copies import first_of_copies
from gtrack.core.ties import ranks

FEW = 5
"""Places from which on backing begins to tell."""

MOST_PLACES = 300
"""The best of a motif that are counted, copies among them; comparing copies takes their square."""


class Backing:
    """Counts the supported places of motifs and of permuted ones, each sign apart.

    Parameters
    ----------
    rounds : int
        Permutations compete in worlds 1 to `rounds`; other worlds are passed over.
    motifs : int
        How many.
    """

    def __init__(self, rounds: int, motifs: int) -> None:
        self._shape = (rounds + 1, motifs, 2)
        self._lanes = [np.empty(0, np.int64)]
        self._ranks = [np.empty(0, np.int64)]
        self._flanks = [np.empty((2, 0), np.uint64)]

    def add(self, found: Candidates) -> None:
        """Take in candidates, before they compete."""
        some = found.at(found.world < self._shape[0])
        motifs = self._shape[1]
        lanes = (some.world * motifs + some.motif) * 2 + some.opposing
        self._lanes.append(lanes.astype(np.int32))
        self._ranks.append(ranks(some.score).astype(np.int32))
        self._flanks.append(np.stack((some.flanks, some.unknown)))

    def places(self, palindromes: frozenset[int]) -> NDArray[np.int64]:
        """Return the counts, shape (rounds + 1, motifs, 2), opposing last; copies count once.

        Parameters
        ----------
        palindromes : frozenset of int
            Motifs that read alike on both strands.
        """
        counts = np.zeros(self._shape, np.int64)
        lane, rank = np.concatenate(self._lanes), np.concatenate(self._ranks)
        flanks = np.concatenate(self._flanks, axis=1)
        order = np.lexsort((flanks[1], flanks[0], -rank, lane))
        edges = np.flatnonzero(np.diff(lane[order])) + 1
        for rows in np.split(order, edges):
            if len(rows):
                best, at = rows[:MOST_PLACES], int(lane[rows[0]])
                world, motif, sign = at // (2 * self._shape[1]), at // 2 % self._shape[1], at % 2
                alike = world == 0 and motif in palindromes
                first = first_of_copies(flanks[0, best], flanks[1, best], alike)
                counts[world, motif, sign] = first.sum()
        return counts


def weight(places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what scores of a motif with so many places are multiplied by, 1 or more.

    Examples
    --------
    >>> weight(np.array([0, 15])).tolist()
    [1.0, 2.0]
    """
    return np.sqrt(1 + places / FEW)

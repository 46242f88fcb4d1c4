"""Backing: in how many places a motif is supported at all, and what that makes of its score.

Among hundreds of motifs most candidates are chance, but those of a motif that a model reads stand
together: 50 supported places of one motif where no permuted one has more than 16. So a score is
multiplied by ``sqrt(1 + places / 5)``, places being counted alike for every motif and every
permuted one, before anything competes. docs/decisions/0024-backing.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.candidates import Candidates
from gtrack.core.hits.copies import first_of_copies
from gtrack.core.ties import ranks

FEW = 5
"""Places from which on backing begins to tell."""

MOST_PLACES = 300
"""The best of a motif that are counted, copies among them; comparing copies takes their square."""

MANY = 1_000_000
"""Candidates that may wait before all but the best are let go."""


@dataclass(frozen=True, eq=False)
class _Rows:
    """Candidates as columns: number of world, motif and sign in one, rank, bases around."""

    lane: NDArray[np.int32]
    rank: NDArray[np.int32]
    flanks: NDArray[np.uint64]
    unknown: NDArray[np.uint64]

    @classmethod
    def of(cls, parts: Sequence[_Rows]) -> _Rows:
        kinds = (np.int32, np.int32, np.uint64, np.uint64)
        return cls(
            *(
                np.concatenate([np.empty(0, kind), *(getattr(part, one.name) for part in parts)])
                for one, kind in zip(fields(cls), kinds, strict=True)
            )
        )

    def best(self, most: int) -> _Rows:
        """Return the best rows of each lane, lane by lane and the best first."""
        order = np.lexsort((self.unknown, self.flanks, -self.rank, self.lane))
        lane = self.lane[order]
        first = np.searchsorted(lane, lane, side="left")
        chosen = order[np.arange(len(order)) - first < most]
        return _Rows(*(getattr(self, one.name)[chosen] for one in fields(self)))


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
        self._held = _Rows.of([])
        self._new: list[_Rows] = []
        self._waiting = 0

    def add(self, found: Candidates) -> None:
        """Take in candidates, before they compete."""
        some = found.at(found.world < self._shape[0])
        lane = (some.world * self._shape[1] + some.motif) * 2 + some.opposing
        # Ranks are below 2**26, and there are millions of them.
        rank = ranks(some.score).astype(np.int32)
        self._new.append(_Rows(lane.astype(np.int32), rank, some.flanks, some.unknown))
        self._waiting += len(some)
        if self._waiting > max(MANY, len(self._held.lane)):
            self._settle()

    def _settle(self) -> None:
        self._held = _Rows.of([self._held, *self._new]).best(MOST_PLACES)
        self._new, self._waiting = [], 0

    def places(self, palindromes: frozenset[int]) -> NDArray[np.int64]:
        """Return the counts, shape (rounds + 1, motifs, 2), opposing last; copies count once.

        Parameters
        ----------
        palindromes : frozenset of int
            Motifs that read alike on both strands.
        """
        self._settle()
        held, counts = self._held, np.zeros(self._shape, np.int64)
        edges = np.flatnonzero(np.diff(held.lane)) + 1
        for rows in np.split(np.arange(len(held.lane)), edges):
            if len(rows):
                at = int(held.lane[rows[0]])
                world, motif, sign = at // (2 * self._shape[1]), at // 2 % self._shape[1], at % 2
                alike = world == 0 and motif in palindromes
                first = first_of_copies(held.flanks[rows], held.unknown[rows], alike)
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

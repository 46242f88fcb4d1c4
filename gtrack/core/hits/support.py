"""How far a call of hits could go: what to tell a person when few candidates pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.table import HitTable

LOUD = 1.3
"""Times as large as in the null: from here on relevance of real windows is called louder."""


@dataclass(frozen=True, slots=True)
class Support:
    """What the candidates of one target rest on.

    Parameters
    ----------
    candidates : int
        That support the target, or oppose it, whichever are more: each sign has a q of its own.
    needed : int
        Places that must pass together before any can have a q below the threshold.
    decoys : float
        Permuted motifs that beat all they overlap, per round, of the same sign.
    by_word : int
        Candidates that permuted motifs leave below the threshold.
    refused_by_place : int
        Of these, those that relevance lent from the same place of a window does not.
    hidden_by_chance : int
        Candidates with a q below the threshold that ``--max-chance`` hides.
    loudness : float
        How many times as large relevance usually is as in the null; 1 without one.
    guarded : bool
        Whether there is a null.
    unpermuted, weak : tuple of str
        Names of motifs without permutations, and of those that no sequence matches well enough.
    """

    candidates: int
    needed: int
    decoys: float
    by_word: int
    refused_by_place: int
    hidden_by_chance: int
    loudness: float
    guarded: bool
    unpermuted: tuple[str, ...]
    weak: tuple[str, ...]

    @classmethod
    def of(
        cls, table: HitTable, hits: NDArray[np.bool_], q: float, motifs: Sequence[Motif]
    ) -> Support:
        """Sum up a table, of which some rows are hits at this q."""
        opposing = table.relevance_sum < 0
        more = int(2 * opposing.sum() > len(table))
        by_word = table.q_word < q
        return cls(
            candidates=int((opposing == more).sum()),
            needed=floor(1 / (table.rounds * q)) + 1,
            decoys=float(table.decoy_wins[more]),
            by_word=int(by_word.sum()),
            refused_by_place=int((by_word & (table.q_place >= q)).sum()),
            hidden_by_chance=int(((table.q < q) & ~hits).sum()),
            loudness=table.loudness,
            guarded=table.null_bases > 0,
            unpermuted=tuple(motifs[k].name for k in table.unpermuted.tolist()),
            weak=tuple(motifs[k].name for k in table.weak.tolist()),
        )

"""Families: motifs whose matches coincide go under the name of the one that fits most places.

Databases hold one factor under several matrices and look-alikes of other factors, and which of
them fits a place best is chance. Hits say that the word is used, not whose word it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.table import HitTable

Integers = NDArray[np.int64]

COINCIDE = 0.5
"""Share of a motif's hits at which the leader of its family must match as well."""


def families(motif: Integers, beside: tuple[Integers, Integers], count: int) -> Integers:
    """Return the leader of every motif's family, its own index where it leads or has no hit.

    The motif with the most hits leads; then those join at half of whose hits it matches, too, with
    relevance that passes the gate. Of the rest, the one with the most hits leads the next.

    Parameters
    ----------
    motif : ndarray of int64, shape (H,)
        Of each hit.
    beside : tuple of ndarray of int64
        Pairs of a hit and another motif that matches there.
    count : int
        Number of motifs.

    Returns
    -------
    ndarray of int64, shape (count,)
    """
    leader = np.arange(count)
    hits = np.bincount(motif, minlength=count)
    with_hits = np.flatnonzero(hits)
    left = with_hits[np.argsort(-hits[with_hits], kind="stable")]
    hit, other = beside
    while len(left):
        best, left = int(left[0]), left[1:]
        shared = np.bincount(motif[hit[other == best]], minlength=count)
        joins = shared[left] >= COINCIDE * hits[left]
        leader[left[joins]] = best
        left = left[~joins]
    return leader


def family_names(table: HitTable, hits: NDArray[np.bool_], motifs: Sequence[Motif]) -> list[str]:
    """Return the family of every motif: the name of its leader, with the id where two share one.

    Parameters
    ----------
    table : HitTable
    hits : ndarray of bool, shape (N,)
        Its rows that are hits.
    motifs : sequence of Motif
        As they were given to the caller.
    """
    number = np.where(hits, hits.cumsum() - 1, -1)
    row, other = table.beside
    inside = hits[row]
    motif = table.motif[hits]
    leader = families(motif, (number[row[inside]], other[inside]), len(motifs))
    led = Counter(motifs[k].name for k in sorted(set(leader[motif].tolist())))
    return [
        motifs[k].name if led[motifs[k].name] < 2 else f"{motifs[k].name} ({motifs[k].id})"
        for k in leader.tolist()
    ]

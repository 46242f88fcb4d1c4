"""Which motif hits there are at a q-value, and which are shown first.

Five digits of a number decide (:mod:`gtrack.core.ties`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.ties import first_largest, ranks


def below(q: float, candidates: Iterable[MotifHit]) -> tuple[MotifHit, ...]:
    """Return the hits at a q-value: the candidates with a smaller one."""
    return tuple(each for each in candidates if each.q_value < q)


def ranked(hits: Sequence[MotifHit]) -> list[MotifHit]:
    """Return hits by q-value, |relevance| and place."""
    q = ranks(np.array([hit.q_value for hit in hits], np.float64)).tolist()
    size = ranks(np.array([abs(hit.rel_sum) for hit in hits], np.float64)).tolist()
    keyed = zip(q, size, hits, strict=True)
    by = sorted(keyed, key=lambda row: (row[0], -row[1], row[2].chrom, row[2].start, row[2].end))
    return [hit for _, _, hit in by]


def farthest(hits: Sequence[MotifHit]) -> MotifHit | None:
    """Return the hit whose relevance is farthest from the null's, the first of ties; None of none.

    Parameters
    ----------
    hits : sequence of MotifHit
        Target by target, in the order of the genome.
    """
    if not hits:
        return None
    return hits[first_largest(np.array([abs(hit.rel_z) for hit in hits]))]

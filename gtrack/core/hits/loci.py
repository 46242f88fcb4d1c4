"""Relevance loci: runs of bases that matter to the model more than chance, whatever they spell.

A locus needs no motif, so one that no database holds is not lost. A base belongs to a run when
the mean |z| of the `SMOOTH` bases around it exceeds all but a share `TAIL` of the null's, and ties
with none of those; z is relevance in units of the null. Runs are ranked by summed |z| in excess of
the null's mean, and the shuffled windows, treated the same way, are the decoys of the q-value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.qvalues import estimate
from gtrack.core.hits.relevance_null import RelevanceNull
from gtrack.core.segments import Segment
from gtrack.core.ties import TIE, first_largest

SMOOTH = 9
"""Bases of the running mean: single bases of one site carry both signs."""

TAIL = 0.01
"""Share of the null's bases that lie in runs."""


@dataclass(frozen=True, eq=False)
class LocusTable:
    """Every run, in the order of the targets; those with ``q`` below a threshold are the loci.

    Attributes
    ----------
    chroms : tuple of str
        Names, in the order of the targets.
    chrom : ndarray of int64, shape (N,)
        Index into `chroms`.
    start, end : ndarray of int64, shape (N,)
        0-based half-open, in bp.
    relevance_sum : ndarray of float64, shape (N,)
        Sum of relevance, in the track's unit.
    peak : ndarray of int64, shape (N,)
        Offset of the largest |relevance| from `start`; the first of equals.
    score : ndarray of float64, shape (N,)
        Summed |z| in excess of the null's mean.
    q : ndarray of float64, shape (N,)
        Target-decoy q-value.
    """

    chroms: tuple[str, ...]
    chrom: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    relevance_sum: NDArray[np.float64]
    peak: NDArray[np.int64]
    score: NDArray[np.float64]
    q: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.start)

    def below(self, q: float) -> list[int]:
        """Return the rows of the loci at a q-value."""
        rows: list[int] = np.flatnonzero(self.q < q).tolist()
        return rows


def call_loci(targets: Iterable[Segment], null: Sequence[Segment]) -> LocusTable:
    """Call relevance loci.

    Parameters
    ----------
    targets : iterable of Segment
        Sorted and disjoint; read once.
    null : sequence of Segment
        Shuffled windows with their own relevance.

    Raises
    ------
    InputError
        When the null is too small or does not vary.
    """
    reference = RelevanceNull(null)
    usual = float(np.abs(reference.ring).mean())
    smoothed = [_smooth(np.abs(reference.z(one.relevance))) for one in null]
    cut = float(np.quantile(np.concatenate(smoothed), 1 - TAIL))

    decoys = np.array([run[-1] for one in null for run in _runs(one, reference, cut, usual)])
    chroms: dict[str, int] = {}
    rows: list[tuple[float, ...]] = []
    bases = 0
    for one in targets:
        chrom = chroms.setdefault(one.chrom, len(chroms))
        bases += len(one)
        rows += [(chrom, *run) for run in _runs(one, reference, cut, usual)]
    columns = np.array(rows, np.float64).reshape(-1, 6).T
    chrom_of, start, end, peak = columns[[0, 1, 2, 4]].astype(np.int64)
    q = estimate(columns[5], decoys, bases / len(reference.ring)).q
    return LocusTable(tuple(chroms), chrom_of, start, end, columns[3], peak, columns[5], q)


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running mean; bases beyond the segment count as 0: its ends are not favoured."""
    half = SMOOTH // 2
    summed = np.concatenate([np.zeros(half + 1), values, np.zeros(half)]).cumsum()
    return np.asarray((summed[SMOOTH:] - summed[:-SMOOTH]) / SMOOTH)


def _runs(
    segment: Segment, null: RelevanceNull, cut: float, usual: float
) -> Iterator[tuple[int, int, float, int, float]]:
    """Yield start, end, sum, offset of the peak and score of each run."""
    size = np.abs(null.z(segment.relevance))
    inside = np.concatenate([[False], _smooth(size) > cut * (1 + TIE), [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        values = segment.relevance[low:high].astype(np.float64)
        yield (
            segment.start + low,
            segment.start + high,
            float(values.sum()),
            first_largest(np.abs(values)),
            float((size[low:high] - usual).sum()),
        )

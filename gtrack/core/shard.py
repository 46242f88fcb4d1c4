"""From explained rows to the part of a track that their windows own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gtrack.core.plan import ModelPlan
from gtrack.core.projection import Projection, to_bases
from gtrack.core.units import Encoding
from gtrack.core.windows import WindowGrid


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One window, read on one strand.

    Parameters
    ----------
    window : int
        Index in the model's grid.
    reverse : bool
        True when the model reads the reverse complement.
    encoding : Encoding
        What it reads.
    weights : ndarray, shape (length,), or None
        Weights of the bases for the ``weighted`` projection, on this strand.
    """

    window: int
    reverse: bool
    encoding: Encoding
    weights: NDArray[np.floating] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ShardResult:
    """One model's part of a shard, as columns.

    Parameters
    ----------
    window : ndarray of int64, shape (N,)
        Index of the window in the model's grid, one row per window and strand, sorted.
    reverse : ndarray of bool, shape (N,)
        True where the reverse complement was explained.
    score, probability : ndarray of float64, shape (N,)
        The explained logit contrast, and the probability of the target label.
    relevance_sum, unplaced : ndarray of float64, shape (N,)
        Relevance of all A, C, G, T units of the input, and of [CLS], [SEP], [UNK] and N.
    bases, tokens : ndarray of int64, shape (N,)
        A, C, G, T bases of the input, and the units that stand for them.
    values : ndarray of float32, shape (B,)
        Relevance of the owned bases, run after run in genome order, strands averaged; NaN at N.
    forward, backward : ndarray of float32, shape (B,) or (0,)
        The same for one strand, when per-strand tracks are wanted; NaN where that strand was not
        explained.
    """

    window: NDArray[np.int64]
    reverse: NDArray[np.bool_]
    score: NDArray[np.float64]
    probability: NDArray[np.float64]
    relevance_sum: NDArray[np.float64]
    unplaced: NDArray[np.float64]
    bases: NDArray[np.int64]
    tokens: NDArray[np.int64]
    values: NDArray[np.float32]
    forward: NDArray[np.float32]
    backward: NDArray[np.float32]

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(column.name for column in fields(cls))


_EMPTY = ShardResult(*(np.zeros(0, kind) for kind in "i8 ? f8 f8 f8 f8 i8 i8 f4 f4 f4".split()))


def concatenate(parts: Sequence[ShardResult]) -> ShardResult:
    """Join the results of consecutive pools; none give an empty result."""
    return ShardResult(
        *(
            np.concatenate([getattr(part, name) for part in (_EMPTY, *parts)])
            for name in ShardResult.columns()
        )
    )


def assemble(
    grid: WindowGrid,
    rows: Sequence[Row],
    logits: Sequence[NDArray[np.floating]],
    relevance: Sequence[NDArray[np.floating]],
    model: ModelPlan,
    projection: Projection,
    per_strand: bool,
) -> ShardResult:
    """Project each row to bases, average the strands of a window, and keep what it owns.

    Parameters
    ----------
    grid : WindowGrid
    rows : sequence of Row
        Sorted by window, forward first; all strands of a window are there.
    logits, relevance : sequence of ndarray, shapes (labels,) and (at least U,)
        Of each row; what lies beyond its units is padding.
    model : ModelPlan
    projection : str
    per_strand : bool
        Keep each strand's values too.
    """
    placed = [row.encoding.placed for row in rows]
    values = [np.asarray(r, np.float64)[: len(p)] for r, p in zip(relevance, placed, strict=True)]
    outputs = np.asarray(logits, np.float64)
    tracks: tuple[list[NDArray[np.float64]], ...] = ([], [], [])
    strands: dict[bool, NDArray[np.float64]] = {}
    for at, row in enumerate(rows):
        start = int(grid.start[row.window])
        length = int(grid.end[row.window]) - start
        bases = to_bases(values[at], row.encoding, length, projection, row.weights)
        strands[row.reverse] = bases[::-1] if row.reverse else bases
        if at + 1 < len(rows) and rows[at + 1].window == row.window:
            continue
        gap = np.full(length, np.nan)
        mean = np.mean(list(strands.values()), axis=0)
        both = (mean, strands.get(False, gap), strands.get(True, gap))
        for track, whole in zip(tracks, both if per_strand else both[:1], strict=False):
            track += [whole[a - start : b - start] for a, b in grid.runs_of(row.window)]
        strands = {}
    return ShardResult(
        window=np.array([row.window for row in rows], np.int64),
        reverse=np.array([row.reverse for row in rows], np.bool_),
        score=outputs @ model.contrast,
        probability=model.probability(outputs),
        relevance_sum=np.array([v[p].sum() for v, p in zip(values, placed, strict=True)]),
        unplaced=np.array([v[~p].sum() for v, p in zip(values, placed, strict=True)]),
        bases=np.array([np.diff(r.encoding.spans[r.encoding.placed]).sum() for r in rows]),
        tokens=np.array([p.sum() for p in placed]),
        values=_float32(tracks[0]),
        forward=_float32(tracks[1]),
        backward=_float32(tracks[2]),
    )


def _float32(runs: list[NDArray[np.float64]]) -> NDArray[np.float32]:
    return np.concatenate([np.zeros(0), *runs]).astype(np.float32)

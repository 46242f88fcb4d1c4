"""From explained rows to the part of a track that their windows own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Encodings
from gtrack.core.row_sums import row_sums
from gtrack.core.scan.grid import FORWARD, REVERSE, WindowGrid
from gtrack.core.scan.plan import ModelPlan
from gtrack.core.scan.projection import Projection, to_bases
from gtrack.core.scan.row_layout import row_layout
from gtrack.core.sequences import lengths_of


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Windows of a grid, each on the strands that are wanted: what a model reads of a pool.

    Parameters
    ----------
    window : ndarray of int64, shape (N,)
        Index in the model's grid; sorted, forward first; all strands of a window are there.
    reverse : ndarray of bool, shape (N,)
        True where the model reads the reverse complement.
    lengths : ndarray of int64, shape (N,)
        Bases of each.
    encodings : Encodings
        What it reads, row by row.
    known : ndarray of bool, shape (sum of lengths,)
        Which bases of its sequences are A, C, G or T.
    weights : ndarray, shape (sum of lengths,), or None
        Weights of the bases for the ``weighted`` projection, row after row, each on its strand.
    """

    window: NDArray[np.int64]
    reverse: NDArray[np.bool_]
    lengths: NDArray[np.int64]
    encodings: Encodings
    known: NDArray[np.bool_]
    weights: NDArray[np.floating] | None = None

    def __len__(self) -> int:
        return len(self.window)

    @classmethod
    def of(
        cls,
        wanted: tuple[NDArray[np.int64], NDArray[np.bool_]],
        texts: Sequence[str],
        encodings: Encodings,
        known: NDArray[np.bool_],
        weights: Sequence[NDArray[np.floating]] | None,
    ) -> Rows:
        """Make rows of their windows and strands, their sequences, and the rest."""
        laid = None if weights is None else np.concatenate([np.zeros(0, np.float32), *weights])
        return cls(*wanted, lengths_of(texts), encodings, known, laid)


def wanted_rows(
    grid: WindowGrid, first: int, end: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return window and strand (True: reverse) of every row of the windows ``first`` to ``end``."""
    wanted = grid.strands[first:end, None] & np.array([FORWARD, REVERSE], np.uint8)
    window, reverse = np.nonzero(wanted)
    return window + first, reverse.astype(np.bool_)


OF_ROWS = 8
"""The first columns of a result have a value per row, the others per base."""


@dataclass(frozen=True, slots=True, eq=False)
class ShardResult:
    """One model's part of a shard, as columns; T targets are explained.

    Parameters
    ----------
    window : ndarray of int64, shape (N,)
        Index of the window in the model's grid, one row per window and strand, sorted.
    reverse : ndarray of bool, shape (N,)
        True where the reverse complement was explained.
    bases, tokens : ndarray of int64, shape (N,)
        A, C, G, T bases of the input, and the units that stand for them.
    score, probability : ndarray of float64, shape (T, N)
        What is explained of the target's output, and its probability; NaN where it has none.
    relevance_sum, unplaced : ndarray of float64, shape (T, N)
        Relevance of all A, C, G, T units of the input, and of [CLS], [SEP], [UNK] and N.
    values : ndarray of float32, shape (T, B)
        Relevance of the owned bases, run after run in genome order, strands averaged; NaN at N.
    forward_values, reverse_values : ndarray of float32, shape (T, B) or (T, 0)
        The same for one strand, when per-strand tracks are wanted; NaN where that strand was not
        explained.
    """

    window: NDArray[np.int64]
    reverse: NDArray[np.bool_]
    bases: NDArray[np.int64]
    tokens: NDArray[np.int64]
    score: NDArray[np.float64]
    probability: NDArray[np.float64]
    relevance_sum: NDArray[np.float64]
    unplaced: NDArray[np.float64]
    values: NDArray[np.float32]
    forward_values: NDArray[np.float32]
    reverse_values: NDArray[np.float32]

    @property
    def absorbed(self) -> NDArray[np.float64]:
        """The rest of every score, shape (T, N): what biases, softmax and ALiBi keep."""
        return self.score - self.relevance_sum - self.unplaced

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(column.name for column in fields(cls))

    @classmethod
    def empty(cls, targets: int) -> ShardResult:
        """Return the result of no pool."""
        rows = [np.zeros(0, kind) for kind in ("i8", "?", "i8", "i8")]
        return cls(*rows, *(np.zeros((targets, 0), kind) for kind in ("f8",) * 4 + ("f4",) * 3))

    def is_sound(self) -> bool:
        """Tell whether the columns have the types and the lengths that belong together."""
        like = ShardResult.empty(1)
        found = {name: getattr(self, name) for name in self.columns()}
        if any(
            (each.dtype, each.ndim) != (getattr(like, name).dtype, getattr(like, name).ndim)
            for name, each in found.items()
        ):
            return False
        of_rows = {each.shape[-1] for each in list(found.values())[:OF_ROWS]}
        of_targets = {each.shape[0] for each in found.values() if each.ndim > 1}
        strands = {self.forward_values.shape[1], self.reverse_values.shape[1]}
        return (len(of_rows), len(of_targets)) == (1, 1) and strands <= {0, self.values.shape[1]}


def assemble(
    grid: WindowGrid,
    rows: Rows,
    outputs: NDArray[np.floating],
    relevance: NDArray[np.floating],
    model: ModelPlan,
    projection: Projection,
    *,
    per_strand: bool,
    per_base: bool = False,
) -> ShardResult:
    """Project each row to bases, average the strands of a window, and keep what it owns.

    Parameters
    ----------
    grid : WindowGrid
    rows : Rows
        Of consecutive windows.
    outputs : ndarray, shape (N, outputs)
        What the model says of each row.
    relevance : ndarray, shape (T, U)
        Of all units of all rows, for every target; of all bases, shape (T, sum of lengths), where
        the method answers `per_base`.
    model : ModelPlan
    projection : str
    per_strand : bool
        Keep each strand's values too.
    per_base : bool
        There is nothing to project.
    """
    layout = row_layout(grid, rows.window, rows.reverse)
    said = np.asarray(outputs, np.float64)
    encodings, known = rows.encodings, rows.known
    bases, tokens = _Chosen.of(known, layout.edges), _Chosen.of(encodings.placed, encodings.offsets)
    counted = bases if per_base else tokens
    tracks: list[tuple[NDArray[np.float32], ...]] = []
    sums: list[tuple[NDArray[np.float64], ...]] = []
    for values in np.asarray(relevance, np.float64):
        sums.append(counted.sums(values))
        projected = (
            np.where(known, values, np.nan)
            if per_base
            else to_bases(values, encodings, layout.lengths, projection, rows.weights)
        )
        tracks.append(layout.owned(projected, per_strand))
    return ShardResult(
        window=rows.window,
        reverse=rows.reverse,
        bases=bases.counts,
        tokens=tokens.counts,
        score=np.array([said @ model.head.contrast(target) for target in model.targets]),
        probability=np.array([model.head.probability(said, t) for t in model.targets]),
        relevance_sum=np.array([placed for placed, _ in sums]),
        unplaced=np.array([unplaced for _, unplaced in sums]),
        values=np.array([track[0] for track in tracks]),
        forward_values=np.array([track[1] for track in tracks]),
        reverse_values=np.array([track[2] for track in tracks]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen:
    """Which numbers of rows count: `counts` of each row, `others` do not."""

    flags: NDArray[np.bool_]
    counts: NDArray[np.int64]
    others: NDArray[np.int64]

    @classmethod
    def of(cls, flags: NDArray[np.bool_], edges: NDArray[np.int64]) -> _Chosen:
        """Count them in rows that begin and end at edges."""
        lengths = np.diff(edges)
        if flags.all():
            return cls(flags, lengths, np.zeros_like(lengths))
        before = np.zeros(len(flags) + 1, np.int64)  # of each number, how many count
        np.cumsum(flags, out=before[1:])
        counts = np.diff(before[edges])
        return cls(flags, counts, lengths - counts)

    def sums(self, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the sum of those of each row, and of the others."""
        if not self.others.any():
            return row_sums(values, self.counts), np.zeros(len(self.counts))
        return (
            row_sums(values.take(np.flatnonzero(self.flags)), self.counts),
            row_sums(values.take(np.flatnonzero(~self.flags)), self.others),
        )

"""All batches of a pool as one array: batch after batch, each padded to its own shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Encodings, one_length, positions
from gtrack.core.scan.batches import BatchShape


@dataclass(frozen=True, slots=True, eq=False)
class PoolLayout:
    """Where the rows of a pool lie in its batches, laid one after the other.

    Parameters
    ----------
    shapes : sequence of (int, int)
        Rows and width of each batch, dummies and padding included.
    slot : ndarray of int64, shape (N,)
        Place of every row of the pool among the rows of all batches.
    start : ndarray of int64, shape (N,)
        Where the row begins among the numbers of all batches.
    """

    shapes: Sequence[tuple[int, int]]
    slot: NDArray[np.int64]
    start: NDArray[np.int64]

    @classmethod
    def of(
        cls, batches: Sequence[BatchShape], shapes: Sequence[tuple[int, int]] | None = None
    ) -> PoolLayout:
        """Lay batches that hold every row once; answers may have other `shapes` than the units."""
        if shapes is None:
            shapes = [(batch.n_rows, batch.n_units) for batch in batches]
        if not batches:
            return cls(shapes, np.zeros(0, np.int64), np.zeros(0, np.int64))
        rows = np.concatenate([batch.rows for batch in batches])
        count = np.array([len(batch.rows) for batch in batches])
        n_rows, width = np.array(shapes, np.int64).T
        row, number = np.cumsum(n_rows) - n_rows, np.cumsum(n_rows * width) - n_rows * width
        there = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)  # in its batch
        slot, start = np.empty_like(rows), np.empty_like(rows)
        slot[rows] = np.repeat(row, count) + there
        start[rows] = np.repeat(number, count) + np.repeat(width, count) * there
        return cls(shapes, slot, start)

    @property
    def n_rows(self) -> int:
        """Rows of all batches, dummies included."""
        return sum(rows for rows, _ in self.shapes)

    @property
    def size(self) -> int:
        """Numbers of all batches, padding included."""
        return sum(rows * width for rows, width in self.shapes)

    def lay(self, rows: Encodings, laid: NDArray[np.integer]) -> None:
        """Put the ids of the pool's rows into an array of this layout; padding is left alone."""
        lengths = rows.lengths
        width = self._one_width(lengths)
        if width is not None:
            laid.reshape(-1, width[0])[self.slot, : width[1]] = rows.ids.reshape(-1, width[1])
            return
        laid[positions(self.start, lengths)] = rows.ids

    def take(self, laid: NDArray[np.floating], lengths: NDArray[np.int64]) -> NDArray[np.floating]:
        """Return the numbers of the pool's rows, row after row, of arrays of this layout.

        Parameters
        ----------
        laid : ndarray, shape (targets, size)
        lengths : ndarray of int64, shape (N,)

        Returns
        -------
        ndarray, shape (targets, sum of lengths)
        """
        width = self._one_width(lengths)
        if width is not None:
            rows = laid.reshape(len(laid), -1, width[0]).take(self.slot, axis=1)
            return rows[:, :, : width[1]].reshape(len(laid), -1)
        return laid.take(positions(self.start, lengths), axis=1)  # faster than by brackets

    def _one_width(self, lengths: NDArray[np.int64]) -> tuple[int, int] | None:
        """Return the width of every batch and the length of every row, if each is one."""
        widths = {width for _, width in self.shapes}
        length = one_length(lengths)
        return None if length is None or len(widths) != 1 else (widths.pop(), length)

"""Where the bases of a pool's rows lie, and which of them their windows own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import one_length, positions
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.sorted_columns import places_in


def row_layout(
    grid: WindowGrid, window: NDArray[np.int64], reverse: NDArray[np.bool_]
) -> EvenLayout | AnyLayout:
    """Lay the rows of windows and strands (True: reverse) as :class:`Rows` has them."""
    return EvenLayout.of(grid, window) or AnyLayout.of(grid, window, reverse)


@dataclass(frozen=True, slots=True, eq=False)
class EvenLayout:
    """Rows of windows that are alike: no place of any base is kept.

    Each window is read on both strands, `width` bases of it, and owns `size` from `offset` on.
    `lengths` and `edges` are those of :class:`AnyLayout`.
    """

    lengths: NDArray[np.int64]
    edges: NDArray[np.int64]
    width: int
    offset: int
    size: int

    @classmethod
    def of(cls, grid: WindowGrid, window: NDArray[np.int64]) -> EvenLayout | None:
        """Lay the rows of such windows; None of others."""
        if not len(window):
            return None
        first, end = int(window[0]), int(window[-1]) + 1
        low, high = places_in(grid.run_window, [first, end])
        if high - low != end - first or len(window) != 2 * (end - first):
            return None  # one owns several stretches, or is read on one strand
        start, run = grid.start[first:end], grid.run_start[low:high]
        columns = grid.end[first:end] - start, run - start, grid.run_end[low:high] - run
        width, offset, size = map(one_length, columns)
        if width is None or offset is None or size is None:
            return None
        lengths = np.full(len(window), width, np.int64)
        return cls(lengths, np.arange(len(window) + 1) * width, width, offset, size)

    def owned(
        self, bases: NDArray[np.float64], per_strand: bool
    ) -> tuple[NDArray[np.float32], ...]:
        """Return mean, forward and reverse values of the owned bases, shape (B,) or (0,)."""
        rows, owned = bases.reshape(-1, 2, self.width), slice(self.offset, self.offset + self.size)
        strands = rows[:, 0, owned], rows[:, 1, ::-1][:, owned]
        mean = strands[0] + strands[1]
        mean /= 2
        kept = strands if per_strand else [strand[:0] for strand in strands]
        return tuple(each.ravel().astype(np.float32) for each in (mean, *kept))


@dataclass(frozen=True, slots=True, eq=False)
class AnyLayout:
    """Any rows, with the place of every owned base.

    Attributes
    ----------
    lengths, edges : ndarray of int64, shapes (N,), (N + 1,)
        Bases of each row, and where it begins among all.
    forward_at, reverse_at : ndarray of int64, shape (B,)
        Place of every owned base in the row of either strand; -1 where there is no such row.
    one_strand : bool
        Whether a window has one strand only.
    """

    lengths: NDArray[np.int64]
    edges: NDArray[np.int64]
    forward_at: NDArray[np.int64]
    reverse_at: NDArray[np.int64]
    one_strand: bool

    @classmethod
    def of(
        cls, grid: WindowGrid, window: NDArray[np.int64], reverse: NDArray[np.bool_]
    ) -> AnyLayout:
        """Lay rows; see :func:`row_layout`."""
        lengths = (grid.end[window] - grid.start[window]).astype(np.int64)
        edges = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        first, end = (int(window[0]), int(window[-1]) + 1) if len(window) else (0, 0)
        low, high = places_in(grid.run_window, [first, end])
        owner, start = grid.run_window[low:high], grid.run_start[low:high]
        size = grid.run_end[low:high] - start
        offset = positions(start - grid.start[owner], size)  # in the window
        row_of = np.full((2, end - first), -1)
        row_of[reverse.astype(np.int64), window - first] = np.arange(len(window))
        of = owner - first  # of each run, then of each of its bases
        forward, backward = (
            np.repeat(np.where(row < 0, 0, edge), size)
            for row, edge in (
                (row_of[0, of], edges[row_of[0, of]]),
                (row_of[1, of], edges[row_of[1, of] + 1] - 1),
            )
        )
        forward += offset
        backward -= offset
        one_strand = bool((row_of < 0).any())
        if one_strand:
            for row, at in zip(row_of, (forward, backward), strict=True):
                at[np.repeat(row[of] < 0, size)] = -1
        return cls(lengths, edges, forward, backward, one_strand)

    def owned(
        self, bases: NDArray[np.float64], per_strand: bool
    ) -> tuple[NDArray[np.float32], ...]:
        """Return mean, forward and reverse values of the owned bases, shape (B,) or (0,)."""
        strands = [bases[at] for at in (self.forward_at, self.reverse_at)]  # -1: set below
        mean = (strands[0] + strands[1]) / 2
        if self.one_strand:
            for strand, at in zip(strands, (self.forward_at, self.reverse_at), strict=True):
                strand[at < 0] = np.nan
            both = (self.forward_at >= 0) & (self.reverse_at >= 0)
            mean = np.where(both, mean, np.where(self.reverse_at < 0, *strands))
        kept = strands if per_strand else [strand[:0] for strand in strands]
        return tuple(each.astype(np.float32) for each in (mean, *kept))

"""The windows of one model as columns: what it reads, and which bases each window owns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.narrow_columns import narrow, narrowest, once
from gtrack.core.scan.runs import ValuedRuns, joined_runs
from gtrack.core.scan.sorted_columns import places_in

BOTH, FORWARD, REVERSE = 3, 1, 2
"""Strands to explain, as bits."""

_WHOLE_NUMBERS = (
    *("start", "end", "run_window", "run_start", "run_end"),
    *("wanted_window", "wanted_region"),
)


@dataclass(frozen=True, slots=True, eq=False)
class WindowGrid:
    """The windows of one model, in genome order, as columns.

    Whole numbers take 32 bits where all of a column fit, else 64, chromosomes fewer; all are
    signed. Columns that are equal are one array: nobody writes into them.

    Parameters
    ----------
    chroms : tuple of str
        Chromosome names; `chrom` indexes them.
    chrom, start, end : ndarray of int, shape (W,)
        What the model reads, 0-based half-open.
    strands : ndarray of uint8, shape (W,)
        1 forward, 2 reverse, 3 both.
    run_window, run_start, run_end : ndarray of int, shape (K,)
        Runs of owned bases, sorted and disjoint; `run_window` indexes the windows.
    wanted_window, wanted_region : ndarray of int, shape (P,)
        Pairs (window, region that asked for it), sorted by window.
    dropped : int
        Windows that were laid but own nothing.
    """

    chroms: tuple[str, ...]
    chrom: NDArray[np.integer]
    start: NDArray[np.integer]
    end: NDArray[np.integer]
    strands: NDArray[np.uint8]
    run_window: NDArray[np.integer]
    run_start: NDArray[np.integer]
    run_end: NDArray[np.integer]
    wanted_window: NDArray[np.integer]
    wanted_region: NDArray[np.integer]
    dropped: int

    def __post_init__(self) -> None:
        columns = once([narrow(getattr(self, name)) for name in _WHOLE_NUMBERS])
        for name, column in zip(_WHOLE_NUMBERS, columns, strict=True):
            object.__setattr__(self, name, column)
        object.__setattr__(self, "chrom", narrowest(self.chrom))

    def __len__(self) -> int:
        return len(self.start)

    @property
    def reads(self) -> NDArray[np.int64]:
        """On how many strands each window is read, shape (W,)."""
        return np.where(self.strands == BOTH, 2, 1)

    def owned(self, first: int, end: int) -> int:
        """Return how many bases the windows ``first`` to ``end`` own, N included."""
        low, high = places_in(self.run_window, [first, end])
        return int((self.run_end[low:high] - self.run_start[low:high]).sum())

    def locus(self, window: int) -> str:
        """Return a window's place for a person: 1-based, both ends included."""
        return f"{self.chroms[self.chrom[window]]}:{self.start[window] + 1}-{self.end[window]}"

    def owned_known(self, first: int, end: int, known: NDArray[np.bool_]) -> int:
        """Return how many bases that the windows ``first`` to ``end`` own are known.

        Parameters
        ----------
        first, end : int
        known : ndarray of bool, shape (sum of their lengths,)
            Which of their bases are A, C, G or T, window after window.
        """
        if known.all():  # most often
            return self.owned(first, end)
        low, high = places_in(self.run_window, [first, end])
        lengths = self.end[first:end] - self.start[first:end]
        origin = np.cumsum(lengths) - lengths - self.start[first:end]
        at = origin[self.run_window[low:high] - first]
        before = np.concatenate([[0], np.cumsum(known)])
        owned = before[at + self.run_end[low:high]] - before[at + self.run_start[low:high]]
        return int(owned.sum())

    def runs_between(self, first: int, end: int, values: NDArray[np.float32]) -> ValuedRuns:
        """Return the runs of finite values that the windows ``first`` to ``end`` own.

        Parameters
        ----------
        first, end : int
        values : ndarray of float32, shape (B,)
            One value per owned base, run after run.
        """
        low, high = places_in(self.run_window, [first, end])
        runs = slice(int(low), int(high))
        chrom = self.chrom[self.run_window[runs]].astype(np.int64)
        start, stop = self.run_start[runs], self.run_end[runs]
        return joined_runs(chrom, start.astype(np.int64), stop.astype(np.int64), values)

    def runs_of(self, window: int) -> list[tuple[int, int]]:
        """Return the owned runs (start, end) of one window."""
        low, high = places_in(self.run_window, [window, window + 1])
        return list(
            zip(self.run_start[low:high].tolist(), self.run_end[low:high].tolist(), strict=True)
        )

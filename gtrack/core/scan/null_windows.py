"""The null of a scan: which windows are explained again with their bases shuffled, and how often.

A match of a motif deserves its relevance if the same model gives less to sequence of the same
composition that was never selected for anything. So whole windows are shuffled (the model's entire
input, dinucleotides kept), explained as the real ones are, and the same owned bases are kept of
them. About 300 kb are enough for the tail of relevance, whatever the size of the scan: small inputs
are shuffled several times, large ones are sampled.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.scan.batches import shard_range
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.segments import Segment, cut_segments
from gtrack.core.sequences import base_codes
from gtrack.core.shuffle import dinucleotide_shuffle

NULL_BASES = 300_000
"""Owned bases of shuffled windows, per model."""

_INPUT_FOLD = 8
"""Windows that own little are read for it: at most this many bases of input per wanted base."""

_SEED = 21690
_LABEL = re.compile(r".+:(?P<start>[0-9]+)-(?P<end>[0-9]+)#[0-9]+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class NullPlan:
    """What the null of a plan is; no part of the plan's digest, because no track depends on it.

    Parameters
    ----------
    bases : int
        Owned bases wanted per model.
    pools : dict of str to tuple of str
        Per model, the sha256 of the sequences of each pool of windows, before they are shuffled.
    """

    bases: int
    pools: dict[str, tuple[str, ...]]

    @property
    def n_parts(self) -> int:
        """Pieces that can be resumed or spread: one pool of every model each."""
        return max(len(pools) for pools in self.pools.values())

    def parts(self, shard: int, n_shards: int) -> range:
        """Return the parts that one shard of the plan takes with it."""
        return shard_range(self.n_parts, n_shards, shard)

    def seal(self, plan_digest: str, stem: str, part: int | None = None) -> str:
        """Return the sha256 (hex) that marks one target's null, or one part of it."""
        place = "" if part is None else f" part {part}"
        return hashlib.sha256(f"{plan_digest} null {self.bases} {stem}{place}".encode()).hexdigest()

    def first_seal(self, plan_digest: str) -> str:
        """Return what gtrack 0.1 marked the null of any model with."""
        return hashlib.sha256(f"{plan_digest} null {self.bases}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class NullGrid:
    """The windows of one model's null: windows of its grid, some repeated, in their order.

    Parameters
    ----------
    grid : WindowGrid
        One window per shuffle, with what the real window owns; none asked for by a region.
    copy : ndarray of int64, shape (N,)
        Number of the shuffle of that window, from 0.
    """

    grid: WindowGrid
    copy: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.copy)

    def shuffled(self, first: int, sequences: Sequence[str]) -> list[str]:
        """Shuffle the sequences of the windows from `first` on.

        Chance comes from a window's place and the number of its copy alone, so that it does not
        matter who shuffles what, and when; an N stays where it is.
        """
        return [
            dinucleotide_shuffle(sequence, self._rng(window))
            for window, sequence in enumerate(sequences, first)
        ]

    def segments(
        self, first: int, sequences: Sequence[str], values: NDArray[np.float32]
    ) -> list[Segment]:
        """Cut what the windows from `first` on own into runs of known bases.

        Parameters
        ----------
        first : int
        sequences : sequence of str
            Shuffled.
        values : ndarray of float32, shape (B,)
            Relevance of the owned bases, run after run; NaN at N.
        """
        found: list[Segment] = []
        at = 0
        for window, sequence in enumerate(sequences, first):
            codes, offset = base_codes(sequence), int(self.grid.start[window])
            for start, end in self.grid.runs_of(window):
                run, at = values[at : at + end - start], at + end - start
                bases = codes[start - offset : end - offset]
                found += cut_segments(self._label(window), start, bases, run)
        return found

    def _label(self, window: int) -> str:
        """Name a shuffled window: no two have one name, so they are never taken for neighbours.

        :func:`window_of` reads it.
        """
        grid = self.grid
        chrom = grid.chroms[grid.chrom[window]]
        return f"{chrom}:{grid.start[window]}-{grid.end[window]}#{self.copy[window]}"

    def _rng(self, window: int) -> np.random.Generator:
        name = hashlib.sha256(self._label(window).encode()).digest()
        return np.random.default_rng(int.from_bytes(name[:16], "little"))


def window_of(segment: Segment) -> tuple[int, int]:
    """Return start and end of the window that a segment of a null was cut from.

    Raises
    ------
    InputError
        When its label is none of a null's.

    Examples
    --------
    >>> values = np.zeros(1, np.float32)
    >>> window_of(Segment("chr1:100-300#2", 150, values.astype(np.uint8), values))
    (100, 300)
    """
    found = _LABEL.fullmatch(segment.chrom)
    if not found:
        raise InputError(f"null segment {segment.chrom!r}: no window's name; make the null again")
    return int(found["start"]), int(found["end"])


def lay_null(grid: WindowGrid, bases: int) -> NullGrid:
    """Choose the windows of a null.

    Every window is shuffled ``bases // owned`` times, and a seeded sample of them once more, until
    the shuffled windows own `bases`, or have read 8 times as many.

    Parameters
    ----------
    grid : WindowGrid
        The windows of the scan.
    bases : int
        Owned bases wanted.
    """
    lengths = grid.run_end - grid.run_start
    owned = np.bincount(grid.run_window, weights=lengths, minlength=len(grid)).astype(np.int64)
    order = np.random.default_rng(_SEED).permutation(len(grid))
    rounds, rest = divmod(bases, int(owned.sum()))
    more = int(np.searchsorted(np.cumsum(owned[order]), rest)) + 1 if rest else 0
    most = max(1, _INPUT_FOLD * bases // int((grid.end - grid.start).max()))
    if rounds * len(grid) + more > most:
        rounds, more = divmod(most, len(grid))
    copies = np.full(len(grid), rounds)
    copies[order[:more]] += 1
    window = np.repeat(np.arange(len(grid)), copies)
    copy = np.arange(len(window)) - np.repeat(np.cumsum(copies) - copies, copies)

    n_runs = np.bincount(grid.run_window, minlength=len(grid))
    first_run = np.cumsum(n_runs) - n_runs
    taken = n_runs[window]  # runs of each shuffled window
    run = np.arange(taken.sum()) + np.repeat(first_run[window] - np.cumsum(taken) + taken, taken)
    none = np.zeros(0, np.int64)
    return NullGrid(
        WindowGrid(
            chroms=grid.chroms,
            chrom=grid.chrom[window],
            start=grid.start[window],
            end=grid.end[window],
            strands=grid.strands[window],
            run_window=np.repeat(np.arange(len(window)), taken),
            run_start=grid.run_start[run],
            run_end=grid.run_end[run],
            wanted_window=none,
            wanted_region=none,
            dropped=0,
        ),
        copy,
    )

"""Negatives of the same composition: random windows of the genome with the GC of the positives."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval

Fetch = Callable[[str, int, int], str]
"""``fetch(chrom, start, end)``: upper-case A, C, G, T and N; 0-based half-open, in bp."""

BIN = 0.02
"""Width of a GC bin."""

_PATIENCE = 5_000
"""Windows looked at in a row without a match, before the nearest ones are taken."""

_CHUNK = 1_024
_SPARE = 50  # kept per bin, at least


@dataclass(frozen=True, slots=True)
class GcReport:
    """How well the negatives match.

    Parameters
    ----------
    matched : int
        Negatives in the GC bin of their positive.
    worst : float
        Largest difference between the GC bins of a negative and its positive, as a share.
    """

    matched: int
    worst: float


def draw_gc_matched(
    positives: Sequence[Interval],
    chrom_sizes: Mapping[str, int],
    fetch: Fetch,
    rng: np.random.Generator,
) -> tuple[list[Interval], GcReport]:
    """Draw one window per positive, on the same chromosome and in the same GC bin of 2 %.

    A drawn window has no N and overlaps neither a positive nor another drawn window. Where a bin
    stays short after many tries, the windows nearest in GC are taken, and reported.

    Parameters
    ----------
    positives : sequence of Interval
        Windows of one length.
    chrom_sizes : mapping of str to int
        Lengths in bp, in the order in which chromosomes are drawn from.
    fetch : callable
        Gives the sequence of a place; it is asked in genome order, as far as chance allows.
    rng : numpy.random.Generator
        Source of chance.

    Raises
    ------
    InputError
        When a chromosome has too few places left.
    """
    by_chrom: dict[str, list[Interval]] = defaultdict(list)
    for window in positives:
        by_chrom[window.chrom].append(window)
    drawn: list[Interval] = []
    matched, worst = 0, 0.0
    for chrom, size in chrom_sizes.items():
        if chrom in by_chrom:
            found, within, off = _draw_chrom(by_chrom[chrom], size, fetch, rng)
            drawn += found
            matched += within
            worst = max(worst, off)
    return drawn, GcReport(matched, round(worst, 4))


def _draw_chrom(
    positives: list[Interval], size: int, fetch: Fetch, rng: np.random.Generator
) -> tuple[list[Interval], int, float]:
    chrom, width = positives[0].chrom, len(positives[0])
    taken = _Occupied(width)
    for window in positives:
        taken.add(window.start)
    wanted = Counter(
        _bin(fetch(chrom, w.start, w.end)) for w in sorted(positives, key=lambda w: w.start)
    )
    chosen: list[int] = []
    spare: dict[int, list[int]] = defaultdict(list)
    misses = 0
    for start, sequence in _candidates(chrom, width, size, fetch, rng):
        if len(chosen) == len(positives) or misses == _PATIENCE:
            break
        misses += 1
        if "N" in sequence or not taken.free(start):
            continue
        key = _bin(sequence)
        if wanted[key] > 0:
            wanted[key] -= 1
            taken.add(start)
            chosen.append(start)
            misses = 0
        elif len(spare[key]) < max(_SPARE, len(positives) // 10):
            spare[key].append(start)
    matched = len(chosen)
    worst = 0
    for key in sorted(wanted.elements()):
        near = _nearest(key, spare, taken)
        if near is None:
            raise InputError(
                f"{positives[0].origin}: {chrom} has no place left for "
                f"{len(positives) - len(chosen)} of {len(positives)} gc-matched negatives (free of "
                "N, apart from positives and each other); use --negatives shuffle, or a BED"
            )
        worst = max(worst, abs(near[0] - key))
        taken.add(near[1])
        chosen.append(near[1])
    windows = [
        Interval(chrom, start, start + width, origin=f"gc-matched {chrom}:{start + 1}")
        for start in sorted(chosen)
    ]
    return windows, matched, worst * BIN


def _candidates(
    chrom: str, width: int, size: int, fetch: Fetch, rng: np.random.Generator
) -> Iterator[tuple[int, str]]:
    """Yield random windows without end; they are fetched in genome order, a chunk at a time."""
    while True:
        starts = rng.integers(0, size - width + 1, _CHUNK).tolist()
        fetched = {at: fetch(chrom, at, at + width) for at in sorted(set(starts))}
        for start in starts:
            yield start, fetched[start]


def _nearest(key: int, spare: dict[int, list[int]], taken: _Occupied) -> tuple[int, int] | None:
    """Return bin and start of the free spare window whose bin is nearest to `key`."""
    for near in sorted(spare, key=lambda other: (abs(other - key), other)):
        while spare[near]:
            start = spare[near].pop()
            if taken.free(start):
                return near, start
    return None


class _Occupied:
    """Windows of one width on one chromosome, to keep new ones apart from them."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._cells: dict[int, list[int]] = defaultdict(list)

    def add(self, start: int) -> None:
        self._cells[start // self._width].append(start)

    def free(self, start: int) -> bool:
        cell = start // self._width
        return all(
            abs(start - other) >= self._width
            for near in (cell - 1, cell, cell + 1)
            for other in self._cells.get(near, ())
        )


def gc_share(sequence: str) -> float:
    """Return the share of G and C among the known bases; one half where there are none.

    Examples
    --------
    >>> gc_share("GGCAN")
    0.75
    """
    strong = sequence.count("G") + sequence.count("C")
    known = strong + sequence.count("A") + sequence.count("T")
    return strong / known if known else 0.5


def _bin(sequence: str) -> int:
    return min(int(gc_share(sequence) / BIN), int(1 / BIN) - 1)

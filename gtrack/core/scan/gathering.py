"""Sequences of many places, read in few stretches where they lie close together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.narrow_columns import narrow, narrowest, numbered
from gtrack.core.regions import Regions
from gtrack.core.scan.one_axis import on_axis
from gtrack.core.scan.regions import run_begins, union_of
from gtrack.core.scan.sorted_columns import places_in
from gtrack.core.sequences import KNOWN_LETTERS, Reference, as_read, is_known, other_letters

_GAP = 1 << 10
"""Bases between two places that are read along: as dear as asking once more."""

_AT_ONCE = 1 << 17  # bases of a stretch, or of a batch of places

Text = TypeVar("Text", str, bytes)


def read_at(
    read: Callable[[str, int, int], Text],
    chroms: Sequence[str],
    chrom: NDArray[np.integer],
    start: NDArray[np.integer],
    end: NDArray[np.integer],
) -> list[Text]:
    """Return what a genome has at places.

    Parameters
    ----------
    read : callable
        ``fetch`` or ``letters`` of a :class:`Reference`.
    chroms : sequence of str
        Names; `chrom` indexes them.
    chrom, start, end : ndarray of int, shape (N,)
        0-based half-open; few stretches hold them where they are sorted.

    Raises
    ------
    InputError
        As `read`, of the first place that is wrong.
    """
    found: list[Text] = []
    starts, ends = start.tolist(), end.tolist()
    for low, high in _stretches(chrom, start, end):
        name, first = chroms[chrom[low]], starts[low]
        own = list(zip(starts[low:high], ends[low:high], strict=True))
        if high - low > 1:
            try:
                stretch = read(name, first, max(ends[low:high]))
            except InputError:  # perhaps of what lies between: that is nobody's
                pass
            else:
                found += [stretch[a - first : b - first] for a, b in own]
                continue
        found += [read(name, a, b) for a, b in own]
    return found


def _stretches(
    chrom: NDArray[np.integer], start: NDArray[np.integer], end: NDArray[np.integer]
) -> Iterator[tuple[int, int]]:
    """Yield which places are read together: the first, and one behind the last."""
    if not len(chrom):
        return
    left, right = on_axis(chrom, start), np.maximum.accumulate(on_axis(chrom, end))
    step, gap = np.diff(left), left[1:] - right[:-1]
    apart = (step < 0) | (gap > _GAP) | (chrom[1:] != chrom[:-1])
    edges = [0, *(np.flatnonzero(apart) + 1).tolist(), len(chrom)]
    for low, stop in pairwise(edges):
        while low < stop:  # most often once
            most = left[low] + _AT_ONCE
            high = stop
            if right[stop - 1] > most:
                high = max(low + 1, low + int(np.searchsorted(right[low:stop], most, "right")))
            yield low, high
            low = high


@dataclass(slots=True)
class RegionBases:
    """What the letters of sorted regions are; each base is read once.

    Parameters
    ----------
    known : ndarray of int, shape (R,)
        A, C, G, T bases of each region.
    bases : int
        Of their union.
    others : Counter
        Letters of the union that are read as N and are no N.
    """

    known: NDArray[np.integer]
    bases: int = 0
    others: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, genome: Reference, regions: Regions) -> RegionBases:
        """Look at sorted regions of a genome.

        Raises
        ------
        InputError
            As ``genome.letters``, of the first region that is wrong.
        """
        longest = int(regions.lengths.max(initial=0))
        found = cls(np.zeros(len(regions), narrow([longest]).dtype))
        try:
            found._read(genome, regions)
        except InputError:
            for region in regions:  # a user knows it by its region
                genome.letters(region.chrom, region.start, region.end)
            raise
        found.known = narrowest(found.known)
        return found

    def _read(self, genome: Reference, regions: Regions) -> None:
        chroms, rank = tuple(genome.chrom_sizes), narrowest(regions.rank(genome.chrom_sizes))
        begins = run_begins(regions, rank)
        chrom, start, end = union_of(regions, rank, begins)
        run = numbered(begins)
        del rank, begins
        offset = np.append(0, np.cumsum(end - start, dtype=np.int64))  # among the bases of all
        cuts = np.searchsorted(offset, np.arange(0, offset[-1], _AT_ONCE))
        for low, high in pairwise(sorted({*cuts.tolist(), len(start)})):
            first, last = places_in(run, [low, high]).tolist()
            own, runs = regions[first:last], run[first:last]
            shift = offset[runs] - offset[low] - start[runs]
            at = own.start + shift, own.end + shift  # among the bases of these runs
            begin = 0
            for letters in _pieces(genome, chroms, chrom[low:high], start[low:high], end[low:high]):
                low_at, high_at = (np.clip(each - begin, 0, len(letters)) for each in at)
                if letters.translate(None, KNOWN_LETTERS):
                    self.others += other_letters(letters)
                    before = np.concatenate([[0], np.cumsum(is_known(as_read(letters)))])
                    low_at, high_at = before[low_at], before[high_at]
                self.known[first:last] += high_at - low_at
                begin += len(letters)
            self.bases += begin


def _pieces(
    genome: Reference,
    chroms: Sequence[str],
    chrom: NDArray[np.integer],
    start: NDArray[np.integer],
    end: NDArray[np.integer],
) -> Iterator[bytes]:
    """Yield the letters of runs, end to end: short ones together, long ones in parts."""
    short = end - start <= _AT_ONCE
    if short.all():
        yield b"".join(read_at(genome.letters, chroms, chrom, start, end))
        return
    for which, one, first, stop in zip(
        *(x.tolist() for x in (short, chrom, start, end)), strict=True
    ):
        step = stop - first if which else _AT_ONCE
        for at in range(first, stop, step):
            yield genome.letters(chroms[one], at, min(at + step, stop))

"""A genome, or stretches of it, in the place of regions: what of it is scanned, and what is not.

A tile is a stretch that was asked for, less its runs of N and less what is blacklisted. What is
left becomes a region each, as long as it is: cutting it again would put bases at the edges of
windows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.printable import shown
from gtrack.core.scan.regions import canonical_regions, known_as, merge_regions
from gtrack.core.sequences import Reference

WHOLE = ""
"""The tile that is the whole genome."""

N_RUN = 100
"""Runs of N from this length on are left out: it is what assemblers put between scaffolds, and no
model in use reads so little that a window could hold nothing else."""

_PIECE = 1 << 20  # bases in memory
_SPAN = re.compile(r"([0-9]+)-([0-9]+)")
_UNKNOWN = bytes(chr(code) not in "ACGTacgt" for code in range(256))

Run = tuple[int, int]
"""Start and end, 0-based half-open."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """What of the stretches asked for is scanned.

    Parameters
    ----------
    regions : tuple of Interval
        Sorted, disjoint, without names.
    asked : int
        Bases asked for, each counted once.
    unknown, unknown_runs : int
        Of these, bases in runs of N, and how many runs.
    blacklisted : int
        Bases of the rest on the blacklist.
    short, short_chroms : int
        Bases of the rest on chromosomes shorter than the input of a model, and how many those are.
    """

    regions: tuple[Interval, ...]
    asked: int
    unknown: int = 0
    unknown_runs: int = 0
    blacklisted: int = 0
    short: int = 0
    short_chroms: int = 0

    def on_chroms_of(self, least: int, chrom_sizes: Mapping[str, int]) -> Tiles:
        """Return them without chromosomes of fewer than `least` bp, counted."""
        kept = tuple(r for r in self.regions if chrom_sizes[r.chrom] >= least)
        if not kept or len(kept) == len(self.regions):
            return self  # where none is long enough, the windows say so
        gone = [r for r in self.regions if chrom_sizes[r.chrom] < least]
        short = sum(map(len, gone))
        return replace(self, regions=kept, short=short, short_chroms=len({r.chrom for r in gone}))

    def said(self) -> list[str]:
        """Return what a user should know of what is scanned and what is not.

        Examples
        --------
        >>> Tiles((Interval("chr1", 100, 1000),), 1000, unknown=100, unknown_runs=1).said()
        ['--tile: 900 of 1,000 bases in 1 stretch; left out: 100 in 1 run of N (100 bp or more)']
        """
        bases, number = sum(map(len, self.regions)), len(self.regions)
        why = []
        if self.unknown:
            runs = _counted(self.unknown_runs, "run")
            why.append(f"{self.unknown:,} in {runs} of N ({N_RUN} bp or more)")
        if self.blacklisted:
            why.append(f"{self.blacklisted:,} on the blacklist")
        if self.short:
            chroms = _counted(self.short_chroms, "sequence")
            why.append(f"{self.short:,} of {chroms} shorter than the input of a model")
        left = f"; left out: {', '.join(why)}" if why else ""
        stretches = _counted(number, "stretch", "es")
        return [f"--tile: {bases:,} of {self.asked:,} bases in {stretches}{left}"]


def lay_tiles(
    asked: Sequence[str], genome: Reference, blacklist: Mapping[str, Sequence[Run]]
) -> Tiles:
    """Find out what of a genome is scanned.

    Parameters
    ----------
    asked : sequence of str
        As :func:`stretches` reads them.
    genome : Reference
        Read from end to end of each stretch, in pieces.
    blacklist : mapping of str to sequence of (int, int)
        Sorted, disjoint stretches that are not scanned.

    Raises
    ------
    InputError
        When a text names no stretch of the genome, or nothing is left.
    """
    regions: list[Interval] = []
    total = unknown = unknown_runs = 0
    for chrom, runs in stretches(asked, genome.chrom_sizes).items():
        total += _bases(runs)
        gaps = list(chain.from_iterable(unknown_in(genome, chrom, *run) for run in runs))
        unknown, unknown_runs = unknown + _bases(gaps), unknown_runs + len(gaps)
        left = less(less(runs, gaps), blacklist.get(chrom, ()))
        regions += (Interval(chrom, start, end) for start, end in left)
    scanned = sum(map(len, regions))
    if not scanned:
        raise InputError(
            f"{shown(genome.path)}: --tile leaves nothing to scan: of {total:,} bases {unknown:,} "
            f"are in runs of N and {total - unknown:,} on the blacklist"
        )
    return Tiles(tuple(regions), total, unknown, unknown_runs, total - unknown - scanned)


def stretches(asked: Sequence[str], chrom_sizes: Mapping[str, int]) -> dict[str, list[Run]]:
    """Read stretches as people write them, and join those that touch or overlap.

    Parameters
    ----------
    asked : sequence of str
        Each a chromosome, or ``chrom:a-b``, 1-based, both ends included, with or without commas; or
        :data:`WHOLE`.
    chrom_sizes : mapping of str to int
        Lengths in bp, in the order of the result.

    Raises
    ------
    InputError
        When one is no stretch of the genome.

    Examples
    --------
    >>> stretches(["chr1:1,001-2,000", "chr2"], {"chr1": 5000, "chr2": 70})
    {'chr1': [(1000, 2000)], 'chr2': [(0, 70)]}
    """
    if WHOLE in asked:
        return {chrom: [(0, size)] for chrom, size in chrom_sizes.items()}
    wanted = [_stretch(text, chrom_sizes) for text in asked]
    return merge_regions(canonical_regions(wanted, chrom_sizes)[0])


def _stretch(text: str, chrom_sizes: Mapping[str, int]) -> Interval:
    if text in chrom_sizes:
        return Interval(text, 0, chrom_sizes[text])
    chrom, colon, span = text.rpartition(":")
    match = _SPAN.fullmatch(span.strip().replace(",", "")) if colon else None
    said = f"--tile {shown(text, 120)}"
    if chrom not in chrom_sizes:
        named = chrom if match else text
        alias = known_as(named, chrom_sizes)
        cure = f"is it {alias!r}?" if alias else "write CHROM or CHROM:START-END of this genome"
        raise InputError(f"{said}: the genome has no {shown(named, 60)!r}; {cure}")
    if match is None:
        raise InputError(f"{said}: write CHROM:START-END, both counted from 1 and included")
    start, end = (int(number[:18]) for number in match.groups())
    if not 1 <= start <= end:
        raise InputError(f"{said}: START counts from 1, and END is not before it")
    if end > (size := chrom_sizes[chrom]):
        raise InputError(f"{said}: ends beyond {chrom!r} ({size:,} bp); is it another assembly?")
    return Interval(chrom, start - 1, end)


def unknown_in(genome: Reference, chrom: str, start: int, end: int) -> Iterator[Run]:
    """Yield the runs of at least :data:`N_RUN` bases that are not A, C, G or T in a stretch."""
    began = None
    for at in range(start, end, _PIECE):
        letters = genome.letters(chrom, at, min(at + _PIECE, end)).translate(_UNKNOWN)
        if began is None and b"\1" not in letters:  # most often, and fast
            continue
        holds = np.frombuffer(letters, np.bool_)
        edges = np.flatnonzero(np.diff(holds, prepend=began is not None)) + at
        for edge in edges.tolist():
            if began is None:
                began = edge
                continue
            if edge - began >= N_RUN:
                yield began, edge
            began = None
    if began is not None and end - began >= N_RUN:
        yield began, end


def less(runs: Sequence[Run], cut: Sequence[Run]) -> list[Run]:
    """Return what of sorted, disjoint runs is not in others of that kind.

    Examples
    --------
    >>> less([(0, 10), (20, 30)], [(2, 4), (8, 25)])
    [(0, 2), (4, 8), (25, 30)]
    """
    left, first = [], 0
    for start, end in runs:
        while first < len(cut) and cut[first][1] <= start:
            first += 1
        at = first
        while at < len(cut) and cut[at][0] < end:
            if cut[at][0] > start:
                left.append((start, cut[at][0]))
            start, at = max(start, cut[at][1]), at + 1
        if start < end:
            left.append((start, end))
    return left


def _bases(runs: Iterable[Run]) -> int:
    return sum(end - start for start, end in runs)


def _counted(number: int, what: str, ending: str = "s") -> str:
    return f"{number:,} {what}{'' if number == 1 else ending}"

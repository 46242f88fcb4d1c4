"""Regions that are read each for itself: neighbours lie on copies of their chromosome.

In a scan a base has one value, so that windows of neighbours share its bases out. What a model says
of a region is another question, and has one answer, whatever else is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappush, heapreplace
from itertools import groupby

from gtrack.core.intervals import Interval
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.regions import canonical_regions


@dataclass(frozen=True, slots=True)
class RegionsApart:
    """Regions on copies of their chromosomes, on each of which they leave each other alone.

    Parameters
    ----------
    regions : sequence of Interval
        Canonical, on `chrom_sizes`.
    chrom_sizes : mapping of str to int
        Of all chromosomes, and behind them of their copies, in bp.
    places : dict of Interval to int
        Where in `regions` each region that was given is.
    chroms : tuple of str
        Which chromosome each of `chrom_sizes` is.
    """

    regions: Sequence[Interval]
    chrom_sizes: Mapping[str, int]
    places: dict[Interval, int]
    chroms: tuple[str, ...]

    @classmethod
    def of(
        cls, given: Sequence[Interval], chrom_sizes: Mapping[str, int], window_bp: int
    ) -> RegionsApart:
        """Put regions on copies wherever a window of one could own bases of another.

        Parameters
        ----------
        given : sequence of Interval
            In any order; equal ones are one.
        chrom_sizes : mapping of str to int
            Lengths in bp, in the order of the genome.
        window_bp : int
            What the model reads. A window lies nearer to its own region than to another that is
            more than a window away.
        """
        regions, _ = canonical_regions(given, chrom_sizes)
        sizes, chroms = dict(chrom_sizes), list(chrom_sizes)
        moved: list[Interval] = []
        for region, copy in zip(regions, _copies(regions, window_bp), strict=True):
            name = f"{region.chrom}\t{copy}" if copy else region.chrom  # no name has a tab
            if name not in sizes:
                sizes[name] = sizes[region.chrom]
                chroms.append(region.chrom)
            moved.append(replace(region, chrom=name) if copy else region)
        laid: Sequence[Interval] = regions
        if len(chroms) > len(chrom_sizes):
            laid, _ = canonical_regions(moved, sizes)
        at = {region: place for place, region in enumerate(laid)}
        places = {region: at[there] for region, there in zip(regions, moved, strict=True)}
        return cls(laid, sizes, places, tuple(chroms))

    def on_genome(self, grid: WindowGrid) -> WindowGrid:
        """Return a grid that was laid over `regions` with the names of the chromosomes."""
        return replace(grid, chroms=self.chroms)


def _copies(regions: Sequence[Interval], window_bp: int) -> Iterator[int]:
    """Yield on which copy of its chromosome each of some canonical regions lies, from 0."""
    for _, on_chrom in groupby(regions, key=lambda region: region.chrom):
        ends: list[tuple[int, int]] = []  # of the last region on each copy, the first end first
        for region in on_chrom:
            if ends and ends[0][0] + window_bp < region.start:
                copy = ends[0][1]
                heapreplace(ends, (region.end, copy))
            else:
                copy = len(ends)
                heappush(ends, (region.end, copy))
            yield copy

"""The bigWig of ``--projection weighted``: it must fit the genome."""

from __future__ import annotations

from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.regions import Regions
from gtrack.core.scan.given_values import look_at
from gtrack.core.sequences import Reference
from gtrack.io.bigwig import BigWigReader
from gtrack.io.digest import file_digest

_CHUNK = 1 << 20  # bases of a track in memory


def check_weights(path: Path, regions: Regions, genome: Reference) -> str:
    """Return the sha256 of the bigWig of ``--projection weighted``, once it fits the genome.

    Raises
    ------
    InputError
        When it is no bigWig, of another genome, or weighs nothing in the regions.
    """
    with BigWigReader(path) as track:
        for chrom in regions.present:
            size, there = genome.chrom_sizes[chrom], track.chrom_sizes.get(chrom)
            if there != size:
                raise InputError(
                    f"{path}: {chrom!r} has {there or 'no'} bp there and {size} bp in "
                    f"{genome.path}; take a track of the same genome"
                )
        if not any(_weighs(track, region) for region in regions):
            raise InputError(
                f"{path}: has no weight in any region, where --projection weighted would be "
                "uniform; give the track of these regions, or --projection uniform"
            )
    return file_digest(path)


def _weighs(track: BigWigReader, region: Interval) -> bool:
    """Tell whether a base of a region has a weight that is not 0."""
    return any(
        look_at(track.values(region.chrom, at, min(region.end, at + _CHUNK)))[1]
        for at in range(region.start, region.end, _CHUNK)
    )

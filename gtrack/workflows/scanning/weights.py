"""The bigWig of ``--projection weighted``: it must fit the genome."""

from __future__ import annotations

from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.regions import Regions
from gtrack.core.sequences import Reference
from gtrack.io.bigwig import BigWigReader
from gtrack.io.digest import file_digest


def check_weights(path: Path, regions: Regions, genome: Reference) -> str:
    """Return the sha256 of the bigWig of ``--projection weighted``, once it fits the genome."""
    with BigWigReader(path) as track:
        for chrom in regions.present:
            size, there = genome.chrom_sizes[chrom], track.chrom_sizes.get(chrom)
            if there != size:
                raise InputError(
                    f"{path}: {chrom!r} has {there or 'no'} bp there and {size} bp in "
                    f"{genome.path}; take a track of the same genome"
                )
    return file_digest(path)

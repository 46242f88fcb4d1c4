"""A bigWig of the user's, cut to some of its chromosomes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gtrack.core.scan.given_values import valued_runs
from gtrack.io.bigwig.reader import BigWigReader
from gtrack.io.bigwig.writer import BigWigWriter

_STRETCH = 1 << 20  # bp whose values are in memory at once


def cut_bigwig(source: Path, target: Path, chrom_sizes: Mapping[str, int]) -> None:
    """Write the values of a bigWig that lie on some chromosomes, bit by bit as they are.

    Parameters
    ----------
    source, target : Path
    chrom_sizes : mapping of str to int
        Lengths in bp, those of the source where it has the chromosome.

    Raises
    ------
    InputError
        When the source is broken.
    OutputError
        When the disk refuses.
    """
    with BigWigReader(source) as reader:
        there = {name: size for name, size in chrom_sizes.items() if name in reader.chrom_sizes}
        with BigWigWriter(target, there) as writer:
            for chrom, size in there.items():
                for at in range(0, size, _STRETCH):
                    values = reader.values(chrom, at, min(size, at + _STRETCH))
                    runs = valued_runs(at, values)
                    writer.add_runs(chrom, runs.start, runs.size, runs.values)

"""What of a genome is scanned where ``--tile`` stands in the place of a BED."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gtrack.core.intervals import Interval
from gtrack.core.printable import few, shown
from gtrack.core.scan.regions import canonical_regions, check_regions, known_names, merge_regions
from gtrack.core.scan.tiling import Run, Tiles, lay_tiles
from gtrack.core.sequences import Reference
from gtrack.io.bed import read_regions
from gtrack.io.shell import renaming


def read_tiles(
    asked: Sequence[str], genome: Reference, blacklist: Path | None
) -> tuple[Tiles, Sequence[str]]:
    """Find out what of a genome is scanned, and what a user should know of the blacklist.

    Raises
    ------
    InputError
        When a stretch is none of the genome, or the blacklist is wrong.
    """
    if blacklist is None:
        return lay_tiles(asked, genome, {}), ()
    left_out, notes = _read_blacklist(blacklist, genome)
    return lay_tiles(asked, genome, left_out), notes


def _read_blacklist(path: Path, genome: Reference) -> tuple[Mapping[str, list[Run]], list[str]]:
    """Read a blacklist: what is on chromosomes that the genome does not have is said, not used.

    Names that it knows otherwise are refused, as are those of a file that shares none with it.
    """
    given, sizes = read_regions(path), genome.chrom_sizes
    there: Sequence[Interval] = [each for each in given.intervals if each.chrom in sizes]
    strange = dict.fromkeys(r.chrom for r in given.intervals if r.chrom not in sizes)
    if not there or known_names(strange, sizes):
        there = given.intervals  # refused as a BED of regions would be
    check_regions(there, sizes, genome.path, renaming(path))
    notes = [*given.notes]
    if strange:
        number = len(given.intervals) - len(there)
        notes.append(
            f"--blacklist {shown(path)}: {number:,} of its {len(given.intervals):,} stretches are "
            f"on sequences that the genome does not have ({few(map(repr, strange))}), "
            "and have no effect"
        )
    return merge_regions(canonical_regions(there, sizes)[0]), notes

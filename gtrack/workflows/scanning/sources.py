"""What a scan or a prediction reads: regions of a genome, or loose sequences as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.scan.loose import LooseGenome
from gtrack.core.scan.tiling import Tiles
from gtrack.core.sequences import Reference
from gtrack.io.bed import GivenRegions, read_regions
from gtrack.io.fasta import Genome
from gtrack.io.loose_files import read_loose_rows
from gtrack.workflows.scanning.tiles import read_tiles


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be read.

    Parameters
    ----------
    reference : Reference
        Genome, or loose sequences.
    given : GivenRegions
        The regions in the order of their file, and how it was read.
    fields : sequence of mapping, one per region, or empty
        What a CSV says of each, by the names of its columns.
    tiles : Tiles or None
        What the regions are where stretches of the genome were asked for.
    """

    reference: Reference
    given: GivenRegions
    fields: Sequence[Mapping[str, str]] = ()
    tiles: Tiles | None = None


@contextmanager
def opened_source(
    bed: Path | None,
    fasta: Path | None,
    sequences: Path | None,
    tile: Sequence[str] = (),
    blacklist: Path | None = None,
) -> Iterator[Source]:
    """Open what is to be read.

    Parameters
    ----------
    bed, fasta : Path or None
        Regions, and their genome.
    sequences : Path or None
        A FASTA or CSV of loose sequences, in the place of both: each is one region.
    tile, blacklist : sequence of str, and Path or None
        In the place of `bed`: stretches of the genome, less those of a BED.

    Raises
    ------
    InputError
        When a file is wrong.
    """
    refuse_two_sources(bed, fasta, sequences, tile, blacklist)
    if sequences is not None:
        rows = read_loose_rows(sequences)
        loose = LooseGenome.of(sequences, [each for each, _ in rows])
        given = GivenRegions([*loose.regions])
        yield Source(loose, given, [fields for _, fields in rows])
    elif bed is not None and fasta is not None:
        given = read_regions(bed)
        with Genome.open(fasta) as genome:
            yield Source(genome, given)
    elif fasta is not None:
        with Genome.open(fasta) as genome:
            tiles, notes = read_tiles(tile, genome, blacklist)
            yield Source(genome, GivenRegions([*tiles.regions], tuple(notes)), tiles=tiles)


def refuse_two_sources(
    bed: Path | None,
    fasta: Path | None,
    sequences: Path | None,
    tile: Sequence[str] = (),
    blacklist: Path | None = None,
) -> None:
    """Refuse what is neither regions of a genome nor loose sequences, or both.

    Raises
    ------
    InputError
        Naming the options that are missing or too many.
    """
    if blacklist is not None and not tile:
        raise InputError("--blacklist is taken from what --tile asks for; give --tile with it")
    if bed is not None and tile:
        raise InputError("--bed and --tile: give the regions, or what of the genome to scan")
    if tile and fasta is None:
        said = "--tile and --sequences: nothing lies beside loose sequences" if sequences else ""
        raise InputError(said or "missing --fasta: --tile scans a genome")
    if sequences is None and (fasta is None or (bed is None and not tile)):
        missing = [name for name, path in (("--bed", bed), ("--fasta", fasta)) if path is None]
        raise InputError(f"missing {', '.join(missing)}; give --bed and --fasta, or --sequences")
    if sequences is not None and (bed or fasta):
        raise InputError(
            f"--sequences and {'--bed' if bed else '--fasta'}: give --bed and --fasta for regions "
            "of a genome, or --sequences alone"
        )

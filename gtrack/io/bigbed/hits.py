"""bigBed of motif hits: nine standard columns and fourteen of gtrack's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from gtrack.core.errors import OutputError
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.core.printable import shown
from gtrack.io.bigbed.writing import COLOUR, BedRecord, Table, write_rows
from gtrack.io.hit_columns import OWN_FIELDS, hit_rows

SUPPORTING, OPPOSING = "0,114,178", "213,94,0"
"""itemRgb: blue and vermillion of Okabe and Ito's palette, told apart by every eye."""

_BED9 = (
    ("string", "chrom", "Chromosome"),
    ("uint", "chromStart", "Start"),
    ("uint", "chromEnd", "End"),
    ("string", "name", "Transcription factor"),
    ("uint", "score", "100 * -log10 q, at most 1000"),
    ("char[1]", "strand", "Motif strand"),
    ("uint", "thickStart", "Start"),
    ("uint", "thickEnd", "End"),
    ("uint", COLOUR, "itemRgb: blue supports, vermillion opposes"),
)
_TABLE = Table(
    "gtrackHit", "Motif hits supported by model relevance", (*_BED9, *OWN_FIELDS), len(_BED9)
)

AUTOSQL = _TABLE.autosql
"""The description of the columns that the file carries."""


def write_bigbed(path: Path, chrom_sizes: Mapping[str, int], hits: Iterable[MotifHit]) -> None:
    """Write hits as bigBed 9+14; equal hits give equal bytes.

    Without hits the file is still a bigBed, and empty.

    Parameters
    ----------
    path : Path
    chrom_sizes : mapping of str to int
        Lengths in bp. The file names those chromosomes that have hits.
    hits : iterable of MotifHit
        In any order.

    Raises
    ------
    OutputError
        When a hit does not lie on its chromosome, or the disk refuses.
    VerificationError
        When the finished file does not hold every hit.
    """
    rows = [_row(path, chrom_sizes, hit, cells) for hit, cells in hit_rows(hits)]
    write_rows(path, _TABLE, chrom_sizes, rows)


def _row(
    path: Path, chrom_sizes: Mapping[str, int], hit: MotifHit, cells: tuple[str, ...]
) -> BedRecord:
    size = chrom_sizes.get(hit.chrom, 0)
    if hit.end > size:
        raise OutputError(
            f"{shown(path)}: a hit of {hit.name} at {hit.chrom} {hit.start} {hit.end} lies "
            f"beyond the chromosome's {size} bp; was the genome exchanged? scan again"
        )
    chrom, start, end, name, score, strand, *own = cells
    colour = SUPPORTING if hit.supports else OPPOSING
    rest = "\t".join((name, score, strand, start, end, colour, *own))
    return chrom, hit.start, hit.end, rest

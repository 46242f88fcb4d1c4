"""bigBed 12 of annotated features."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.features import Feature, beyond
from gtrack.io.bed_columns import feature_cells
from gtrack.io.bigbed.writing import COLOUR, BedRecord, Table, write_rows

_BED12 = (
    ("string", "chrom", "Chromosome"),
    ("uint", "chromStart", "Start"),
    ("uint", "chromEnd", "End"),
    ("string", "name", "Name"),
    ("uint", "score", "0 to 1000"),
    ("char[1]", "strand", "Strand"),
    ("uint", "thickStart", "Start of the thick part: what is translated"),
    ("uint", "thickEnd", "End of the thick part"),
    ("uint", COLOUR, "itemRgb: colour, 0 for none"),
    ("int", "blockCount", "Blocks: exons"),
    ("int[blockCount]", "blockSizes", "Their lengths"),
    ("int[blockCount]", "chromStarts", "Their starts, relative to chromStart"),
)
_TABLE = Table("gtrackFeature", "Annotated features", _BED12, len(_BED12))


def write_feature_bigbed(
    path: Path, chrom_sizes: Mapping[str, int], features: Iterable[Feature]
) -> None:
    """Write features as bigBed 12; equal features give equal bytes.

    Without features the file is still a bigBed, and empty.

    Parameters
    ----------
    path : Path
    chrom_sizes : mapping of str to int
        Lengths in bp. The file names those chromosomes that have features.
    features : iterable of Feature
        In any order. :func:`gtrack.core.features.on_genome` leaves out those that lie elsewhere.

    Raises
    ------
    InputError
        When a feature does not lie on its chromosome, or that is not one of the genome's.
    OutputError
        When the name of a chromosome cannot stand in a BED, or the disk refuses.
    VerificationError
        When the finished file does not hold every feature.
    """
    rows = sorted((_row(chrom_sizes, feature) for feature in features), key=_order)
    write_rows(path, _TABLE, chrom_sizes, rows)


def _row(chrom_sizes: Mapping[str, int], feature: Feature) -> BedRecord:
    size = chrom_sizes.get(feature.chrom)
    if size is None:
        where = f"{feature.origin}: " if feature.origin else ""
        raise InputError(
            f"{where}{feature.name!r} lies on {feature.chrom!r}, which the genome lacks; leave it "
            "out, or name its chromosome as the genome does"
        )
    if feature.end > size:
        raise InputError(beyond(feature, size))
    chrom, _, _, *rest = feature_cells(feature)
    return chrom, feature.start, feature.end, "\t".join(rest)


def _order(row: BedRecord) -> tuple[bytes, int, int, str]:
    chrom, start, end, rest = row
    return chrom.encode(), start, end, rest

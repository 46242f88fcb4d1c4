"""The text of a motif hit, column by column: what its BED and its bigBed share.

BED6+9: six standard columns and nine of gtrack's own. Numbers have six significant digits.
"""

from __future__ import annotations

from collections.abc import Iterable

from gtrack.core.hits.motif_hit import MotifHit
from gtrack.io.bed_columns import bed_chrom, cell

OWN_FIELDS = (
    ("string", "motifId", "Matrix id and version"),
    ("string", "source", "Motif database and release"),
    ("float", "relSum", "Relevance summed over the site; its sign: supports or opposes"),
    ("float", "relZ", "Information-weighted relevance, in standard deviations of the null"),
    ("double", "seqP", "p-value of the sequence"),
    ("double", "relP", "p-value of the relevance"),
    ("double", "qValue", "False discovery rate of the locus"),
    ("string", "model", "Model and target"),
    ("string", "region", "Scanned region"),
)
"""The nine columns after BED6: autoSql type, name, meaning."""

COLUMNS = (
    *("chrom", "chromStart", "chromEnd", "name", "score", "strand"),
    *(name for _, name, _ in OWN_FIELDS),
)
"""Names of all fifteen columns."""


def hit_rows(hits: Iterable[MotifHit]) -> list[tuple[MotifHit, tuple[str, ...]]]:
    """Return each hit with its cells, in the order of the files, whatever order they come in.

    Chromosomes are sorted by name as bytes, as bigBed and ``LC_ALL=C sort`` want them, then by
    start, end, the other columns of text, and the numbers last: their last digit may be any.
    """
    rows = [(hit, hit_cells(hit)) for hit in hits]
    rows.sort(
        key=lambda row: (row[1][0].encode(), row[0].start, row[0].end, _texts(row[1]), row[1])
    )
    return rows


def _texts(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return name, strand, motif, source, model and region."""
    return cells[3], *cells[5:8], *cells[13:]


def hit_cells(hit: MotifHit) -> tuple[str, ...]:
    """Return the fifteen columns of a hit as text.

    A character that would break the line (tab, line feed, NUL, ...) stands as its escape.

    Raises
    ------
    OutputError
        When the chromosome's name cannot stand in a BED line.
    """
    return (
        *(bed_chrom(hit.chrom), str(hit.start), str(hit.end), cell(hit.name), str(hit.score)),
        *(hit.strand, cell(hit.motif_id), cell(hit.source), number(hit.rel_sum)),
        *(number(hit.rel_z), number(hit.seq_p), number(hit.rel_p), number(hit.q_value)),
        *(cell(hit.model), cell(hit.region)),
    )


def number(value: float) -> str:
    """Return six significant digits, and no negative zero."""
    return f"{value + 0.0:.6g}"

"""The text of a motif hit, column by column: what its BED and its bigBed share.

BED6+14: six standard columns and fourteen of gtrack's own. Numbers have six significant digits; -1
stands where a scan without a null has none.
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
    ("double", "qWord", "Share of false calls by permuted motifs"),
    ("double", "qPlace", "Share of false calls by relevance lent from the null; -1: no null"),
    ("double", "chance", "Matches as good by chance, per match as good here; -1: no null"),
    ("uint", "bound", "1: q comes from few decoys and is at most this"),
    ("string", "family", "Best motif of those whose matches coincide"),
)
"""The columns after BED6: autoSql type, name, meaning."""

COLUMNS = (
    *("chrom", "chromStart", "chromEnd", "name", "score", "strand"),
    *(name for _, name, _ in OWN_FIELDS),
)
"""Names of all columns."""

EARLIER_COLUMNS = COLUMNS[:15]
"""Those of gtrack 0.1, and of what of 0.2 was made before q had two parts."""

NO_NUMBER = "-1"


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
    """Return name, strand, motif, source, model, region and family."""
    return cells[3], *cells[5:8], *cells[13:15], cells[19]


def hit_cells(hit: MotifHit) -> tuple[str, ...]:
    """Return the columns of a hit as text.

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
        *(cell(hit.model), cell(hit.region), number(hit.q_word), _or_none(hit.q_place)),
        *(_or_none(hit.chance), str(int(hit.bound)), cell(hit.family)),
    )


def _or_none(value: float | None) -> str:
    return NO_NUMBER if value is None else number(value)


def number(value: float) -> str:
    """Return six significant digits, and no negative zero."""
    return f"{value + 0.0:.6g}"

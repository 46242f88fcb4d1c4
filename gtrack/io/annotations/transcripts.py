"""Rows of a GTF or GFF3, in whatever order, to one feature per transcript.

A file names what belongs together by ids, and a parent may stand behind its children. So rows and
parts are kept until the end, parts as plain numbers: 12 bytes each.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from gtrack.core.features import Feature
from gtrack.core.intervals import Strand
from gtrack.io.bed_columns import decoded

EXON, CODING, PIECE = range(3)
"""Parts of a transcript: an exon, something translated, an untranslated piece of an exon."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that may become a feature.

    Parameters
    ----------
    line : int
        Its number, from 1.
    chrom : bytes
    start, end : int
        0-based half-open.
    strand : {"+", "-", "."}
    title : bytes
        Name of its gene, which comes first; empty where the row does not say.
    name : bytes
        What it is called otherwise.
    parents : tuple of bytes
        Ids of the rows that it belongs to, on its chromosome.
    is_gene : bool
        It is drawn only when no transcript belongs to it.
    """

    line: int
    chrom: bytes
    start: int
    end: int
    strand: Strand
    title: bytes
    name: bytes
    parents: tuple[bytes, ...] = ()
    is_gene: bool = False


class Transcripts:
    """What was read of a file so far.

    Parameters
    ----------
    file : str
        Its name, for messages.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._rows: dict[bytes, Row] = {}
        self._implied: dict[bytes, Row] = {}
        self._alone: list[Row] = []
        self._parts: dict[bytes, array[int]] = {}

    def add(self, key: bytes, row: Row) -> None:
        """Keep a row; the parts with its key are its own. Later rows with that key have none."""
        if self._rows.setdefault(key, row) is not row:
            self._alone.append(row)

    def add_part(self, key: bytes, kind: int, start: int, end: int) -> bool:
        """Keep a part of the row `key`; tell whether this is all that is known of that row."""
        parts = self._parts.get(key)
        if parts is not None:
            parts.extend((kind, start, end))
            return False
        self._parts[key] = array("I", (kind, start, end))
        return key not in self._rows

    def imply(self, key: bytes, row: Row) -> None:
        """Keep what a part says of its row, should that have no line of its own."""
        self._implied[key] = row

    def features(self) -> Iterator[Feature]:
        """Yield the features, in the order of their first lines, and forget them."""
        for key, row in self._implied.items():
            self._rows.setdefault(key, row)
        self._implied.clear()
        mothers = {key for row in self._rows.values() for key in _mothers(row)}
        found = [
            (row.line, key)
            for key, row in self._rows.items()
            if not (row.is_gene and key in mothers)
        ]
        for _, key in sorted(found):
            row = self._rows[key]
            yield self.feature(row, self._parts.pop(key, None))
        for row in self._alone:
            yield self.feature(row)

    def feature(self, row: Row, parts: array[int] | None = None) -> Feature:
        """Make a feature of a row and its parts, which say more exactly where it lies."""
        start, end = row.start, row.end
        blocks, thick = _merged(parts) if parts else ([(start, end)], (start, end))
        start, end = blocks[0][0], blocks[-1][1]
        return Feature(
            *(decoded(row.chrom), start, end, decoded(self._name(row)) or ".", 0, row.strand),
            *(max(start, thick[0]), min(end, thick[1])),
            block_sizes=tuple(b - a for a, b in blocks),
            block_starts=tuple(a - start for a, _ in blocks),
            origin=f"{self._file}:{row.line}",
        )

    def _name(self, row: Row) -> bytes:
        if row.title:
            return row.title
        mothers = (self._rows.get(key) for key in _mothers(row))
        return next((m.title for m in mothers if m is not None and m.title), row.name)


def row_key(chrom: bytes, own: bytes) -> bytes:
    """Return what tells a row from all others: an id may stand on X and on Y."""
    return b"%b\t%b" % (chrom, own)


def _mothers(row: Row) -> Iterator[bytes]:
    return (row_key(row.chrom, parent) for parent in row.parents)


def _merged(parts: array[int]) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """Return the blocks that parts make, sorted and disjoint, and what of them is translated.

    Without exons, coding and untranslated pieces make them where they touch.
    """
    triples = list(zip(parts[0::3], parts[1::3], parts[2::3], strict=True))
    coding = [(start, end) for kind, start, end in triples if kind == CODING]
    pieces = [(start, end) for kind, start, end in triples if kind == EXON]
    touching = not pieces
    blocks: list[tuple[int, int]] = []
    for start, end in sorted(pieces or [triple[1:] for triple in triples]):
        if blocks and (start < blocks[-1][1] or (touching and start == blocks[-1][1])):
            blocks[-1] = (blocks[-1][0], max(end, blocks[-1][1]))
        else:
            blocks.append((start, end))
    nothing = (blocks[0][0], blocks[0][0])
    return blocks, (min(coding)[0], max(end for _, end in coding)) if coding else nothing

"""Rows of a GTF or GFF3, in whatever order, to one feature per transcript.

A file names what belongs together by ids, and a parent may stand behind its children. So rows and
parts are kept until the end, parts as plain numbers: 12 bytes each. An id alone does not make a
transcript: what is of another sequence, strand or gene is another one.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from gtrack.core.features import Feature, unrolled
from gtrack.core.intervals import Strand
from gtrack.io.annotations.parts import Part, blocks_of, enclosed, joined_at_origin
from gtrack.io.bed_columns import decoded

ANY_GENE = b"."
"""Gene of every key where ids do not stand in genes: of a GFF3."""


class Key(NamedTuple):
    """What tells a row and its parts from all others: an id may stand on X and on Y.

    `strand` is ``"."``, and `gene` is empty, where a line does not say.
    """

    chrom: bytes
    own: bytes
    strand: Strand
    gene: bytes

    @property
    def is_whole(self) -> bool:
        """Whether strand and gene are known."""
        return self.strand != "." and self.gene != b""

    def fits(self, other: Key) -> bool:
        """Whether strand and gene of two keys of one id are no two."""
        return (self.strand == other.strand or "." in (self.strand, other.strand)) and (
            self.gene == other.gene or b"" in (self.gene, other.gene)
        )


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
    is_product : bool
        It is drawn only when what it is made from, its parents, is not there.
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
    is_product: bool = False


class Transcripts:
    """What was read of a file so far.

    Parameters
    ----------
    file : str
        Its name, for messages.
    circular : mapping of bytes to int
        Lengths in bp of the circular sequences: what runs on beyond the end goes on at the start.
    """

    def __init__(self, file: str, circular: Mapping[bytes, int]) -> None:
        self._file, self._circular = file, circular
        self._rows: dict[Key, list[Row]] = {}
        self._implied: dict[Key, Row] = {}
        self._parts: dict[Key, array[int]] = {}

    def add(self, key: Key, row: Row) -> None:
        """Keep a row; of the parts with its key, those within it are its own."""
        self._rows.setdefault(key, []).append(row)

    def add_part(self, key: Key, kind: int, start: int, end: int) -> bool:
        """Keep a part of the row `key`; tell whether it is the first."""
        parts = self._parts.get(key)
        if parts is not None:
            parts.extend((kind, start, end))
            return False
        self._parts[key] = array("I", (kind, start, end))
        return True

    def imply(self, key: Key, row: Row) -> None:
        """Keep what a part says of its row, should that have no line of its own, or say less."""
        self._implied[key] = row

    def features(self) -> Iterator[Feature]:
        """Yield the features, in the order of their first lines, and forget them."""
        self._join()
        self._complete()
        mothers = {
            (row.chrom, parent)
            for rows in self._rows.values()
            for row in rows
            if not row.is_product
            for parent in row.parents
        }
        there = {key[:2] for key in self._rows}
        titles = {
            key[:2]: title
            for key, rows in self._rows.items()
            if key[:2] in mothers
            for title in [next((row.title for row in rows if row.title), b"")]
        }
        found = [
            (row.line, at, key)
            for key, rows in self._rows.items()
            for at, row in enumerate(rows)
            if not (row.is_gene and key[:2] in mothers)
            and not (row.is_product and there.intersection(_mothers(row)))
        ]
        for _, at, key in sorted(found):
            rows = self._rows[key]
            numbers = iter(self._parts.get(key, ()))
            parts = list(zip(numbers, numbers, numbers, strict=True))
            if len(rows) > 1:
                parts = enclosed(parts, [(row.start, row.end) for row in rows], at)
            row = replace(rows[at], strand=key.strand)
            title = row.title or next(filter(None, map(titles.get, _mothers(row))), b"")
            yield from self.feature(replace(row, title=title), parts)
        self._rows.clear()
        self._parts.clear()

    def feature(self, row: Row, parts: Sequence[Part] = ()) -> Iterator[Feature]:
        """Yield the feature of a row and its parts, which say more exactly where it lies.

        One that goes over the origin of a circular sequence is two.
        """
        length = self._circular.get(row.chrom)
        whole = row.start, row.end
        if length is not None and parts:
            parts = joined_at_origin(parts, whole, length)
        blocks, thick = blocks_of(parts) if parts else ([whole], whole)
        start, end = blocks[0][0], blocks[-1][1]
        feature = Feature(
            *(decoded(row.chrom), start, end, decoded(row.title or row.name) or ".", 0, row.strand),
            *(max(start, thick[0]), min(end, thick[1])),
            block_sizes=tuple(b - a for a, b in blocks),
            block_starts=tuple(a - start for a, _ in blocks),
            origin=f"{self._file}:{row.line}",
        )
        yield from (feature,) if length is None else unrolled(feature, length)

    def _join(self) -> None:
        """Bring what does not say its strand or its gene to the one of its id that does."""
        keys = {*self._rows, *self._parts}
        heads = {key[:2] for key in keys if not key.is_whole}
        groups: dict[tuple[bytes, bytes], list[Key]] = defaultdict(list)
        for key in keys:
            if key[:2] in heads:
                groups[key[:2]].append(key)
        for group in groups.values():
            if len(group) == 2 and group[0].fits(group[1]):
                self._move(group[0], group[1])
                continue
            whole: dict[tuple[str, bytes], list[Key]] = defaultdict(list)
            for key in filter(lambda key: key.is_whole, group):
                for strand in (key.strand, "."):
                    for gene in (key.gene, b""):
                        whole[strand, gene].append(key)
            for key in group:
                fitting = whole[key.strand, key.gene]
                if not key.is_whole and len(fitting) == 1:
                    self._move(key, fitting[0])

    def _move(self, one: Key, other: Key) -> None:
        """Put what is kept under two keys under the one that says what both say."""
        strand = other.strand if one.strand == "." else one.strand
        joined = Key(one.chrom, one.own, strand, one.gene or other.gene)
        for key in {one, other} - {joined}:
            self._rows.setdefault(joined, []).extend(self._rows.pop(key, []))
            if key in self._parts:
                self._parts.setdefault(joined, array("I")).extend(self._parts.pop(key))
            if key in self._implied:
                self._implied.setdefault(joined, self._implied.pop(key))
        if joined in self._rows:
            self._rows[joined].sort(key=lambda row: row.line)
            if not self._rows[joined]:
                del self._rows[joined]

    def _complete(self) -> None:
        """Give parts without a row one, and to rows what only their parts say."""
        lone = {(key.chrom, key.own, key.gene) for key in self._implied if key not in self._rows}
        others = {
            (key.chrom, key.own, key.gene): rows[0]
            for key, rows in self._rows.items()
            if (key.chrom, key.own, key.gene) in lone
        }
        for key, said in self._implied.items():
            rows = self._rows.get(key)
            if rows is None:
                other = others.get((key.chrom, key.own, key.gene))
                if other is not None:  # of the same id on the other strand: it was trans-spliced
                    said = replace(said, title=other.title, name=other.name, parents=other.parents)
                self._rows[key] = [said]
            elif key.gene != ANY_GENE and not any(row.parents or row.is_gene for row in rows):
                self._rows[key] = [
                    replace(
                        row, title=row.title or said.title, name=said.name, parents=said.parents
                    )
                    for row in rows
                ]
        self._implied.clear()


def _mothers(row: Row) -> Iterator[tuple[bytes, bytes]]:
    return ((row.chrom, parent) for parent in row.parents)

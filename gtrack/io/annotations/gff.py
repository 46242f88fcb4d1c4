"""GTF and GFF3: nine columns, 1-based closed coordinates, attributes in the last column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

from gtrack.core.errors import InputError
from gtrack.core.features import Feature
from gtrack.core.intervals import Strand
from gtrack.core.printable import shown
from gtrack.io.annotations.transcripts import CODING, EXON, PIECE, Row, Transcripts, row_key
from gtrack.io.bed_columns import read_strand, whole
from gtrack.io.text import read_lines

_IGNORED = -1
_PARTS = {
    **dict.fromkeys((b"exon", b"pseudogenic_exon", b"noncoding_exon"), EXON),
    **dict.fromkeys((b"cds", b"start_codon", b"stop_codon"), CODING),
    **dict.fromkeys((b"utr", b"5utr", b"3utr", b"five_prime_utr", b"three_prime_utr"), PIECE),
    **dict.fromkeys((b"intron", b"selenocysteine"), _IGNORED),
}
"""Types, in lower case, of what belongs to a transcript."""

_LANDMARKS = (b"chromosome", b"contig", b"scaffold", b"supercontig")
_COLUMNS = 9
_KEYS = ("transcript_id", "gene_id", "gene_name", "gene", "ID", "Parent", "Name")

Value = Callable[[str, bytes], bytes]
"""Finds an attribute in the last column; empty where it is not there."""

Ids = tuple[bytes, tuple[bytes, ...], tuple[bytes, ...]]
"""Of a row, its parents and grandparents; empty where there is none. A gene of a GTF has a tab
before its id, because a transcript may have the same."""


def read_gtf(path: Path) -> Iterator[Feature]:
    """Yield the transcripts of a GTF, and one feature for each row that belongs to none.

    Raises
    ------
    InputError
        At the first line that breaks a rule.
    """
    patterns = {key: re.compile(rb'\b%b +(?:"([^"]*)"|([^";\s]+))' % key.encode()) for key in _KEYS}

    def value(key: str, text: bytes) -> bytes:
        found = patterns[key].search(text)
        return (found[1] or found[2] or b"") if found else b""

    return _read(path, value, _gtf_ids)


def read_gff3(path: Path) -> Iterator[Feature]:
    """Yield the transcripts of a GFF3, and one feature for each row that belongs to none.

    Raises
    ------
    InputError
        At the first line that breaks a rule.
    """

    def value(key: str, text: bytes) -> bytes:
        # faster than a regular expression by half
        _, _, rest = (b";" + text).replace(b"; ", b";").partition(b";%b=" % key.encode())
        return rest.partition(b";")[0].strip()

    return _read(path, value, _gff3_ids, unquote_to_bytes)


def _read(
    path: Path,
    value: Value,
    ids: Callable[[Value, bytes, bytes, bool], Ids],
    plain: Callable[[bytes], bytes] = bytes,
) -> Iterator[Feature]:
    """Read either format; `plain` undoes the escapes of its names."""
    file = shown(path)
    book = Transcripts(file)
    for number, fields in _lines(path):
        kind, text = fields[2].lower(), fields[8]
        part = _PARTS.get(kind)
        try:
            start, end, strand = _place(fields)
            own, parents, above = ids(value, kind, text, part is not None)
        except ValueError as error:
            raise InputError(f"{file}:{number}: {error}") from error
        chrom = plain(fields[0])
        if part is not None and parents:
            for parent in parents if part != _IGNORED else ():
                key = row_key(chrom, parent)
                if book.add_part(key, part, start, end):
                    name = value("gene_id", text) or parent.lstrip(b"\t")
                    names = plain(_gene_name(value, text)), plain(name)
                    book.imply(key, Row(number, chrom, start, end, strand, *names, above))
        elif kind not in _LANDMARKS and not (kind == b"region" and b"mol_type=" in text):
            is_gene = kind.endswith(b"gene")
            gene_name, name = _gene_name(value, text), value("Name", text)
            if is_gene:
                gene_name, name = gene_name or name, b""
            name = name or value("gene_id", text) or own.lstrip(b"\t") or kind
            names = plain(gene_name), plain(name)
            row = Row(number, chrom, start, end, strand, *names, parents, is_gene)
            if own:
                book.add(row_key(chrom, own), row)
            else:
                yield book.feature(row)
    yield from book.features()


def _gene_name(value: Value, text: bytes) -> bytes:
    return value("gene_name", text) or value("gene", text)


def _gtf_ids(value: Value, kind: bytes, text: bytes, part: bool) -> Ids:
    transcript, gene = value("transcript_id", text), value("gene_id", text)
    genes = (b"\t" + gene,) if gene else ()
    if not transcript and not gene:
        cure = "this is a GFF3: call the file .gff3" if b"=" in text else "add them"
        raise ValueError(f'no attribute gene_id "..." and no transcript_id "..."; {cure}')
    if kind.endswith(b"gene"):
        return b"\t" + (gene or transcript), (), ()
    if part:
        return (b"", (transcript,), genes) if transcript else (b"", genes, ())
    if kind.endswith((b"transcript", b"rna")):
        return transcript, genes, ()
    return b"", (), ()


def _gff3_ids(value: Value, kind: bytes, text: bytes, part: bool) -> Ids:
    if b"=" not in text and text.strip() not in (b"", b"."):
        cure = "this is a GTF: call the file .gtf" if b'"' in text else "write them so"
        raise ValueError(f"the attributes of a GFF3 are KEY=VALUE;KEY=VALUE; {cure}")
    parents = tuple(parent for parent in value("Parent", text).split(b",") if parent)
    return value("ID", text), parents, ()


def _lines(path: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Yield number and fields of every row; the sequences at the end of a GFF3 are none."""
    for number, line in read_lines(path):
        if line.startswith((b"##FASTA", b">")):
            return
        if not line.strip() or line.startswith((b"#", b"track ", b"browser ")):
            continue
        fields = line.split(b"\t")
        if len(fields) != _COLUMNS:
            raise InputError(
                f"{shown(path)}:{number}: {len(fields)} column{'s'[: len(fields) > 1]}; a line of "
                f"GTF or GFF3 has {_COLUMNS}, separated by tabs"
            )
        yield number, fields


def _place(fields: list[bytes]) -> tuple[int, int, Strand]:
    start, end = whole(fields[3], "start"), whole(fields[4], "end")
    if start < 1:
        raise ValueError("start 0; GTF and GFF3 count from 1; is it a BED?")
    if end < start:
        raise ValueError(f"end {end} < start {start}; exchange them, the strand has a column")
    return start - 1, end, "." if fields[6] == b"?" else read_strand(fields[6], 7)

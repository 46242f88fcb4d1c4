"""GTF and GFF3: nine columns, 1-based closed coordinates, attributes in the last column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from gtrack.core.errors import InputError
from gtrack.core.features import Feature
from gtrack.core.intervals import Strand
from gtrack.core.printable import shown
from gtrack.io.annotations.attributes import (
    Attributes,
    GtfAttributes,
    bare_id,
    gff3_attributes,
    is_gtf,
    symbol,
)
from gtrack.io.annotations.kin import Line, Span, gff3_ids, gtf_ids, kin_at
from gtrack.io.annotations.parts import CODING, EXON, PIECE
from gtrack.io.annotations.stretches import lines_beside, lines_on
from gtrack.io.annotations.transcripts import ANY_GENE, Key, Row, Transcripts
from gtrack.io.bed_columns import read_strand, whole
from gtrack.io.shell import filtered
from gtrack.io.text import read_lines

Places = Mapping[str, Sequence[Span]]
"""Starts and ends by chromosome."""

_IGNORED = -1
_PARTS = {
    **dict.fromkeys((b"exon", b"pseudogenic_exon", b"noncoding_exon"), EXON),
    **dict.fromkeys((b"cds", b"start_codon", b"stop_codon"), CODING),
    **dict.fromkeys((b"initial", b"internal", b"terminal", b"single"), CODING),  # AUGUSTUS
    **dict.fromkeys((b"utr", b"5utr", b"3utr", b"5'-utr", b"3'-utr"), PIECE),
    **dict.fromkeys((b"five_prime_utr", b"three_prime_utr"), PIECE),
    **dict.fromkeys((b"intron", b"selenocysteine"), _IGNORED),
    b"stop_codon_redefined_as_selenocysteine": _IGNORED,
}
"""Types, in lower case, of what belongs to a transcript."""

_LANDMARKS = (b"chromosome", b"contig", b"scaffold", b"supercontig")
_PRODUCTS = (b"protein", b"polypeptide")
_COLUMNS = 9
_CIRCULAR = b"Is_circular"
_LONGEST = 1 << 31  # bp of a circular sequence: twice round has 32 bits
_GENE = b"\n"
"""Before the id of a GTF's gene, because a transcript may have the same."""


class _Ids(NamedTuple):
    """Of a row: its own id, its parents', its grandparents', and the gene that ids stand in.

    Empty where there is none.
    """

    own: bytes = b""
    parents: tuple[bytes, ...] = ()
    above: tuple[bytes, ...] = ()
    gene: bytes = ANY_GENE


_AS_BED = (
    "awk -F '\\t' -v OFS='\\t' '!/^#/ && NF > 7 "
    '{print $1, $4 - 1, $5, $3, 0, ($7 ~ /^[-+]$/ ? $7 : ".")}\''
)
_WITH_TABS = (
    "awk -v OFS='\\t' '!/^#/ && NF > 8 {rest = $9; "
    'for (i = 10; i <= NF; i++) rest = rest " " $i; '
    "print $1, $2, $3, $4, $5, $6, $7, $8, rest; next} 1'"
)
_GTF_IDS = re.compile(rb"(gene|transcript)_id\b")


class _NoGenesError(ValueError):
    """A row without what names genes and transcripts; it can be shown as a BED."""


class _Form(NamedTuple):
    """How a format writes attributes, and ids in them; `plain` undoes the escapes of its names."""

    attributes: Callable[[bytes], Attributes]
    ids: Callable[[Attributes, bytes, bytes, bool], _Ids]
    plain: Callable[[bytes], bytes]


def read_gtf(path: Path, places: Places | None = None) -> Iterator[Feature]:
    """Yield the transcripts of a GTF, and one feature for each row that belongs to none.

    With `places`, starts and ends by chromosome, at least those that reach one.

    Raises
    ------
    InputError
        At the first line that breaks a rule.
    """
    lines = _rows(path) if places is None else _rows_at(path, places, {}, gtf_ids)
    return _read(path, lines, _Form(GtfAttributes, _gtf_ids, bytes), {})


def read_gff3(path: Path, places: Places | None = None) -> Iterator[Feature]:
    """Yield the transcripts of a GFF3, and one feature for each row that belongs to none.

    With `places`, starts and ends by chromosome, at least those that reach one.

    A feature that runs on beyond the end of a sequence which the file calls circular is two: up to
    the origin, and from there.

    Raises
    ------
    InputError
        At the first line that breaks a rule.
    """
    form = _Form(gff3_attributes, _gff3_ids, unquote_to_bytes)
    if places is None:
        return _read(path, _rows(path), form, _circular(line for _, line in read_lines(path)))
    circular = _circular(lines_beside(path, _CIRCULAR))
    return _read(path, _rows_at(path, places, circular, gff3_ids), form, circular)


def _read(
    path: Path,
    lines: Iterator[Line],
    form: _Form,
    circular: Mapping[bytes, int],
) -> Iterator[Feature]:
    file, plain = shown(path), form.plain
    book = Transcripts(file, circular)
    for number, fields in lines:
        kind, text = fields[2].lower(), fields[8]
        part = _PARTS.get(kind)
        try:
            start, end, strand = _place(fields, circular.get(plain(fields[0]), 0))
            given = form.attributes(text)
            ids = form.ids(given, kind, text, part is not None)
        except ValueError as error:
            cure = ""
            if isinstance(error, _NoGenesError):
                cure = f", or show its rows as a BED: {filtered(path, _AS_BED, '.bed')}"
            raise InputError(f"{file}:{number}: {error}{cure}") from error
        place = plain(fields[0]), start, end, strand
        if part is not None and ids.parents:
            for parent in ids.parents if part != _IGNORED else ():
                key = Key(place[0], parent, strand, ids.gene)
                if book.add_part(key, part, start, end):
                    name = given.get(b"gene_id", b"") or (
                        parent == ids.own and given.get(b"Name", b"")
                    )
                    names = plain(symbol(given)), plain(name or parent.removeprefix(_GENE))
                    book.imply(key, Row(number, *place, *names, ids.above))
        elif not _is_landmark(kind, given):
            row = _row(number, place, kind, given, ids, plain)
            own = ids.own or (b"\n%d" % number if ids.parents else b"")
            if own:
                book.add(Key(place[0], own, strand, ids.gene), row)
            else:
                yield from book.feature(row)
    yield from book.features()


def _row(
    number: int,
    place: tuple[bytes, int, int, Strand],
    kind: bytes,
    given: Attributes,
    ids: _Ids,
    plain: Callable[[bytes], bytes],
) -> Row:
    """Return a row that is no part of another."""
    is_gene = kind.endswith(b"gene") and not (ids.parents and ids.gene != ANY_GENE)
    title, name = symbol(given), given.get(b"Name", b"")
    if is_gene:
        title, name = title or name, b""
    name = name or given.get(b"gene_id", b"") or ids.own.removeprefix(_GENE) or kind
    derived = ids.own and kind in _PRODUCTS and given.get(b"Derives_from", b"")
    parents = (_decoded_id(derived),) if derived else ids.parents
    return Row(number, *place, plain(title), plain(name), parents, is_gene, bool(derived))


def _is_landmark(kind: bytes, given: Attributes) -> bool:
    """Tell whether a row is about a whole sequence, and not about something on it."""
    return kind in _LANDMARKS or bool(
        given.get(_CIRCULAR, b"") or (kind == b"region" and given.get(b"mol_type", b""))
    )


def _gtf_ids(given: Attributes, kind: bytes, text: bytes, part: bool) -> _Ids:
    transcript, gene = given.get(b"transcript_id", b""), given.get(b"gene_id", b"")
    if part and transcript:
        return _Ids(b"", (transcript,), (_GENE + gene,) if gene else (), gene)
    is_gene, is_transcript = kind.endswith(b"gene"), kind.endswith((b"transcript", b"rna"))
    if not transcript and not gene:
        bare = bare_id(text)
        if bare and is_gene:
            gene = bare
        elif bare and is_transcript:
            transcript = bare
        else:
            said = 'no attribute gene_id "..." and no transcript_id "..."'
            if b"=" in text:
                raise ValueError(f"{said}; this is a GFF3: call the file .gff3")
            raise _NoGenesError(f"{said}; add them")
    genes = (_GENE + gene,) if gene else ()
    if is_gene and (kind == b"gene" or transcript in (b"", gene)):
        return _Ids(_GENE + (gene or transcript), gene=gene or transcript)
    if part:
        return _Ids(b"", genes, (), gene)
    if is_transcript or (is_gene and transcript):
        return _Ids(transcript, genes, (), gene)
    return _Ids()


def _gff3_ids(given: Attributes, kind: bytes, text: bytes, part: bool) -> _Ids:
    if (not given and text.strip(b" ;") not in (b"", b".")) or is_gtf(text):
        said = "the attributes of a GFF3 are KEY=VALUE;KEY=VALUE"
        if _GTF_IDS.search(text) or (kind in (b"gene", b"transcript") and bare_id(text)):
            raise ValueError(f"{said}; this is a GTF: call the file .gtf")
        raise _NoGenesError(f"{said}; write them so")
    own = _decoded_id(given.get(b"ID", b""))
    parents = tuple(_decoded_id(each) for each in given.get(b"Parent", b"").split(b",") if each)
    if part and own and not parents and _PARTS[kind] == CODING:
        return _Ids(own, (own,))  # pieces of one that has no gene's row
    return _Ids(own, parents)


def _decoded_id(text: bytes) -> bytes:
    return unquote_to_bytes(text.strip())


def _circular(lines: Iterable[bytes]) -> dict[bytes, int]:
    """Return the lengths of the sequences that a GFF3 calls circular."""
    found = {}
    for line in lines:
        if line.startswith((b"##FASTA", b">")):
            break
        if _CIRCULAR in line and not line.startswith(b"#"):
            fields = line.split(b"\t")
            given = gff3_attributes(fields[-1])
            if len(fields) >= _COLUMNS and given.get(_CIRCULAR, b"").lower() == b"true":
                length = int(fields[4]) if fields[4].isdigit() and len(fields[4]) < 11 else 0
                if fields[3] == b"1" and 0 < length < _LONGEST:
                    found[unquote_to_bytes(fields[0])] = length
    return found


def _rows_at(
    path: Path,
    places: Places,
    circular: Mapping[bytes, int],
    ids_of: Callable[[bytes], list[bytes]],
) -> Iterator[Line]:
    """Yield the rows that make what lies at places; of circular sequences all."""
    spans = {chrom.encode(): at for chrom, at in places.items()}
    lines = lines_on(path, spans, escaped=ids_of is gff3_ids)
    cut = {chrom: at for chrom, at in spans.items() if chrom not in circular}
    return kin_at(_rows(path, lines), cut, ids_of)


def _rows(path: Path, lines: Iterable[tuple[int, bytes]] | None = None) -> Iterator[Line]:
    """Yield number and fields of every row; the sequences at the end of a GFF3 are none."""
    for number, line in read_lines(path) if lines is None else lines:
        if line.startswith((b"##FASTA", b">")):
            return
        if not line.strip() or line.startswith((b"#", b"track ", b"browser ")):
            continue
        fields = line.split(b"\t")
        while len(fields) > _COLUMNS and not fields[-1].strip():
            fields.pop()  # tabs at the end of a line
        if len(fields) != _COLUMNS:
            cure = ""
            if len(fields) == 1 and len(line.split()) >= _COLUMNS:
                cure = f": {filtered(path, _WITH_TABS)}"
            raise InputError(
                f"{shown(path)}:{number}: {len(fields)} column{'s'[: len(fields) > 1]}; a line of "
                f"GTF or GFF3 has {_COLUMNS}, separated by tabs{cure}"
            )
        yield number, fields


def _place(fields: list[bytes], round_: int) -> tuple[int, int, Strand]:
    """Read a place; `round_` is the length of a circular sequence, 0 of others."""
    start, end = whole(fields[3], "start"), whole(fields[4], "end")
    if start < 1:
        raise ValueError("start 0; GTF and GFF3 count from 1; is it a BED?")
    if end < start <= round_:  # as some tools write what goes over the origin
        end += round_
    if end < start:
        raise ValueError(f"end {end} < start {start}; exchange them, the strand has a column")
    return start - 1, end, "." if fields[6] == b"?" else read_strand(fields[6], 7)

"""Tables of regions that are no BED: where their columns are, from what they are called or hold.

What decides is the table's own: the names of its columns, a width that is end - start + 1 (then
starts count from 1) or end - start, UCSC's bins. A table whose columns are BED's is no other one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gtrack.io.table_head import Head, position

_CHROM = frozenset(
    "chrom chr chromosome seqnames seqname seqid contig genoname tname space "
    "chromosomename chromosomescaffoldname".split()
)
_WHOSE = "(chrom|chr|tx|gene|transcript|exon|peak|region|geno|feature|t)?"
_START = re.compile(f"{_WHOSE}(start|begin)(position|pos|bp)?")
_END = re.compile(f"{_WHOSE}(end|stop)(position|pos|bp)?")
_WIDTHS = frozenset("width length len size".split())
_NAMES = frozenset(
    "name id peak peakid peakname geneid gene symbol genename region regionid interval".split()
)
_VARIANTS = frozenset("snp snps snpid rsid variant variantid markername marker".split())
_POSITIONS = frozenset("pos position bp chrpos basepairlocation bppos ps genpos".split())
_FROM_1 = frozenset("seqnames chromosomename chromosomescaffoldname".split())
_FROM_0 = frozenset("chromstart txstart genostart tstart".split())
_STRANDS = frozenset(("+", "-", ".", "*", "0", "1", "-1", ""))
_NO_BED_NAME = _WIDTHS | frozenset("score strand abssummit pileup".split())


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a table the columns of a BED stand, from 0; -1 where there is none.

    `first` is the number that the first base of a chromosome has as a start, or None where the
    table does not say; `what` is what the table is, in words.
    """

    chrom: int
    start: int
    end: int
    what: str
    first: int | None
    name: int = -1
    strand: int = -1
    summit: int = -1
    bins: bool = False


def titled(names: tuple[str, ...]) -> list[str]:
    """Return names of columns without case, blanks and signs.

    Examples
    --------
    >>> titled(("#chromStart", "Gene start (bp)", "abs_summit"))
    ['chromstart', 'genestartbp', 'abssummit']
    """
    return [re.sub("[^a-z0-9]", "", name.lower()) for name in names]


def name_and_strand(head: Head) -> tuple[int, int]:
    """Return where a BED has its names and strands, from 0; -1: nowhere.

    They are columns 4 and 6, unless the names of the columns say otherwise.
    """
    titles = titled(head.names)
    if not titles:
        return 3, 5
    name, strand = 3, _find(titles, {"strand"})
    if len(titles) > 3 and titles[3] in _NO_BED_NAME:
        name = _find(titles, _NAMES)
    return name if name > 2 else -1, strand if strand > 2 else 5


def has_widths(head: Head) -> bool:
    """Tell whether a column is called a width or a length: then it was asked."""
    return not _WIDTHS.isdisjoint(titled(head.names))


def other_columns(head: Head) -> Columns | None:
    """Return the columns of a table that is no BED; None for a BED, and for what is no table."""
    if not head.rows or len(head.widths) < 3:
        return None
    found = _named(head) if head.names else None
    if found is None:
        found = next(_unnamed(head), None)
    if found is None:
        return None
    in_order = (found.chrom, found.start, found.end) == (0, 1, 2) and head.separator in "\t "
    return None if in_order and found.first != 1 and found.summit < 0 else found


def _find(titles: list[str], wanted: frozenset[str] | set[str]) -> int:
    return next((at for at, title in enumerate(titles) if title in wanted), -1)


def _named(head: Head) -> Columns | None:
    """Return the columns that the names say, where the rows agree."""
    titles = titled(head.names)
    chrom = _find(titles, _CHROM)
    start, end = (
        next((at for at, title in enumerate(titles) if form.fullmatch(title)), -1)
        for form in (_START, _END)
    )
    if min(chrom, start, end) < 0 or max(chrom, start, end) not in head.widths:
        return None
    if not are_positions(head, start, end):
        return None
    what, first = _counted(head, titles, chrom, start, end)
    width = _find(titles, _WIDTHS)
    if width >= 0:
        said = _from_width(head, start, end, width)
        first = first if said is None else said
    name = _find(titles, _NAMES)
    if titles[0].startswith("peakid"):
        name = 0
    strand, summit = _find(titles, {"strand"}), _find(titles, {"abssummit"})
    name, strand, summit = (at if at in head.widths else -1 for at in (name, strand, summit))
    bins = titles[0] == "bin" and (chrom, start, end) == (1, 2, 3)
    return Columns(chrom, start, end, what, first, name, strand, summit, bins)


def _counted(
    head: Head, titles: list[str], chrom: int, start: int, end: int
) -> tuple[str, int | None]:
    """Return what a table with these names is, and where its starts count from."""
    if "abssummit" in titles:
        return "a table of MACS with its summits (abs_summit)", 1
    if titles[chrom] == "seqnames":
        return "a GRanges table of R (seqnames)", 1
    if titles[chrom] in _FROM_1:
        return "a table of BioMart", 1
    if titles[0].startswith("peakid") and chrom:
        return "a peak table of HOMER (PeakID first)", 1
    if titles[0] == "geneid" and chrom:
        return "a SAF (GeneID first)", 1
    if titles[start] in _FROM_0:
        binned = " with its bin column" if titles[0] == "bin" else ""
        return f"a table of UCSC{binned}", 0
    return "a table", None


def points(head: Head) -> tuple[int, int, int] | None:
    """Return where a table of single positions has chromosome, position and name; -1: no name."""
    titles = titled(head.names)
    chrom, at = (_find(titles, known) for known in (_CHROM | {"chrid"}, _POSITIONS))
    if min(chrom, at) < 0 or max(chrom, at) not in head.widths:
        return None
    places = [position(field) for field in head.column(at)]
    if not any(place is not None for place in places):
        return None
    name = _find(titles, _NAMES | _VARIANTS)
    return chrom, at, name if name in head.widths else -1


def are_positions(head: Head, start: int, end: int) -> bool:
    """Tell whether two columns hold whole numbers of which the second is no smaller."""
    if not head.rows or end not in head.widths:
        return False
    pairs = zip(map(position, head.column(start)), map(position, head.column(end)), strict=True)
    return all(one is not None and two is not None and one <= two for one, two in pairs)


def _from_width(head: Head, start: int, end: int, width: int) -> int | None:
    """Return what the widths say of where starts count from; None where they fit neither way."""
    if width not in head.widths:
        return None
    over = set()
    for _, fields in head.rows:
        first, last, wide = (position(fields[at]) for at in (start, end, width))
        if first is None or last is None or wide is None:
            return None
        over.add(wide - (last - first))
    return over.pop() if over in ({0}, {1}) else None


def _unnamed(head: Head) -> Iterator[Columns]:
    """Yield the columns that the rows show."""
    there = head.widths
    for chrom in range(min(7, len(there) - 2)):
        start, end, after = chrom + 1, chrom + 2, chrom + 3
        strand = after if after in there and _are_strands(head.column(after)) else -1
        if not are_positions(head, start, end):
            if strand_first := _gene_prediction(head, chrom):
                yield strand_first
            continue
        if chrom < 2 and _from_width(head, start, end, after) == 1 and _counts(head, after):
            at = after + 1 if after + 1 in there and _are_strands(head.column(after + 1)) else -1
            what = f"a table of widths (column {after + 1} is end - start + 1)"
            yield Columns(chrom, start, end, what, 1, strand=at)
        elif chrom == 1 and _are_bins(head):
            yield Columns(1, 2, 3, "a table of UCSC with its bin column", 0, bins=True)
        elif chrom and _is_word(head, chrom) and not are_positions(head, 1, 2):
            if chrom == 1 and strand >= 0:
                what = "a SAF or a peak table of HOMER (name, chromosome, start, end, strand)"
                yield Columns(1, 2, 3, what, 1, name=0, strand=strand)
            else:
                what = f"a table with the chromosome in column {chrom + 1}"
                yield Columns(chrom, start, end, what, None, strand=strand)
        elif not chrom and head.separator not in "\t ":
            yield Columns(0, 1, 2, "a table with other separators than tabs", None)


def _counts(head: Head, width: int) -> bool:
    """Tell whether widths are more than chance: several, or beside a strand."""
    after = width + 1
    return (
        len(head.rows) > 1
        or (after in head.widths and head.column(after)[0] in ("+", "-", "*"))
        or len(head.widths) == width + 1
    )


def _is_word(head: Head, column: int) -> bool:
    return all(position(field) is None for field in head.column(column))


def _are_strands(values: list[str]) -> bool:
    return set(values) <= _STRANDS and bool(set(values) & {"+", "-", "*", "."})


def _are_bins(head: Head) -> bool:
    """Tell whether column 1 holds the bins of UCSC of the regions in columns 3 and 4."""
    for _, fields in head.rows:
        given, start, end = (position(fields[at]) for at in (0, 2, 3))
        if given is None or start is None or end is None or given != _bin(start, end):
            return False
    return True


def _bin(start: int, end: int) -> int:
    """Return the smallest bin of UCSC that holds a region (Kent et al., Genome Res. 12:996)."""
    last = max(end - 1, start)
    for shift, first in ((17, 585), (20, 73), (23, 9), (26, 1)):
        if start >> shift == last >> shift:
            return first + (start >> shift)
    return 0


def _gene_prediction(head: Head, chrom: int) -> Columns | None:
    """Return the columns of a genePred, of a refFlat or of UCSC's tables of genes."""
    strand, start, end = chrom + 1, chrom + 2, chrom + 3
    if chrom not in (1, 2) or end not in head.widths or are_positions(head, 1, 2):
        return None
    if not are_positions(head, start, end):
        return None
    if not set(head.column(strand)) <= {"+", "-"} or len(head.widths) < 8:
        return None
    return Columns(chrom, start, end, "a gene table of UCSC", 0, name=chrom - 1, strand=strand)

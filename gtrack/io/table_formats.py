"""Formats of others that are given as regions: known by their form, with the line that makes a BED.

The lines are made for any awk of POSIX. They keep the name and the strand where there are some.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.shell import filtered, holds
from gtrack.io.table_columns import Columns, are_positions, has_widths, other_columns, points
from gtrack.io.table_head import Head, is_number, position

_WHOLE = "([0-9]{1,3}(,[0-9]{3})+|[0-9]+)"
_LOCUS = re.compile(rf"[^\s\"]+[:_-]{_WHOLE}(-|_|\.\.){_WHOLE}(:[-+*])?(?=[\s,;\"]|$)")
_LETTERS = re.compile("[ACGTUNacgtun]+")
_ALLELES = re.compile(r"[ACGTUNacgtun,*.<>:\[\]0-9A-Za-z_]+")
_CIGAR = re.compile(r"([0-9]+[MIDNSHPX=])+|\*")
_SHORT = " (short regions: scan them with --flank 100, or --resize 200)"
_STRAND = '(${0} ~ /^[-+]$/ ? ${0} : ".")'


@dataclass(frozen=True, slots=True)
class Cure:
    """What a file is, and the command that makes a BED of what it reads.

    `note` is said behind the command; `ending` is that of the new file.
    """

    what: str
    command: str
    note: str = ""
    ending: str = ".bed"


def refuse_other_formats(head: Head) -> None:
    """Refuse regions in a format that is no BED, with the command that makes one.

    Raises
    ------
    InputError
        Naming file and line, what the file is, and the cure.
    """
    line = head.header or (head.rows[0][0] if head.rows else 1)
    where = f"{shown(head.path)}:{line}: "
    first = head.names[0] if head.header else head.rows[0][1][0] if head.rows else ""
    if first.startswith(">"):
        raise InputError(f"{where}a FASTA where regions are due; give the genome with --fasta")
    if first.startswith(("fixedStep", "variableStep")):
        raise InputError(f"{where}a wiggle of values, no regions; give the BED of the regions")
    found = (known(head) for known in (_sam, _vcf, _gff, _pairs, _bim, _columns, _points, _loci))
    cure = next((each for each in found if each is not None), None)
    if cure is not None:
        line_of_cure = filtered(head.path, cure.command, cure.ending)
        raise InputError(f"{where}{cure.what}; make a BED of it: {line_of_cure}{cure.note}")


def awk(head: Head, program: str, separator: str = "\t") -> str:
    r"""Return a command that runs a program of awk; its output has tabs."""
    option = {" ": "", "\t": r"-F '\t' "}.get(separator, f"-F '{separator}' ")
    before = ""
    if holds(head.path, b"\r"):
        before += r'{sub(/\r$/, "")} '
    if holds(head.path, b"\xef\xbb\xbf") and not head.header:
        before += r'NR == 1 {sub(/^\357\273\277/, "")} '
    if head.quoted:
        before += '{gsub(/"/, "")} '
    return rf"awk {option}-v OFS='\t' '{before}{program}'"


def _rows(head: Head, header: int) -> str:
    """Return the pattern of awk that the rows of a table fit."""
    after = [f"NR > {header}"] if header else []
    return " && ".join([*after, *(["!/^#/"] if head.comments else []), "NF"])


def _loci(head: Head) -> Cure | None:
    """Know a list of loci as browsers show them: chr1:1,001-2,000, chr1-1001-2000."""
    if are_positions(head, 1, 2):
        return None  # a BED, whatever its contigs are called
    joined = [(number, head.separator.join(fields)) for number, fields in head.rows]
    header = head.header
    if len(joined) > 1 and not _LOCUS.match(joined[0][1]):
        header = joined.pop(0)[0]  # R writes one: x
    if not joined or not all(_LOCUS.match(text) for _, text in joined):
        return None
    separator = head.separator
    if separator == "," and all(_LOCUS.fullmatch(text) for _, text in joined):
        separator = " "  # the commas are those of the thousands
    split = r"match($1, /[:_-][0-9,]+(-|_|\.\.)[0-9,]+(:[-+*])?$/)"
    strand = r'(r ~ /\+$/ ? "+" : r ~ /-$/ ? "-" : ".")'
    taken = (
        'c = substr($1, 1, RSTART - 1); r = substr($1, RSTART + 1); gsub(/,/, "", r); '
        "split(r, p, /[^0-9]+/); print c, p[1] - 1, p[2], "
        f'(NF > 1 ? $2 : "."), 0, {strand}'
    )
    program = f"{_rows(head, header)} {{if ({split}) {{{taken}}} else print}}"
    what = "loci as a browser shows them, whose starts count from 1"
    return Cure(what, awk(head, program, separator))


def _sam(head: Head) -> Cure | None:
    """Know a SAM, and Picard's list of intervals, which has its header."""
    headed = any(line.startswith("@") for line in head.comments)
    if not head.rows:
        return None
    row = head.rows[0][1]
    if headed and len(row) in (4, 5):
        program = f"!/^@/ && NF {{print $1, $2 - 1, $3, $5, 0, {_STRAND.format(4)}}}"
        return Cure("an interval_list of Picard, whose starts count from 1", awk(head, program))
    if len(row) < 11 or not all(row[at].isdigit() for at in (1, 3, 4)):
        return None
    if not _CIGAR.fullmatch(row[5]):
        return None
    program = (
        '!/^@/ && $6 != "*" {n = 0; c = $6; while (match(c, /^[0-9]+[MIDNSHP=X]/)) '
        "{if (substr(c, RLENGTH, 1) ~ /[MDN=X]/) n += substr(c, 1, RLENGTH - 1); "
        "c = substr(c, RLENGTH + 1)} "
        'print $3, $4 - 1, $4 - 1 + n, $1, 0, (int($2 / 16) % 2 ? "-" : "+")}'
    )
    return Cure("a SAM of alignments, no regions", awk(head, program))


def _vcf(head: Head) -> Cure | None:
    headed = any(line.startswith(("##fileformat=VCF", "#CHROM\tPOS")) for line in head.comments)
    if not head.rows or len(head.rows[0][1]) < 5:
        return None
    row = head.rows[0][1]
    shaped = (
        head.separator == "\t"
        and row[1].isdigit()
        and not row[2].isdigit()
        and _LETTERS.fullmatch(row[3])
        and _ALLELES.fullmatch(row[4])
        and (len(row) < 6 or row[5] == "." or position(row[5]) is not None)
    )
    if not (headed or shaped):
        return None
    program = f"{_rows(head, head.header)} {{print $1, $2 - 1, $2 - 1 + length($4), $3}}"
    return Cure("a VCF of variants, whose positions count from 1", awk(head, program), _SHORT)


def _gff(head: Head) -> Cure | None:
    if not head.rows or head.separator != "\t" or len(head.rows[0][1]) < 8:
        return None
    row = head.rows[0][1]
    if not (row[3].isdigit() and row[4].isdigit() and row[6] in ("+", "-", ".", "?")):
        return None
    if row[7] not in (".", "0", "1", "2") or row[2].isdigit():
        return None
    program = f"!/^#/ && NF > 7 {{print $1, $4 - 1, $5, $3, 0, {_STRAND.format(7)}}}"
    kinds = {fields[2] for _, fields in head.rows if len(fields) > 2}
    kind = "gene" if "gene" in kinds else min(kinds)
    note = f' (some features alone: NF > 7 && $3 == "{shown(kind, 40)}")'
    return Cure("a GTF or GFF, whose starts count from 1", awk(head, program), note)


def _bim(head: Head) -> Cure | None:
    """Know the variants of PLINK: chromosome, id, centimorgans, position, two alleles."""
    if head.header or head.separator not in "\t " or head.widths != range(6):
        return None
    alleles = {*head.column(4), *head.column(5)}
    if not all(map(_ALLELES.fullmatch, alleles)) or all(map(str.isdigit, alleles)):
        return None
    if any(position(at) is None for at in head.column(3)) or are_positions(head, 1, 2):
        return None
    if not all(map(is_number, head.column(2))):
        return None
    program = f"{_rows(head, 0)} {{print $1, $4 - 1, $4, $2}}"
    what = "variants of PLINK (.bim), whose positions count from 1"
    return Cure(what, awk(head, program, head.separator), _SHORT)


def _points(head: Head) -> Cure | None:
    """Know a table of positions by the names of its columns, as PLINK and the GWAS Catalog do."""
    found = points(head)
    if found is None:
        return None
    chrom, at, name = (f"${column + 1}" for column in found)
    chosen = f"{chrom}, {at} - 1, {at}" + (f", {name}" if found[2] >= 0 else "")
    program = f"{_rows(head, head.header)} && {at} ~ /^[0-9]+$/ {{print {chosen}}}"
    what = "a table of positions, no regions"
    note = f" ({at} for {at} - 1 and {at} + 1 for {at} if they count from 0)"
    return Cure(what, awk(head, program, head.separator), note)


def _pairs(head: Head) -> Cure | None:
    """Know a BEDPE: two regions a line."""
    if len(head.widths) < 6 or head.separator not in "\t ":
        return None
    chroms = {*head.column(0), "."}
    if not {*head.column(3)} <= chroms or {*head.column(3)} == {"."}:
        return None
    ends = [*head.column(1), *head.column(2), *head.column(4), *head.column(5)]
    if not all(end == "-1" or position(end) is not None for end in ends):
        return None
    name = "$7" if len(head.widths) > 6 else '"."'
    program = (
        f"{_rows(head, head.header)} {{if ($2 >= 0) print $1, $2, $3, {name}; "
        f"if ($5 >= 0) print $4, $5, $6, {name}}}"
    )
    return Cure("a BEDPE, two regions in a line", awk(head, program, head.separator))


def _columns(head: Head) -> Cure | None:
    """Know a table by its columns."""
    at = other_columns(head)
    if at is None:
        return None
    if at.bins and head.separator == "\t" and not head.quoted:
        return Cure(f"{at.what}, not a BED", "cut -f2-")
    printed, ending = _printed(head, at)
    command = awk(head, f"{_rows(head, head.header)} {{print {printed}}}", head.separator)
    what, note = f"{at.what}, not a BED", ""
    if at.first == 1:
        what = f"{at.what}, whose starts count from 1"
        if "seqnames" in at.what and not has_widths(head):
            note = " (if its starts count from 0, call the column of the chromosomes chrom)"
    elif at.first is None:
        note = f" (${at.start + 1} - 1 for ${at.start + 1} if its starts count from 1)"
    return Cure(what, command, note, ending)


def _printed(head: Head, at: Columns) -> tuple[str, str]:
    """Return what awk prints of a row, and the ending of the new file."""
    start, end = f"${at.start + 1}", f"${at.end + 1}"
    spelled = [*head.column(at.start), *head.column(at.end)]
    if at.first:
        start += " - 1"
    if not all(field.isdigit() and len(field) < 10 for field in spelled):
        start, end = f'sprintf("%.0f", {start})', f'sprintf("%.0f", {end})'
    chosen = [f"${at.chrom + 1}", start, end]
    name = f"${at.name + 1}" if at.name >= 0 else '"."'
    if at.summit >= 0:
        offset = f"${at.summit + 1} - ${at.start + 1}"
        return ", ".join([*chosen, name, '0, "."', "0, -1, -1", offset]), ".narrowPeak"
    if at.strand >= 0:
        chosen += [name, "0", _strand(head, at.strand)]
    elif at.name >= 0:
        chosen.append(name)
    return ", ".join(chosen), ".bed"


def _strand(head: Head, column: int) -> str:
    field, values = f"${column + 1}", set(head.column(column))
    if values <= {"1", "-1"}:
        return f'({field} == -1 ? "-" : "+")'
    if values & {"0", "1"}:  # of HOMER
        return f'({field} ~ /^[-1]/ ? "-" : "+")'
    return _STRAND.format(column + 1)

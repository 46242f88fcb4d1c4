"""Commands that mend a FASTA file, fit to be pasted; they need nothing but a POSIX shell."""

from __future__ import annotations

import re
from pathlib import Path

from gtrack.core.printable import pasted
from gtrack.io import text
from gtrack.io.foreign import binary_kind

_UNCOMMENTED = "sed '/^;/d'"
_BASES = re.compile("[ACGTUNacgtun]{8,}")
_LETTERS = (
    'awk \'/^>/{if(n++)print"";print;next}{gsub(/[^A-Za-z*-]/,"");printf"%s",$0}END{print""}\''
)


def only_letters(path: Path) -> str:
    """Return the command that drops all but letters and writes each sequence as one line."""
    return _mended(path, _LETTERS)


def unix_lines(path: Path) -> str:
    """Return the command that makes line feeds of carriage returns."""
    return _mended(path, r"tr '\r' '\n'", reads_names=False)


def named_headers(path: Path) -> str:
    """Return the command that takes blanks between ``>`` and the name away."""
    return _mended(path, "sed 's/^>[[:blank:]]*/>/'")


def without_empty(path: Path) -> str:
    """Return the command that leaves sequences without bases out."""
    return _mended(path, 'awk \'/^>/{h=$0;next}/[A-Za-z]/{if(h!="")print h;h="";print}\'')


def without_gaps(path: Path) -> str:
    """Return the command that takes the gaps of an alignment out."""
    return _mended(path, _LETTERS.replace("*-]", "*]"))


def thymine(path: Path) -> str:
    """Return the command that writes RNA as DNA."""
    return _mended(path, "sed '/^>/!y/uU/tT/'")


def _mended(path: Path, program: str, *, reads_names: bool = True) -> str:
    file, target = pasted(path), pasted(_new(path))
    if path.name.endswith((".gz", ".bgz")):
        return f"gunzip -c {file} | {program} > {target}"
    return f"{program} {'' if reads_names else '< '}{file} > {target}"


def without_header(path: Path) -> str:
    """Say what a file is that does not start with ``>``, and the cure; empty where not known."""
    with text.open_bytes(path) as stream:
        head = stream.read(1 << 16)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return f"; it is text in UTF-16: {_mended(path, 'iconv -f UTF-16 -t UTF-8')}"
    if head[257:262] == b"ustar":
        return "; it is a tar of files: unpack it, tar -xf, and give the FASTA inside"
    if what := binary_kind(head, path):
        return f"; it is {re.split('[;:]', what)[0]}"
    lines = [line for line in head.decode("latin-1").splitlines()[:9] if line.strip()]
    if lines and lines[0].startswith(";"):
        return f"; leave its comments out: {_mended(path, _UNCOMMENTED)}"
    if lines and _BASES.fullmatch(lines[0]):
        named = pasted(_new(path))
        return f"; if it is bases, give them a name: (echo '>NAME'; cat {pasted(path)}) > {named}"
    return _table(lines)


def _table(lines: list[str]) -> str:
    """Say which table a file is."""
    fields = lines[0].split("\t") if lines else []
    numbers = [field.isdigit() for field in fields]
    if len(fields) in (5, 6) and all(numbers[1:]):
        return "; it is an index of a FASTA (.fai): give the FASTA itself"
    if numbers == [False, True]:
        return "; it is a table of lengths: give the FASTA or 2bit that they are of"
    if numbers[1:3] == [True, True]:
        return "; it is a BED: regions go to --bed, their genome to --fasta"
    cells = (field.strip('"') for line in lines[:2] for field in re.split("[,\t]", line))
    if any(map(_BASES.fullmatch, cells)):
        return "; sequences in a table with a column sequence are given with --sequences"
    return ""


def _new(path: Path) -> str:
    name = re.sub(r"\.(gz|bgz)$", "", str(path))
    stem = re.sub(r"\.(fa|fasta|fna|fas|txt|seq)$", "", name, flags=re.IGNORECASE)
    return f"{stem}.mended.fa"

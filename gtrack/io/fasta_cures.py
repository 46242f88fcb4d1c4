"""Commands that mend a FASTA file, fit to be pasted; they need nothing but a POSIX shell."""

from __future__ import annotations

import re
from pathlib import Path

from gtrack.core.printable import pasted

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


def thymine(path: Path) -> str:
    """Return the command that writes RNA as DNA."""
    return _mended(path, "sed '/^>/!y/uU/tT/'")


def _mended(path: Path, program: str, *, reads_names: bool = True) -> str:
    file = pasted(path)
    name = re.sub(r"\.(gz|bgz)$", "", str(path))
    stem = re.sub(r"\.(fa|fasta|fna|fas)$", "", name, flags=re.IGNORECASE)
    target = pasted(f"{stem}.mended.fa")
    if name != str(path):
        return f"gunzip -c {file} | {program} > {target}"
    return f"{program} {'' if reads_names else '< '}{file} > {target}"

"""What is given where a text file is due: what it is, and how it becomes one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from gtrack.core.printable import pasted, shown

_ADDRESS = re.compile(r"([a-z][a-z0-9+]+):/+(.+)", re.IGNORECASE)
_FETCHED = frozenset(("http", "https", "ftp"))
_DRIVE = re.compile(r"([A-Za-z]):\\(.*)")


def missing(path: Path) -> str:
    r"""Say what a path is under which there is no file.

    Examples
    --------
    >>> missing(Path("https://a.org/b.bed"))
    'an address, no file; fetch it first: curl -fLO https://a.org/b.bed'
    >>> missing(Path("hg38.fa"))
    'no such file'
    """
    text = str(path)
    if found := _ADDRESS.fullmatch(text):
        kind = found[1].lower()
        if kind == "file":
            return f"an address; give the path alone: {pasted('/' + found[2])}"
        if kind in _FETCHED:
            whole = pasted(f"{found[1]}://{found[2]}")  # a path keeps one slash of two
            return f"an address, no file; fetch it first: curl -fLO {whole}"
        return "an address, no file; fetch it first"
    if found := _DRIVE.match(text):
        there = f"/mnt/{found[1].lower()}/{found[2]}".replace("\\", "/")
        return f"no such file; a path of Windows is another one here, in WSL {shown(there)}"
    if text.startswith("~"):
        return (
            "no such file; the shell puts a home for ~ only where a word begins: leave a blank "
            "before it, and no quotes around it"
        )
    return "no such file"


def binary_kind(head: bytes, path: Path) -> str:
    r"""Say what a binary file is, from how it begins; empty where it is not known.

    Examples
    --------
    >>> binary_kind(b"BAM\1", Path("a.bam"))
    'a BAM, reads; regions of them: bedtools bamtobed -i a.bam > a.bed'
    """
    say = next((say for magic, say in _KINDS.items() if head.startswith(magic)), None)
    return "" if say is None else say(path)


def _becomes(what: str, command: str) -> Callable[[Path], str]:
    def say(path: Path) -> str:
        return f"{what}: {command} {pasted(path)}" + _target(path, command)

    return say


def _target(path: Path, command: str) -> str:
    new = path.with_suffix(".bed")
    if new == path or new.exists():
        new = path.with_name(f"{path.stem}.new.bed")
    return f" {'> ' if command.endswith('-i') else ''}{pasted(new)}"


def _is(what: str) -> Callable[[Path], str]:
    return lambda _: what


_BIG_BED = _becomes("a bigBed; make a text of it", "bigBedToBed")
_BIG_WIG = _is("a bigWig of values, where text is due; give the regions, as BED")
_KINDS: dict[bytes, Callable[[Path], str]] = {
    b"\xeb\xf2\x89\x87": _BIG_BED,
    b"\x87\x89\xf2\xeb": _BIG_BED,
    b"\x26\xfc\x8f\x88": _BIG_WIG,
    b"\x88\x8f\xfc\x26": _BIG_WIG,
    b"BAM\1": _becomes("a BAM, reads; regions of them", "bedtools bamtobed -i"),
    b"CRAM": _is("a CRAM, reads, where text is due; give regions, as BED"),
    b"BCF": _is("a BCF of variants; bcftools view makes a text of it"),
    b"TBI\1": _is("an index of tabix; give the file that it is of"),
    b"CSI\1": _is("an index; give the file that it is of"),
    b"\xd0\xcf\x11\xe0": _is("an old workbook (.xls); save it as text with tabs"),
    b"\x89HDF": _is("an HDF5 file, where text is due"),
    b"\x43\x27\x41\x1a": _is("a 2bit, a genome; give it with --fasta"),
    b"\x1a\x41\x27\x43": _is("a 2bit, a genome; give it with --fasta"),
    b"%PDF": _is("a PDF; give a text file"),
    b"{\\rtf": _is("rich text (RTF); save it as plain text"),
    b"<!DOCTYPE html": _is("a page of the web (HTML), not the file itself; fetch the file"),
    b"<html": _is("a page of the web (HTML), not the file itself; fetch the file"),
}
"""How files begin that are no tables, and what is said of them."""

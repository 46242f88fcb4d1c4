"""What a file of a genome is, and the file that can be read by position in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io import text
from gtrack.io.twobit_reader import is_twobit
from gtrack.io.unpacked import unpacked

Form = Literal["fasta", "bgzf", "2bit"]

_COMPRESSED = (".gz", ".bgz")
_FOREIGN = {
    b"LOCUS ": "GenBank; take the FASTA of the same sequences",
    b"ID   ": "EMBL; take the FASTA of the same sequences",
    b"@": "FASTQ, reads; give the genome",
    b"##gff": "GFF; give the genome",
    b"BAM\1": "BAM, reads; give the genome",
}
"""How other files begin that people take for a genome."""


class GenomeFile(NamedTuple):
    """The file that is read, how, and what the user should know of that."""

    path: Path
    form: Form
    note: str | None = None


def genome_file(path: Path, cache: Path) -> GenomeFile:
    """Tell what a file is, and unpack what cannot be read by position as it is.

    Raises
    ------
    InputError
        When it is no genome, or cannot be read by position.
    OutputError
        When it must be unpacked and the cache refuses.
    """
    file = shown(path)
    if path.is_fifo():
        raise InputError(f"{file}: a pipe cannot be read by position; save the FASTA as a file")
    if is_twobit(path):
        return GenomeFile(path, "2bit")
    kind = text.compression(path)
    named = path.name.lower().endswith(_COMPRESSED)
    if kind == "bgzf" and not named:
        raise InputError(f"{file}: bgzip under another ending; rename it to {file}.gz")
    if kind == "plain" and path.stat().st_size == 0:
        raise InputError(f"{file}: empty; give a FASTA file")
    if kind == "plain" and named:
        raise InputError(f"{file}: not compressed, despite its ending; rename it to .fa")
    _refuse_foreign(path)
    if kind != "gzip":
        return GenomeFile(path, "bgzf" if kind == "bgzf" else "fasta")
    whole = unpacked(path, cache)
    said = f"{file}: plain gzip, read through {shown(whole)} ({whole.stat().st_size / 1e6:,.1f} MB)"
    return GenomeFile(whole, "fasta", said)


def _refuse_foreign(path: Path) -> None:
    with text.open_bytes(path) as stream:
        head = stream.read(16)
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"{shown(path)}: not a FASTA file but {what}")

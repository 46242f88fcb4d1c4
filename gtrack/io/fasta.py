"""The genome: FASTA, plain or compressed, or 2bit, read by position."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.core.sequences import Reference, as_read, not_dna, plain
from gtrack.io import fasta_cures
from gtrack.io.faidx import Record
from gtrack.io.fasta_index import find_index, user_cache
from gtrack.io.genome_file import Form, genome_file
from gtrack.io.text import reading
from gtrack.io.twobit_reader import TwoBitReader

_LINE, _LINES = 60, 10_000  # letters of a line, and lines in memory


class _Reader(Protocol):
    """What reads letters by position."""

    def letters(self, chrom: str, start: int, end: int) -> bytes:
        """Return the letters of a stretch of a sequence."""

    def close(self) -> None:
        """Close the file."""


class Genome:
    """A genome opened for random access; close it, or use it in a ``with`` block.

    Not thread-safe, and not to be shared across a fork: every thread or process opens its own.
    Ask for sorted positions where the file is compressed: each 64 KiB block is then inflated once.

    Attributes
    ----------
    path : Path
        The file that was given.
    chrom_sizes : dict of str to int
        Lengths in bp, in the order of the file.
    form : str
        How it is read: ``fasta``, ``bgzf`` or ``2bit``.
    files : tuple of Path
        What a browser reads in its place: the file, which of plain gzip is the unpacked one, and
        its indexes (.fai and, of bgzip, .gzi; none of 2bit).
    note : str or None
        What the user should know of how it is read.

    Examples
    --------
    >>> with Genome.open(Path("example_data/genome.fa")) as genome:
    ...     genome.fetch("chr1", 0, 4)
    'AAAT'
    """

    def __init__(
        self,
        path: Path,
        chrom_sizes: Mapping[str, int],
        form: Form,
        files: tuple[Path, ...],
        reader: _Reader,
        note: str | None = None,
    ) -> None:
        self.path = path
        self.chrom_sizes = dict(chrom_sizes)
        self.form, self.files, self.note = form, files, note
        self._reader = reader

    @classmethod
    def open(cls, path: Path, cache_dir: Path | None = None) -> Genome:
        """Open a genome, indexing or unpacking it first where that was not done before.

        Parameters
        ----------
        path : Path
            FASTA, plain, bgzip (with an ending ``.gz`` or ``.bgz``) or gzip; or 2bit.
        cache_dir : Path, optional
            Where an index goes that cannot lie beside the file, and the text of plain gzip;
            ``$XDG_CACHE_HOME/gtrack`` or ``~/.cache/gtrack`` when not given.

        Raises
        ------
        InputError
            When the file is missing, is neither, or is truncated or malformed, with the line where
            there is one; when it is plain gzip of too much text.
        OutputError
            When an index must be made and neither folder takes it.
        """
        cache = cache_dir or user_cache()
        found = genome_file(path, cache)
        if found.form == "2bit":
            packed = TwoBitReader(path)
            for name, size in packed.chrom_sizes.items():
                if not size:
                    packed.close()
                    raise InputError(
                        f"{shown(path)}: sequence '{shown(name, 60)}' has no bases; leave it out"
                    )
            return cls(path, packed.chrom_sizes, "2bit", (path,), packed)
        bgzf = found.form == "bgzf"
        index = find_index(found.path, bgzf, cache, path)
        files = (found.path, index.fai, *([index.gzi] if bgzf else []))
        reader: _Reader = (
            _BgzipReader(path, files, index.blocks)
            if bgzf
            else _PlainReader(found.path, index.records)
        )
        sizes = {record.name: record.length for record in index.records}
        return cls(path, sizes, found.form, files, reader, found.note)

    def letters(self, chrom: str, start: int, end: int) -> bytes:
        """Give the letters of one stretch of a chromosome as the file has them.

        Parameters
        ----------
        chrom : str
            A name in `chrom_sizes`.
        start, end : int
            0-based half-open, in bp.

        Returns
        -------
        bytes
            ``end - start`` ASCII letters, of either case.

        Raises
        ------
        InputError
            When the stretch does not lie on the chromosome (nothing is clipped), or holds a
            character that is no letter, or is RNA or protein.
        """
        letters = self._lying(chrom, start, end)
        if plain(letters) is None:
            self._refuse(letters, chrom, start, end)
        return letters

    def fetch(self, chrom: str, start: int, end: int) -> str:
        """Give the bases of one stretch, in letters of ``ACGTN``: upper-cased, others as ``N``.

        Takes and raises what :meth:`letters` does.
        """
        letters = self._lying(chrom, start, end)
        if (read := plain(letters)) is not None:  # most often, and fast
            return read.decode("ascii")
        self._refuse(letters, chrom, start, end)
        return as_read(letters)

    def _lying(self, chrom: str, start: int, end: int) -> bytes:
        """Return the letters of a stretch, whatever they are."""
        size = self.chrom_sizes.get(chrom)
        if size is None or not 0 <= start <= end <= size:
            what = "no such sequence" if size is None else f"beyond the {size} bp of the sequence"
            raise self._error(chrom, start, end, f"{what}; give regions of this genome")
        if start == end:
            return b""
        try:
            letters = self._reader.letters(chrom, start, end)
        except (OSError, ValueError, RuntimeError, zlib.error) as error:
            what = f"cannot be read ({error}); get the file again"
            raise self._error(chrom, start, end, what) from error
        if len(letters) != end - start:
            what = (
                f"only {len(letters)} bases there: the file changed, or its .fai is of another "
                "file; remove the .fai"
            )
            raise self._error(chrom, start, end, what)
        return letters

    def _refuse(self, letters: bytes, chrom: str, start: int, end: int) -> None:
        """Refuse letters that are none, or those of RNA or protein."""
        if not letters.isalpha():
            bad = next(i for i, c in enumerate(letters) if not chr(c).isalpha())
            what = f"character '{shown(letters[bad : bad + 1])}' is no base"
            cure = "; correct the FASTA"
            if letters[bad] == ord("-"):
                cure = " but a gap of an alignment; take gaps out, and give regions of what is "
                cure += f"left: {fasta_cures.without_gaps(self.path)}"
            raise self._error(chrom, start + bad, start + bad + 1, what + cure)
        if (wrong := not_dna(letters)) is not None:
            cure = "give the DNA"
            if "RNA" in wrong:
                cure = f"write T for U: {fasta_cures.thymine(self.path)}"
            raise self._error(chrom, start, end, f"{wrong}; {cure}")

    def _error(self, chrom: str, start: int, end: int, what: str) -> InputError:
        where = f"{start + 1}" if end == start + 1 else f"{start + 1}-{end}"
        return InputError(f"{shown(self.path)}: {shown(chrom, 60)}:{where}: {what}")

    def close(self) -> None:
        """Close the file; the genome cannot be used afterwards."""
        self._reader.close()

    def __enter__(self) -> Genome:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def fasta_lines(genome: Reference) -> Iterator[bytes]:
    """Yield a genome as FASTA, in lines of 60 letters of the case that they have in the file."""
    for chrom, size in genome.chrom_sizes.items():
        yield b">%b\n" % chrom.encode("ascii")
        for start in range(0, size, _LINE * _LINES):
            letters = genome.letters(chrom, start, min(start + _LINE * _LINES, size))
            lines = (letters[at : at + _LINE] for at in range(0, len(letters), _LINE))
            yield b"".join(b"%b\n" % line for line in lines)


class _PlainReader:
    """A plain FASTA file, read by place: nothing of it stays in memory."""

    def __init__(self, path: Path, records: list[Record]) -> None:
        with reading(path):
            self._file = path.open("rb", buffering=0)
        self._records = {record.name: record for record in records}

    def letters(self, chrom: str, start: int, end: int) -> bytes:
        _, _, offset, bases, width = self._records[chrom]
        line, column = divmod(start, bases)
        first = offset + line * width + column
        line, column = divmod(end - 1, bases)
        wanted = offset + line * width + column + 1 - first
        file = self._file.fileno()
        data = os.pread(file, wanted, first)
        while len(data) < wanted:  # at most 2 GB come at once
            more = os.pread(file, wanted - len(data), first + len(data))
            if not more:
                break
            data += more
        if b"\r" in data:
            return data.translate(None, b"\r\n")
        return data.replace(b"\n", b"")  # thrice as fast

    def close(self) -> None:
        self._file.close()


class _BgzipReader:
    """A bgzip FASTA file and its indexes."""

    def __init__(self, given: Path, files: tuple[Path, ...], blocks: list[tuple[int, int]]) -> None:
        import pyfaidx  # noqa: PLC0415  (of bgzipped genomes alone; it loads half of the web)

        file, fai, gzi = files
        try:
            self._reader = pyfaidx.Faidx(
                str(file),
                indexname=str(fai),
                gzi_indexname=str(gzi),
                as_raw=True,
                rebuild=False,  # pyfaidx would write over the user's index
                build_index=False,
            )
        except (OSError, ValueError, zlib.error) as error:
            raise InputError(f"{shown(given)}: cannot be read: {error}") from error
        self._reader.gzi_index = [_Block(*block) for block in blocks[:-1]]

    def letters(self, chrom: str, start: int, end: int) -> bytes:
        letters: bytes = self._reader.fetch(chrom, start + 1, end).encode("ascii")
        return letters

    def close(self) -> None:
        self._reader.close()


class _Block:
    """A BGZF block, comparing so that pyfaidx finds the block that a base starts, too.

    It would take the block before, at an offset of that block's length; for a block of the full
    65,536 bytes such an offset does not exist.
    """

    __slots__ = ("cstart", "ustart")

    def __init__(self, cstart: int, ustart: int) -> None:
        self.cstart, self.ustart = cstart, ustart

    def __lt__(self, offset: int) -> bool:
        return self.ustart <= offset

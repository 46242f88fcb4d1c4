"""FASTA: the genome, plain or bgzip, read by position through its .fai index."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import pyfaidx

from gtrack.core.errors import InputError
from gtrack.core.printable import pasted, shown
from gtrack.core.sequences import as_read
from gtrack.io import text
from gtrack.io.fasta_index import find_index, user_cache

_COMPRESSED = (".gz", ".bgz")


class Genome:
    """A FASTA file opened for random access; close it, or use it in a ``with`` block.

    Not thread-safe, and not to be shared across a fork: every thread or process opens its own.
    Ask for sorted positions where the file is compressed: each 64 KiB block is then inflated once.

    Attributes
    ----------
    path : Path
        The FASTA file.
    chrom_sizes : dict of str to int
        Lengths in bp, in the order of the file.
    fai : Path
        Its index, wherever that lies.
    gzi : Path or None
        The index of its blocks, where it is bgzip.

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
        indexes: tuple[Path, Path | None],
        reader: pyfaidx.Faidx,
    ) -> None:
        self.path = path
        self.chrom_sizes = dict(chrom_sizes)
        self.fai, self.gzi = indexes
        self._reader = reader

    @classmethod
    def open(cls, path: Path, cache_dir: Path | None = None) -> Genome:
        """Open a FASTA file, indexing it first where it has no index that fits.

        Parameters
        ----------
        path : Path
            Plain FASTA, or bgzip with an ending ``.gz`` or ``.bgz``.
        cache_dir : Path, optional
            Where an index goes that cannot lie beside the file; ``$XDG_CACHE_HOME/gtrack`` or
            ``~/.cache/gtrack`` when not given.

        Raises
        ------
        InputError
            When the file is missing, is not a FASTA, is gzip but not bgzip, or is truncated or
            malformed, with the line where there is one.
        OutputError
            When an index must be made and neither folder takes it.
        """
        bgzf = _check_kind(path)
        index = find_index(path, bgzf, cache_dir or user_cache())
        try:
            reader = pyfaidx.Faidx(
                str(path),
                indexname=str(index.fai),
                gzi_indexname=str(index.gzi) if bgzf else None,
                as_raw=True,
                rebuild=False,  # pyfaidx would write over the user's index
                build_index=False,
            )
        except (OSError, ValueError, zlib.error) as error:
            raise InputError(f"{shown(path)}: cannot be read: {error}") from error
        if bgzf:
            reader.gzi_index = [_Block(*block) for block in index.blocks[:-1]]
        indexes = (index.fai, index.gzi if bgzf else None)
        return cls(path, {r.name: r.length for r in index.records}, indexes, reader)

    def fetch(self, chrom: str, start: int, end: int) -> str:
        """Give the bases of one stretch of a chromosome.

        Parameters
        ----------
        chrom : str
            A name in `chrom_sizes`.
        start, end : int
            0-based half-open, in bp.

        Returns
        -------
        str
            ``end - start`` letters of ``ACGTN``: upper-cased, every other letter as ``N``.

        Raises
        ------
        InputError
            When the stretch does not lie on the chromosome (nothing is clipped), or holds a
            character that is no letter.
        """
        size = self.chrom_sizes.get(chrom)
        if size is None or not 0 <= start <= end <= size:
            what = "no such sequence" if size is None else f"beyond the {size} bp of the sequence"
            raise self._error(chrom, start, end, f"{what}; give regions of this genome")
        if start == end:
            return ""
        try:
            sequence: bytes = self._reader.fetch(chrom, start + 1, end).encode("ascii")
        except (OSError, ValueError, RuntimeError, zlib.error) as error:
            what = f"cannot be read ({error}); get the file again"
            raise self._error(chrom, start, end, what) from error
        if len(sequence) != end - start:
            raise self._error(
                chrom,
                start,
                end,
                f"only {len(sequence)} bases there: the file changed, or its .fai is of another "
                "file; remove the .fai",
            )
        if not sequence.isalpha():
            bad = next(i for i, c in enumerate(sequence) if not chr(c).isalpha())
            what = f"character '{shown(sequence[bad : bad + 1])}' is no base"
            raise self._error(chrom, start + bad, start + bad + 1, f"{what}; correct the FASTA")
        return as_read(sequence)

    def _error(self, chrom: str, start: int, end: int, what: str) -> InputError:
        where = f"{start + 1}" if end == start + 1 else f"{start + 1}-{end}"
        return InputError(f"{shown(self.path)}: {shown(chrom, 60)}:{where}: {what}")

    def close(self) -> None:
        """Close the file; the genome cannot be used afterwards."""
        self._reader.close()

    def __enter__(self) -> Genome:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


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


def _check_kind(path: Path) -> bool:
    """Whether `path` is bgzip; refuses what cannot be read by position."""
    file = shown(path)
    if path.is_fifo():
        raise InputError(f"{file}: a pipe cannot be read by position; save the FASTA as a file")
    kind = text.compression(path)
    named = path.name.lower().endswith(_COMPRESSED)
    if kind == "gzip":
        raise InputError(
            f"{file}: plain gzip cannot be read by position; use bgzip: gunzip -c "
            f"{pasted(file)} | bgzip > {pasted(file.removesuffix('.gz') + '.bgz')}"
        )
    if kind == "bgzf" and not named:
        raise InputError(f"{file}: bgzip under another ending; rename it to {file}.gz")
    if kind == "plain" and path.stat().st_size == 0:
        raise InputError(f"{file}: empty; give a FASTA file")
    if kind == "plain" and named:
        raise InputError(f"{file}: not compressed, despite its ending; rename it to .fa")
    return kind == "bgzf"

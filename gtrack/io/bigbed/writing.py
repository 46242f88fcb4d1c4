"""Writing of any bigBed by pybigtools, read back by pyBigWig before it gets its name.

pybigtools reports few of its failures: it prints them and returns. So its input is checked first
and its output after. It also counts every field as a standard one, which makes browsers take a
motif's id for a count of blocks: that field of the header is set here.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pybigtools
import pyBigWig

from gtrack.core.errors import OutputError, VerificationError
from gtrack.core.printable import shown
from gtrack.io.atomic import (
    create,
    finished_name,
    give_name,
    sync,
    sync_folder,
    temporary_beside,
)
from gtrack.io.folders import entries

MAGIC = struct.pack("<I", 0x8789F2EB)

_FIELD_COUNTS = struct.Struct("<HH")  # fieldCount, definedFieldCount
_FIELD_COUNTS_AT = 32
_UNFINISHED = ".tmp.bb"
_OVERHEAD = 1 << 16  # header, description, indexes

COLOUR = "reserved"
"""What UCSC's own descriptions call BED's ninth field, itemRgb; browsers know it by its place.

R's rtracklayer reads ``R,G,B`` where the field is called so, and takes ``itemRgb`` for a number."""

BedRecord = tuple[str, int, int, str]
"""Chromosome, start, end, and the other columns separated by tabs."""

Field = tuple[str, str, str]
"""autoSql type, name, meaning."""


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a bigBed.

    Parameters
    ----------
    name : str
        A word.
    meaning : str
    fields : tuple of Field
        All columns.
    standard : int
        How many of them are BED's own.
    """

    name: str
    meaning: str
    fields: tuple[Field, ...]
    standard: int

    @property
    def autosql(self) -> str:
        """The description that the file carries."""
        # "(" on a line of its own: igv.js finds the fields by it.
        fields = "".join(f'{kind} {name}; "{meaning}"\n' for kind, name, meaning in self.fields)
        return f'table {self.name}\n"{self.meaning}"\n(\n{fields})\n'

    @property
    def counts(self) -> tuple[int, int]:
        """How many fields there are, and how many are BED's own."""
        return len(self.fields), self.standard


def write_rows(
    path: Path, table: Table, chrom_sizes: Mapping[str, int], rows: Sequence[BedRecord]
) -> None:
    """Write sorted rows that lie on their chromosomes; equal rows give equal bytes.

    Without rows the file is still a bigBed, and empty.

    Raises
    ------
    OutputError
        When the disk refuses.
    VerificationError
        When the finished file does not hold every row.
    """
    sizes = {chrom: chrom_sizes[chrom] for chrom in dict.fromkeys(row[0] for row in rows)}
    if not rows:  # a reader wants one chromosome at least
        sizes = dict(sorted(chrom_sizes.items())[:1])
    # pybigtools goes by the ending. A killed run's leavings go here: no sweep for *.tmp finds them.
    for left in entries(path.parent):
        if left.endswith(_UNFINISHED) and finished_name(left) == path.name:
            path.with_name(left).unlink(missing_ok=True)
    temporary = temporary_beside(path).with_suffix(_UNFINISHED)
    try:
        if rows:
            _write(temporary, table, sizes, rows)
        else:
            with create(temporary) as file:
                file.write(_empty(table, sizes))
        with temporary.open("r+b") as file:
            file.seek(_FIELD_COUNTS_AT)
            file.write(_FIELD_COUNTS.pack(*table.counts))
            file.flush()
            sync(file.fileno())
        _verify(temporary, path, table, sizes, rows)
        give_name(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise OutputError(f"{shown(path)}: cannot write: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _write(path: Path, table: Table, sizes: Mapping[str, int], rows: Sequence[BedRecord]) -> None:
    _check_room(path, sum(32 + len(row[3]) for row in rows) + _OVERHEAD)
    try:
        pybigtools.open(str(path), "w").write(dict(sizes), iter(rows), autosql=table.autosql)
    except BaseException as error:
        # A panic of its Rust code is no Exception; an interruption is none either, and goes on.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise OSError(None, f"pybigtools: {error}") from error
        raise


def _check_room(path: Path, size: int) -> None:
    """Take the room of the uncompressed file: a full disk speaks here, and not in pybigtools."""
    with create(path) as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)


def _verify(
    path: Path, final: Path, table: Table, sizes: Mapping[str, int], rows: Sequence[BedRecord]
) -> None:
    wrong = _difference(path, table, sizes, rows)
    if wrong:
        raise VerificationError(
            f"{shown(final)}: read back after writing and found wrong: {wrong}; "
            "check the disk, then run again"
        )


def _difference(
    path: Path, table: Table, sizes: Mapping[str, int], rows: Sequence[BedRecord]
) -> str:
    """Say how the file differs from what was to be written; nothing when it does not."""
    with path.open("rb") as file:
        head = file.read(64)
        file.seek(-4, os.SEEK_END)
        if len(head) < 64 or head[:4] != MAGIC or file.read(4) != MAGIC:
            return "it is no whole bigBed"
    counts = _FIELD_COUNTS.unpack_from(head, _FIELD_COUNTS_AT)
    if counts != table.counts:
        return f"it counts {counts} fields"
    wanted = iter(rows)
    try:
        with pyBigWig.open(str(path)) as track:
            if not track.isBigBed() or track.chroms() != dict(sizes):
                return "it has other chromosomes"
            if track.SQL().decode() != table.autosql:
                return "it describes other columns"
            for chrom, size in sizes.items():
                for entry in track.entries(chrom, 0, size) or ():
                    row = next(wanted, None)
                    if row is None or (chrom, *entry) != row:
                        return f"another record at {chrom} {entry[0]} {entry[1]}"
    except RuntimeError as error:
        return f"pyBigWig cannot read it ({error})"
    missing = next(wanted, None)
    return "" if missing is None else f"no record at {missing[0]} {missing[1]} {missing[2]}"


def _empty(table: Table, sizes: Mapping[str, int]) -> bytes:
    """Return a bigBed without records, which pybigtools cannot write.

    Layout: Kent et al. 2010, supplement, tables 5 to 17.
    """
    ((chrom, size),) = sizes.items()
    name = chrom.encode()
    autosql = table.autosql.encode() + b"\0"
    summary_at = 64 + len(autosql)
    summary = bytes(40)
    chroms_at = summary_at + len(summary)
    chroms = struct.pack("<IIIIQQ", 0x78CA8C91, 1, len(name), 8, 1, 0)
    chroms += struct.pack("<BBH", 1, 0, 1) + name + struct.pack("<II", 0, size)
    data_at = chroms_at + len(chroms)
    index = struct.pack("<IIQIIIIQII", 0x2468ACE0, 256, 0, 0, 0, 0, 0, data_at + 8, 512, 0)
    index += struct.pack("<BBH", 1, 0, 0)
    head = MAGIC + struct.pack(
        *("<HHQQQHHQQIQ", 4, 0, chroms_at, data_at, data_at + 8),
        *(*table.counts, 64, summary_at, 0, 0),
    )
    return head + autosql + summary + chroms + struct.pack("<Q", 0) + index + MAGIC

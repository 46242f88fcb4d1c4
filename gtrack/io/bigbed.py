"""bigBed of motif hits, written by pybigtools and read back by pyBigWig before it gets its name.

pybigtools reports few of its failures: it prints them and returns. So its input is checked first
and its output after. It also counts every field as a standard one, which makes browsers take the
motif's id for a count of blocks: that field of the header is set here.
"""

from __future__ import annotations

import glob
import os
import struct
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import pybigtools
import pyBigWig

from gtrack.core.errors import OutputError, VerificationError
from gtrack.core.motif_hit import MotifHit
from gtrack.io import text
from gtrack.io.atomic import sync_folder, temporary_beside
from gtrack.io.hit_columns import OWN_FIELDS, hit_rows

SUPPORTING, OPPOSING = "0,114,178", "213,94,0"
"""itemRgb: blue and vermillion of Okabe and Ito's palette, told apart by every eye."""

_BED9 = (
    ("string", "chrom", "Chromosome"),
    ("uint", "chromStart", "Start"),
    ("uint", "chromEnd", "End"),
    ("string", "name", "Transcription factor"),
    ("uint", "score", "100 * -log10 q, at most 1000"),
    ("char[1]", "strand", "Motif strand"),
    ("uint", "thickStart", "Start"),
    ("uint", "thickEnd", "End"),
    ("uint", "itemRgb", "Blue supports, vermillion opposes"),
)
_FIELDS = (*_BED9, *OWN_FIELDS)

# "(" on a line of its own: igv.js finds the fields by it.
AUTOSQL = (
    'table gtrackHit\n"Motif hits supported by model relevance"\n(\n'
    + "".join(f'{kind} {name}; "{meaning}"\n' for kind, name, meaning in _FIELDS)
    + ")\n"
)
"""The description of the columns that the file carries."""

_MAGIC = struct.pack("<I", 0x8789F2EB)
_FIELD_COUNTS = struct.Struct("<HH")  # fieldCount, definedFieldCount
_FIELD_COUNTS_AT = 32
_UNFINISHED = ".tmp.bb"
_OVERHEAD = 1 << 16  # header, description, indexes

Row = tuple[str, int, int, str]


def write_bigbed(path: Path, chrom_sizes: Mapping[str, int], hits: Iterable[MotifHit]) -> None:
    """Write hits as bigBed 9+9; equal hits give equal bytes.

    Without hits the file is still a bigBed, and empty.

    Parameters
    ----------
    path : Path
    chrom_sizes : mapping of str to int
        Lengths in bp. The file names those chromosomes that have hits.
    hits : iterable of MotifHit
        In any order.

    Raises
    ------
    OutputError
        When a hit does not lie on its chromosome, or the disk refuses.
    VerificationError
        When the finished file does not hold every hit.
    """
    rows = [_row(path, chrom_sizes, hit, cells) for hit, cells in hit_rows(hits)]
    sizes = {chrom: chrom_sizes[chrom] for chrom in dict.fromkeys(row[0] for row in rows)}
    if not rows:  # a reader wants one chromosome at least
        sizes = dict(sorted(chrom_sizes.items())[:1])
    # pybigtools goes by the ending. A killed run's leavings go here: no sweep for *.tmp finds them.
    for left in path.parent.glob(f"{glob.escape(path.name)}.*{_UNFINISHED}"):
        left.unlink(missing_ok=True)
    temporary = temporary_beside(path).with_suffix(_UNFINISHED)
    try:
        if rows:
            _write(temporary, sizes, rows)
        else:
            temporary.write_bytes(_empty(sizes))
        with temporary.open("r+b") as file:
            file.seek(_FIELD_COUNTS_AT)
            file.write(_FIELD_COUNTS.pack(len(_FIELDS), len(_BED9)))
            file.flush()
            os.fsync(file.fileno())
        _verify(temporary, path, sizes, rows)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise OutputError(f"{text.shown(path)}: cannot write: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _row(path: Path, chrom_sizes: Mapping[str, int], hit: MotifHit, cells: tuple[str, ...]) -> Row:
    size = chrom_sizes.get(hit.chrom, 0)
    if hit.end > size:
        raise OutputError(
            f"{text.shown(path)}: a hit of {hit.name} at {hit.chrom} {hit.start} {hit.end} lies "
            f"beyond the chromosome's {size} bp; was the genome exchanged? scan again"
        )
    chrom, start, end, name, score, strand, *own = cells
    colour = SUPPORTING if hit.supports else OPPOSING
    rest = "\t".join((name, score, strand, start, end, colour, *own))
    return chrom, hit.start, hit.end, rest


def _write(path: Path, sizes: Mapping[str, int], rows: list[Row]) -> None:
    _check_room(path, sum(32 + len(row[3]) for row in rows) + _OVERHEAD)
    try:
        pybigtools.open(str(path), "w").write(dict(sizes), iter(rows), autosql=AUTOSQL)
    except BaseException as error:
        # A panic of its Rust code is no Exception; an interruption is none either, and goes on.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise OSError(None, f"pybigtools: {error}") from error
        raise


def _check_room(path: Path, size: int) -> None:
    """Take the room of the uncompressed file: a full disk speaks here, and not in pybigtools."""
    with path.open("xb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)


def _verify(path: Path, final: Path, sizes: Mapping[str, int], rows: list[Row]) -> None:
    wrong = _difference(path, sizes, rows)
    if wrong:
        raise VerificationError(
            f"{text.shown(final)}: read back after writing and found wrong: {wrong}; "
            "check the disk, then run again"
        )


def _difference(path: Path, sizes: Mapping[str, int], rows: list[Row]) -> str:
    """Say how the file differs from what was to be written; nothing when it does not."""
    with path.open("rb") as file:
        head = file.read(64)
        file.seek(-4, os.SEEK_END)
        if len(head) < 64 or head[:4] != _MAGIC or file.read(4) != _MAGIC:
            return "it is no whole bigBed"
    counts = _FIELD_COUNTS.unpack_from(head, _FIELD_COUNTS_AT)
    if counts != (len(_FIELDS), len(_BED9)):
        return f"it counts {counts} fields"
    try:
        with pyBigWig.open(str(path)) as track:
            if not track.isBigBed() or track.chroms() != dict(sizes):
                return "it has other chromosomes"
            if track.SQL().decode() != AUTOSQL:
                return "it describes other columns"
            found = [
                (chrom, *entry)
                for chrom, size in sizes.items()
                for entry in track.entries(chrom, 0, size) or ()
            ]
    except RuntimeError as error:
        return f"pyBigWig cannot read it ({error})"
    if len(found) != len(rows):
        return f"it holds {len(found)} of {len(rows)} hits"
    for is_there, wanted in zip(found, rows, strict=True):
        if is_there != wanted:
            return f"another hit at {wanted[0]} {wanted[1]} {wanted[2]}"
    return ""


def _empty(sizes: Mapping[str, int]) -> bytes:
    """Return a bigBed without records, which pybigtools cannot write.

    Layout: Kent et al. 2010, supplement, tables 5 to 17.
    """
    ((chrom, size),) = sizes.items()
    name = chrom.encode()
    autosql = AUTOSQL.encode() + b"\0"
    summary_at = 64 + len(autosql)
    summary = bytes(40)
    chroms_at = summary_at + len(summary)
    chroms = struct.pack("<IIIIQQ", 0x78CA8C91, 1, len(name), 8, 1, 0)
    chroms += struct.pack("<BBH", 1, 0, 1) + name + struct.pack("<II", 0, size)
    data_at = chroms_at + len(chroms)
    index = struct.pack("<IIQIIIIQII", 0x2468ACE0, 256, 0, 0, 0, 0, 0, data_at + 8, 512, 0)
    index += struct.pack("<BBH", 1, 0, 0)
    head = _MAGIC + struct.pack(
        *("<HHQQQHHQQIQ", 4, 0, chroms_at, data_at, data_at + 8),
        *(len(_FIELDS), len(_BED9), 64, summary_at, 0, 0),
    )
    return head + autosql + summary + chroms + struct.pack("<Q", 0) + index + _MAGIC

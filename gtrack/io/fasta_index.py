"""Where the index of a FASTA file lies: found, or made.

An index is used where one lies beside the file and fits it; otherwise gtrack makes one, beside the
file or, where that cannot be written or a stale one lies there, in the user's cache folder. Files
of the user are never overwritten.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import NamedTuple

from gtrack.core.errors import OutputError
from gtrack.core.printable import shown
from gtrack.io import faidx, fasta_scan
from gtrack.io.atomic import write_parts
from gtrack.io.bgzf import blocks_of
from gtrack.io.digest import cache_key


class Index(NamedTuple):
    """Where an index lies and what it says; `blocks` are those of a bgzip file, else none."""

    fai: Path
    gzi: Path
    records: list[faidx.Record]
    blocks: list[tuple[int, int]]


def find_index(path: Path, bgzf: bool, cache: Path, given: Path | None = None) -> Index:
    """Take the index beside the file if fresh and fitting, else the cached one, else a new one.

    `given` is what the user calls the file, where `path` is the text of another one.

    Raises
    ------
    InputError
        When the file is no FASTA, with the line where there is one.
    OutputError
        When an index must be made and neither folder takes it.
    """
    blocks = blocks_of(path) if bgzf else []
    stat = path.stat()
    key = cache_key(path, stat)
    beside = path.with_name(path.name + ".fai"), path.with_name(path.name + ".gzi")
    cached = cache / f"{key}.fai", cache / f"{key}.gzi"
    for fai, gzi in (beside, cached):
        records = _fitting(path, fai, gzi, blocks, stat.st_mtime_ns)
        if records:
            return Index(fai, gzi, records, blocks)
    records = fasta_scan.scan(path, given)
    refused: Exception | None = None
    for fai, gzi in (beside, cached):
        try:
            if fai == cached[0]:
                cache.mkdir(parents=True, exist_ok=True)
            elif fai.exists() or gzi.exists() or not path.parent.stat().st_mode & 0o222:
                continue  # root could write into a read-only folder; its owner did not mean that
            if bgzf:
                _write(gzi, _encode_gzi(blocks), stat.st_mtime_ns)
            _write(fai, faidx.encode(records), stat.st_mtime_ns)
        except (OSError, OutputError) as error:
            refused = error
            continue
        return Index(fai, gzi, records, blocks)
    raise OutputError(
        f"{shown(cache)}: the index of {shown(path)} can be written neither here nor "
        "beside it; set XDG_CACHE_HOME to a writable folder"
    ) from refused


def _fitting(
    path: Path, fai: Path, gzi: Path, blocks: list[tuple[int, int]], mtime: int
) -> list[faidx.Record] | None:
    """Read the records of an index that is no older than the FASTA and fits it; None otherwise."""
    try:
        if fai.stat().st_mtime_ns < mtime:
            return None
        if blocks and (gzi.stat().st_mtime_ns < mtime or gzi.read_bytes() != _encode_gzi(blocks)):
            return None
        records = faidx.decode(fai.read_bytes())
    except OSError:
        return None
    if not records:
        return None
    if blocks:
        return records if faidx.fits_text(records, blocks[-1][1]) else None
    fits = faidx.fits_plain(records, path) and faidx.looks_clean(records, path)
    return records if fits else None


def _encode_gzi(blocks: list[tuple[int, int]]) -> bytes:
    """Give the bytes of the .gzi file: all blocks but the first and the empty last one."""
    inner = blocks[1:-1]
    return struct.pack("<Q", len(inner)) + b"".join(struct.pack("<QQ", *block) for block in inner)


def _write(index: Path, data: bytes, mtime: int) -> None:
    write_parts(index, [data])
    if index.stat().st_mtime_ns < mtime:  # the FASTA comes from the future: another clock
        os.utime(index, ns=(mtime, mtime))


def user_cache() -> Path:
    """Return the user's folder for what can be made again."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "gtrack"

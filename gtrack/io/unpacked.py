"""Plain gzip, unpacked once into the user's cache: it cannot be read by position.

The text lies there under the sha256 of the packed file; a small file beside it says of a path, with
size and times, which that is, so that the packed file is read once. Files appear whole under their
names: scans beside each other at worst unpack the same text twice.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from gtrack.core.errors import InputError, OutputError
from gtrack.core.printable import pasted, shown
from gtrack.io.atomic import replacing, write_text
from gtrack.io.digest import cache_key, file_digest
from gtrack.io.text import open_bytes, reading

LARGEST = 4_000_000_000
"""Bytes of text up to which a genome is unpacked: a human one has 3.2 billion."""

_SPARE = 1_000_000_000  # bytes of a disk that stay free
_PIECE = 1 << 20


def unpacked(path: Path, cache: Path) -> Path:
    """Return the text of a gzip file as a file in the cache, which is made where it is not there.

    Raises
    ------
    InputError
        When it is too large to be unpacked, or damaged; with the command that makes bgzip of it.
    OutputError
        When the cache cannot be written.
    """
    with reading(path):
        stat = path.stat()
    note = cache / f"{cache_key(path, stat)}.unpacked"
    if (known := _noted(note)) is not None:
        return known
    if stat.st_size > LARGEST:
        raise _too_large(path)
    text = cache / f"{file_digest(path)}.fa"
    own = text.with_suffix(".unpacked")  # so that another path of the same file is found
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if _noted(own) is None:
            with replacing(text) as handle:
                handle.writelines(_parts(path, cache))
                handle.flush()
                # Of one age, whoever unpacks it: an index that another made is not too old for it.
                os.utime(handle.fileno(), ns=(stat.st_mtime_ns, stat.st_mtime_ns))
            write_text(own, f"{text.name}\t{text.stat().st_size}\n")
        write_text(note, own.read_text())
    except (OSError, OutputError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise OutputError(
            f"{shown(cache)}: {shown(path)} cannot be unpacked there ({why}); set XDG_CACHE_HOME "
            f"to a folder with room, or use bgzip: {bgzip_line(path)}"
        ) from error
    return text


def bgzip_line(path: Path) -> str:
    """Return the command that makes a bgzip file of a gzip file."""
    packed = str(path).removesuffix(".gz") + ".bgz"
    return f"gunzip -c {pasted(path)} | bgzip > {pasted(packed)}"


def _noted(note: Path) -> Path | None:
    """Return the text that an earlier run unpacked, if it is still whole."""
    try:
        name, _, size = note.read_text().strip().partition("\t")
        text = note.with_name(Path(name).name)
        return text if text.stat().st_size == int(size) else None
    except (OSError, ValueError):
        return None


def _parts(path: Path, cache: Path) -> Iterator[bytes]:
    """Yield the text, as long as it is not too large and the disk has room."""
    size = 0
    with open_bytes(path) as stream:
        while part := stream.read(_PIECE):
            if size % (64 * _PIECE) == 0 and shutil.disk_usage(cache).free < _SPARE:
                raise OutputError("the disk is nearly full")
            size += len(part)
            if size > LARGEST:
                raise _too_large(path)
            yield part


def _too_large(path: Path) -> InputError:
    return InputError(
        f"{shown(path)}: plain gzip of more than {LARGEST / 1e9:.0f} GB of text, too much to be "
        f"unpacked; use bgzip: {bgzip_line(path)}"
    )

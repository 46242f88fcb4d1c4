"""What is kept of a finished file, so that a change of it is seen: size and sha256.

A look at the first and the last bytes is cheap however large a file is: a bigWig has its header and
its summary there. Of a file that is no longer than both, the look is at all of it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.core.small_file import FAILS

EDGE = 1 << 16
"""Bytes at each end of a file that a cheap look reads."""

_CHUNK = 1 << 20
OTHER_BYTES = "its bytes are not those that were written"
"""What is said of a file that is changed and yet as long as it was."""

_GONE = "is not there"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What a file was when it was written.

    Parameters
    ----------
    size : int
        In bytes.
    sha256 : str
        Of all of it (hex).
    edges : str or None
        sha256 (hex) of its first and its last `EDGE` bytes; None where it has no more than those.
    """

    size: int
    sha256: str
    edges: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as a manifest has it."""
        ends = {} if self.edges is None else {"edges": self.edges}
        return {"size": self.size, "sha256": self.sha256, **ends}


def record_file(path: Path, on_bytes: Callable[[int], None] = lambda _: None) -> FileRecord:
    """Read a whole file.

    Parameters
    ----------
    path : Path
    on_bytes : callable
        Told how many bytes more were read.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    whole, size = hashlib.sha256(), 0
    for part in _parts(path):
        whole.update(part)
        size += len(part)
        on_bytes(len(part))
    edges = _edges(path, size) if size > 2 * EDGE else None
    return FileRecord(size, whole.hexdigest(), edges)


def recorded_parts(parts: Iterable[bytes], told: Callable[[str], None]) -> Iterator[bytes]:
    """Yield the parts of a file as they come, and tell the sha256 (hex) of all after the last."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part)
        yield part
    told(whole.hexdigest())


def looks_changed(path: Path, record: FileRecord) -> str | None:
    """Say how a file differs from its record, by its size, its first and its last bytes.

    Returns
    -------
    str or None
        In words that follow the file's name; None where no difference is seen.
    """
    if why := _size_differs(path, record):
        return why
    if record.edges is None:
        return None if record_file(path).sha256 == record.sha256 else OTHER_BYTES
    return None if _edges(path, record.size) == record.edges else OTHER_BYTES


def has_changed(
    path: Path, record: FileRecord, on_bytes: Callable[[int], None] = lambda _: None
) -> str | None:
    """Say how a file differs from its record, by all of its bytes; see :func:`looks_changed`."""
    if why := _size_differs(path, record):
        return why
    return None if record_file(path, on_bytes).sha256 == record.sha256 else OTHER_BYTES


def regular_size(path: Path) -> int | None:
    """Return the size of a file, links followed; None where there is no regular file.

    Raises
    ------
    OSError
        When the disk fails: then nobody can say.
    """
    try:
        status = path.stat()
    except OSError as error:
        if error.errno in FAILS:
            raise
        return None
    except ValueError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _size_differs(path: Path, record: FileRecord) -> str | None:
    size = regular_size(path)
    if size is None:
        return "is no file" if os.path.lexists(path) else _GONE
    if size != record.size:
        return f"has {size:,} bytes, and {record.size:,} were written"
    return None


def _parts(path: Path) -> Iterator[memoryview]:
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    try:
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                yield view[:count]
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be read: {error.strerror or error}") from error


def _edges(path: Path, size: int) -> str:
    try:
        with path.open("rb") as file:
            ends = hashlib.sha256(file.read(EDGE))
            file.seek(size - EDGE)
            ends.update(file.read(EDGE))
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be read: {error.strerror or error}") from error
    return ends.hexdigest()

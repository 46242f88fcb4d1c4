"""Files that appear whole or not at all: written beside their name, synced, then renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from gtrack.core.errors import OutputError


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a binary file that takes the name `path` when the block ends without an error.

    Raises
    ------
    OutputError
        When the disk refuses; nothing is left under the final name, and no temporary file.
    """
    temporary: Path | None = None
    try:
        temporary = temporary_beside(path)
        with temporary.open("xb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
        temporary = None
        sync_folder(path.parent)
    except OSError as error:
        raise OutputError(f"{path}: cannot write: {error.strerror or error}") from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def write_text(path: Path, text: str) -> None:
    """Write a whole UTF-8 text file with LF line ends, atomically."""
    with replacing(path) as handle:
        handle.write(text.encode())


def temporary_beside(path: Path) -> Path:
    """Return a name for the unfinished file, in the same folder, that no other run uses.

    Open it with mode ``x``, not by mkstemp: the result has the permissions that the umask allows.
    """
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

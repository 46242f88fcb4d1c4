"""The digest of a whole file, and what it is known by where it is not to be read again."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from gtrack.core.errors import InputError


def file_digest(path: Path) -> str:
    """Return the sha256 (hex) of a file.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def regular_digest(path: Path | None) -> str | None:
    """Return the sha256 (hex) of a file; None of a pipe, which is read once, and of no path."""
    return file_digest(path) if path is not None and path.is_file() else None


def cache_key(path: Path, status: os.stat_result) -> str:
    """Return what a file is known by in the user's cache: by its place, its size and its time."""
    told = os.fsencode(path.resolve()), b"%d" % status.st_size, b"%d" % status.st_mtime_ns
    return hashlib.sha256(b"\0".join(told)).hexdigest()[:32]

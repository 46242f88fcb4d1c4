"""The digest of a whole file."""

from __future__ import annotations

import hashlib
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

"""Files that are read whole: only regular ones, and never more than such a file has.

A folder comes from anywhere. What is called ``config.json`` in it may be a device without end, a
pipe that nobody writes into, or a gigabyte.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

_NETWORK = (
    *("ESTALE", "ETIMEDOUT", "ESHUTDOWN", "ENOTCONN", "EHOSTDOWN", "EHOSTUNREACH", "EREMOTEIO"),
    *("ECOMM", "ENOLINK", "EKEYEXPIRED", "EKEYREVOKED", "EKEYREJECTED", "ENOKEY"),
)
AWAY = frozenset(getattr(errno, name) for name in _NETWORK if hasattr(errno, name))
"""What the system says of a network's disk that does not answer: macOS knows fewer."""

FAILS = AWAY | {errno.EIO}
"""What it says of a disk, and not of the file: that may be there, whole."""

MOST = 8_000_000
"""Bytes of a file that says something about others: JSON of so many needs some 100 MB of memory."""


def whole(path: Path, most: int = MOST) -> bytes:
    """Return the bytes of a regular file of at most `most` bytes.

    Raises
    ------
    OSError
        When the system refuses; with a `strerror` that says so, when it is no regular file
        (``EINVAL``) or larger (``EFBIG``): then nothing of it was read.
    """
    with regular(path, most) as file:
        try:
            return file.read(os.fstat(file.fileno()).st_size)
        except OSError as error:
            error.filename = str(path)
            raise


def regular(path: Path, most: int = MOST) -> BinaryIO:
    """Open a regular file of at most `most` bytes, as :func:`whole` does, which reads it."""
    # Without O_NONBLOCK, opening a pipe would wait for somebody to write.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _check(os.fstat(descriptor), path, most)
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def _check(found: os.stat_result, path: Path, most: int) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder", str(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "is no file but a device or a pipe", str(path))
    if found.st_size > most:
        said = f"{found.st_size:,} bytes, more than the {most:,} that such a file may have"
        raise OSError(errno.EFBIG, said, str(path))


def whole_json(path: Path, most: int = MOST) -> Any:
    """Return what a file of JSON holds.

    Raises
    ------
    OSError
        As :func:`whole`.
    ValueError
        When it is no JSON, or lists in it lie deeper in each other than any that gtrack writes.
    """
    try:
        return json.loads(whole(path, most))
    except RecursionError as error:
        raise ValueError("lists in lists without end") from error

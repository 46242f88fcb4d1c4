"""Plumbing shared by the ``.npz`` formats: arrays with the digest of what they belong to, sealed.

The sha256 of the zip archive stands behind it (which zip readers ignore) and is checked whenever a
file is read: zip's own checksums leave out its directory, and NumPy may not reach them.
"""

from __future__ import annotations

import hashlib
import io
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.small_file import whole
from gtrack.io.atomic import replacing

_SEAL = hashlib.sha256().digest_size
_AT_ONCE = 1 << 18  # bytes that are read back at once
_MOST = 1 << 40  # bytes: of a device or a pipe none is read
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError, EOFError, MemoryError),
    *(ArithmeticError, AttributeError, NotImplementedError, RuntimeError, SyntaxError, TypeError),
    LookupError,
)
"""What reading a file raises that is sealed, and yet no archive of arrays."""


def write_sealed(path: Path, digest: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays and the digest (hex) of what they belong to, atomically.

    Raises
    ------
    OutputError
        When the disk refuses.
    """
    plan = np.frombuffer(bytes.fromhex(digest), np.uint8)
    with replacing(path) as handle:
        np.savez(handle, allow_pickle=False, plan=plan, **arrays)
        seal = hashlib.sha256()
        handle.seek(0)
        while part := handle.read(_AT_ONCE):
            seal.update(part)
        handle.write(seal.digest())


def belongs(path: Path, digest: str) -> bool:
    """Tell whether a file is there, whole, and belongs to `digest`."""
    try:
        with _arrays(path) as arrays:
            return bool(arrays["plan"].tobytes().hex() == digest)
    except (OSError, ValueError):
        return False


def bears(path: Path, digest: str) -> bool:
    """Tell whether a file says that it belongs to `digest`; all of it is not read.

    What was written whole appears whole: this is enough for who only chooses what to do next.
    """
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            _check_sizes(arrays.zip, path.stat().st_size)
            return bool(arrays["plan"].tobytes().hex() == digest)
    except (OSError, ValueError, *_BROKEN):
        return False


def read_sealed(path: Path, prefix: str = "") -> tuple[str, dict[str, NDArray[Any]]]:
    """Return the digest (hex) and the arrays whose names begin with `prefix`, which is cut off.

    Raises
    ------
    OSError, ValueError
        When the file is missing or damaged.
    """
    with _arrays(path) as arrays:
        digest = arrays["plan"].tobytes().hex()
        names = [name for name in arrays.files if name.startswith(prefix) and name != "plan"]
        return digest, {name.removeprefix(prefix): arrays[name] for name in names}


@contextmanager
def _arrays(path: Path) -> Iterator[Any]:
    """Open an archive; whatever is wrong inside one that was sealed again is a ValueError."""
    data = _sealed(path)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:  # the seal is passed over
            _check_sizes(arrays.zip, len(data) - _SEAL)
            yield arrays
    except (OSError, ValueError):
        raise
    except _BROKEN as error:
        raise ValueError(f"{path} is damaged: {error}") from error


def _check_sizes(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse an archive that would take more memory than its own size: ours are not packed."""
    if sum(entry.file_size for entry in archive.infolist()) > size:
        raise ValueError("its arrays are larger than the file")


def _sealed(path: Path) -> bytes:
    """Return a file, once; ValueError when its digest is not that of what stands before it."""
    data = whole(path, _MOST)
    archive, seal = memoryview(data)[:-_SEAL], data[-_SEAL:]
    if hashlib.sha256(archive).digest() != seal:
        raise ValueError(f"{path} is damaged")
    return data

"""Plumbing shared by the ``.npz`` formats: arrays with the digest of what they belong to, sealed.

The sha256 of the zip archive stands behind it (which zip readers ignore) and is checked whenever a
file is read: zip's own checksums leave out its directory, and NumPy may not reach them.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.io.atomic import replacing

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, TypeError),
    *(AttributeError, NotImplementedError, RuntimeError, OverflowError, MemoryError),
)
"""What reading a file raises that is sealed, and yet no archive."""

_SEAL = hashlib.sha256().digest_size


def write_sealed(path: Path, digest: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays and the digest (hex) of what they belong to, atomically.

    Raises
    ------
    OutputError
        When the disk refuses.
    """
    buffer = io.BytesIO()
    plan = np.frombuffer(bytes.fromhex(digest), np.uint8)
    np.savez(buffer, allow_pickle=False, plan=plan, **arrays)
    with replacing(path) as handle:
        handle.write(buffer.getbuffer())
        handle.write(hashlib.sha256(buffer.getbuffer()).digest())


def belongs(path: Path, digest: str) -> bool:
    """Tell whether a file is there, whole, and belongs to `digest`."""
    try:
        with _opened(path) as arrays:
            return bool(arrays["plan"].tobytes().hex() == digest)
    except (OSError, ValueError):
        return False


def read_sealed(path: Path, prefix: str = "") -> tuple[str, dict[str, NDArray[Any]]]:
    """Return the digest (hex) and the arrays whose names begin with `prefix`, which is cut off.

    Raises
    ------
    OSError, ValueError
        When the file is missing or damaged.
    """
    with _opened(path) as arrays:
        digest = arrays["plan"].tobytes().hex()
        names = [name for name in arrays.files if name.startswith(prefix) and name != "plan"]
        return digest, {name.removeprefix(prefix): arrays[name] for name in names}


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open the archive; ValueError where it is none, whoever put a right seal behind it."""
    data = _unsealed(path)
    try:
        with zipfile.ZipFile(data) as archive:
            if any(each.compress_type != zipfile.ZIP_STORED for each in archive.infolist()):
                raise ValueError(f"{path} is packed")  # it could grow without end
        data.seek(0)
        with np.load(data, allow_pickle=False) as arrays:
            yield arrays
    except _BROKEN as error:
        raise ValueError(f"{path} is no archive of arrays") from error


def _unsealed(path: Path) -> io.BytesIO:
    """Return the archive; ValueError when its digest is not the one behind it."""
    data = path.read_bytes()
    archive, seal = data[:-_SEAL], data[-_SEAL:]
    if hashlib.sha256(archive).digest() != seal:
        raise ValueError(f"{path} is damaged")
    return io.BytesIO(archive)

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
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.small_file import whole
from gtrack.io.atomic import replacing

_SEAL = hashlib.sha256().digest_size
_AT_ONCE = 1 << 18  # bytes that are read back at once
_MOST = 1 << 40  # bytes: of a device or a pipe none is read
_LENGTHS_AT = 26  # in the head of a member of a zip: of its name and of what stands behind it
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
        with _broken_is_damaged(path):
            return _array(_members(path)["plan"]).tobytes().hex() == digest
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
    with _broken_is_damaged(path):
        members = _members(path)
        digest = _array(members.pop("plan")).tobytes().hex()
        wanted = {name: each for name, each in members.items() if name.startswith(prefix)}
        return digest, {name.removeprefix(prefix): _array(wanted[name]) for name in wanted}


@contextmanager
def _broken_is_damaged(path: Path) -> Iterator[None]:
    """Whatever is wrong inside an archive that was sealed again is a ValueError."""
    try:
        yield
    except (OSError, ValueError):
        raise
    except _BROKEN as error:
        raise ValueError(f"{path} is damaged: {error}") from error


def _members(path: Path) -> dict[str, memoryview]:
    """Return the members of a sealed archive by name, as they lie in it: none is packed."""
    data = _sealed(path)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:  # the seal is passed over
        _check_sizes(archive, len(data) - _SEAL)
        found = {}
        for entry in archive.infolist():
            if entry.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{path} is packed")
            lengths = struct.unpack_from("<HH", data, entry.header_offset + _LENGTHS_AT)
            at = entry.header_offset + _LENGTHS_AT + 4 + sum(lengths)
            found[entry.filename.removesuffix(".npy")] = memoryview(data)[at : at + entry.file_size]
    return found


def _array(member: memoryview) -> NDArray[Any]:
    """Return the array of a member, of which the seal has shown that it is as it was written.

    NumPy's own reader takes twice as long: it parses every header, and checks what the seal did.
    """
    start = 10 + int.from_bytes(member[8:10], "little")
    shape, by_columns, dtype = _header(bytes(member[:start]))
    values = np.frombuffer(member[start:], dtype)  # its size is that of the shape, or it fails
    return values.reshape(shape, order="F" if by_columns else "C").copy("K")  # in aligned memory


@lru_cache(maxsize=256)
def _header(head: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Parse the head of an array, format 1.0, as shards of one scan have it many times."""
    file = io.BytesIO(head)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("its arrays are of another format")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.hasobject:
        raise ValueError("it holds objects")
    return shape, by_columns, dtype


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

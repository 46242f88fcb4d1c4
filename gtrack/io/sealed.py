"""Plumbing shared by the ``.npz`` formats: arrays with the digest of what they belong to, sealed.

The sha256 of the zip archive stands behind it (which zip readers ignore) and is checked whenever a
file is read: zip's own checksums leave out its directory, and NumPy may not reach them.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from gtrack.core.small_file import regular
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


def write_sealed(path: Path, digest: str, arrays: Mapping[str, Sequence[NDArray[Any]]]) -> None:
    """Write arrays and the digest (hex) of what they belong to, atomically.

    Parameters
    ----------
    path : Path
    digest : str
    arrays : mapping of str to sequence of ndarray
        Each in parts that differ in their last axis: they are joined in the file, not in memory.

    Raises
    ------
    OutputError
        When the disk refuses.
    """
    plan = np.frombuffer(bytes.fromhex(digest), np.uint8)
    with replacing(path) as handle:
        with zipfile.ZipFile(handle, "w") as archive:  # what numpy.savez would write
            for name, parts in {"plan": [plan], **arrays}.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    _write_joined(file, parts)
        handle.seek(0)
        handle.write(_digest(handle))


def _write_joined(file: Any, parts: Sequence[NDArray[Any]]) -> None:
    """Write the ``.npy`` of some parts, joined along their last axis."""
    kind, outer = np.result_type(*parts), parts[0].shape[:-1]
    shape = (*outer, sum(part.shape[-1] for part in parts))
    header = np.lib.format.header_data_from_array_1_0(np.empty(0, kind))
    np.lib.format.write_array_header_1_0(file, {**header, "shape": shape})
    for row in np.ndindex(*outer):
        for part in parts:
            file.write(np.ascontiguousarray(part[row], kind).view(np.uint8))


def _digest(file: BinaryIO, most: int | None = None) -> bytes:
    """Return the sha256 of the next bytes of a file, all or so many."""
    digest, left = hashlib.sha256(), most
    while part := file.read(_AT_ONCE if left is None else min(_AT_ONCE, left)):
        digest.update(part)
        left = None if left is None else left - len(part)
    return digest.digest()


def belongs(path: Path, digest: str) -> bool:
    """Tell whether a file is there, whole, and belongs to `digest`."""
    try:
        with _arrays(path) as arrays:
            return arrays["plan"].tobytes().hex() == digest
    except (OSError, ValueError):
        return False


def bears(path: Path, digest: str) -> bool:
    """Tell whether a file says that it belongs to `digest`; all of it is not read.

    What was written whole appears whole: this is enough for who only chooses what to do next.
    """
    try:
        with regular(path, _MOST) as file:
            return _Arrays(file)["plan"].tobytes().hex() == digest
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
        names = [name for name in arrays.names if name.startswith(prefix) and name != "plan"]
        return digest, {name.removeprefix(prefix): arrays[name] for name in names}


@contextmanager
def _arrays(path: Path) -> Iterator[_Arrays]:
    """Open an archive; whatever is wrong inside one that was sealed again is a ValueError.

    What is checked and what is read is one open file, of which no second copy lies in memory.
    """
    with regular(path, _MOST) as file:
        size = os.fstat(file.fileno()).st_size - _SEAL
        if size < 0 or _digest(file, size) != file.read():
            raise ValueError(f"{path} is damaged")
        try:
            yield _Arrays(file)
        except (OSError, ValueError):
            raise
        except _BROKEN as error:
            raise ValueError(f"{path} is damaged: {error}") from error


class _Arrays:
    """The arrays of an archive whose seal shows that they are as they were written.

    NumPy's own reader takes twice as long: it parses each header, and checks what the seal did.

    Parameters
    ----------
    file : binary file
        It stays open; the seal behind the archive is passed over.
    """

    def __init__(self, file: BinaryIO) -> None:
        with zipfile.ZipFile(file) as archive:
            entries = {each.filename.removesuffix(".npy"): each for each in archive.infolist()}
        self._file, self._entries = file, entries

    @property
    def names(self) -> Sequence[str]:
        """Their names, in the order of the file."""
        return list(self._entries)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Read one; none is packed, so none takes more memory than the file has bytes."""
        entry, file = self._entries[name], self._file
        if entry.compress_type != zipfile.ZIP_STORED:
            raise ValueError("an array is packed")
        file.seek(entry.header_offset + _LENGTHS_AT)
        file.seek(sum(struct.unpack("<HH", file.read(4))), os.SEEK_CUR)
        start = file.read(10)
        head = start + file.read(int.from_bytes(start[8:], "little"))
        shape, by_columns, dtype = _header(head)
        size = math.prod(shape) * dtype.itemsize
        if len(head) + size != entry.file_size or size > os.fstat(file.fileno()).st_size:
            raise ValueError("an array is larger or smaller than its place")
        values = np.empty(shape, dtype, order="F" if by_columns else "C")
        if file.readinto(values.ravel("K")) != size:  # type: ignore[attr-defined]
            raise ValueError("an array is cut")
        return values


@lru_cache(maxsize=256)
def _header(head: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Parse the head of an array, format 1.0; shards of one scan have the same many times."""
    file = io.BytesIO(head)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("its arrays are of another format")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.hasobject:
        raise ValueError("it holds objects")
    return shape, by_columns, dtype

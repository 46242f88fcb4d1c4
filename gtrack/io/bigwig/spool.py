"""Bytes that are put aside while a bigWig grows: in memory while they are few, then in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from gtrack.io.bigwig.files import write_all

_FEW = (
    1 << 14
)  # bytes: coarse zoom levels have no more, and a file takes half a millisecond to make
_AT_ONCE = 1 << 20


class Spool:
    """Bytes in the order in which they came.

    Parameters
    ----------
    scratch : callable
        Opens an empty file, once they are many.

    Raises
    ------
    OSError
        Of both methods, when the disk refuses.
    """

    def __init__(self, scratch: Callable[[], BinaryIO]) -> None:
        self._scratch, self._few = scratch, bytearray()
        self._file: BinaryIO | None = None

    def write(self, data: bytes) -> None:
        """Take more."""
        if self._file is None:
            self._few += data
            if len(self._few) <= _FEW:
                return
            self._file, data = self._scratch(), bytes(self._few)
            self._few.clear()
        write_all(self._file, data)

    def parts(self) -> Iterator[bytes]:
        """Yield all, part by part."""
        if self._file is None:
            yield bytes(self._few)
            return
        self._file.seek(0)
        while part := self._file.read(_AT_ONCE):
            yield part

"""Entries of an index while a bigWig grows: they wait in a file, since each section has one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from gtrack.io.bigwig.files import write_all
from gtrack.io.bigwig.layout import R_LEAF


class Leaves:
    """The entries of one index, in order.

    Parameters
    ----------
    file : binary file
        Scratch space, empty.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._count = file, 0

    def __len__(self) -> int:
        return self._count

    def add(self, leaves: npt.NDArray[np.void]) -> None:
        """Take the next entries, of R_LEAF."""
        write_all(self._file, leaves.tobytes())
        self._count += len(leaves)

    def blocks(self, entries: int) -> Iterator[npt.NDArray[np.void]]:
        """Yield so many entries after the other; the last have what is left.

        Raises
        ------
        OSError
            When the file has lost some.
        """
        self._file.seek(0)
        for low in range(0, self._count, entries):
            wanted = min(entries, self._count - low) * R_LEAF.itemsize
            data = bytearray()
            while len(data) < wanted:  # an unbuffered file may give less at a time
                part = self._file.read(wanted - len(data))
                if not part:
                    raise OSError("what was written to a scratch file is gone")
                data += part
            yield np.frombuffer(bytes(data), R_LEAF)

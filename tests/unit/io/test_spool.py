"""Bytes that are put aside: all come back, and a file is made for many alone."""

from __future__ import annotations

import tempfile
from typing import BinaryIO

import pytest

from gtrack.io.bigwig.spool import Spool


@pytest.mark.parametrize(
    ("sizes", "files"),
    [([], 0), ([0], 0), ([5000, 11_384], 0), ([5000, 11_385, 9], 1), ([3 << 20, 1], 1)],
)
def test_all_bytes_come_back(sizes: list[int], files: int) -> None:
    opened: list[BinaryIO] = []

    def scratch() -> BinaryIO:
        opened.append(tempfile.TemporaryFile(buffering=0))  # type: ignore[arg-type]
        return opened[-1]

    spool, given = Spool(scratch), [bytes([at + 1]) * size for at, size in enumerate(sizes)]
    for data in given:
        spool.write(data)
    for _ in range(2):
        assert b"".join(spool.parts()) == b"".join(given)
    assert len(opened) == files
    for file in opened:
        file.close()


def test_a_disk_that_refuses_is_heard() -> None:
    def scratch() -> BinaryIO:
        raise OSError("no space")

    spool = Spool(scratch)
    spool.write(bytes(9))
    with pytest.raises(OSError, match="no space"):
        spool.write(bytes(1 << 15))

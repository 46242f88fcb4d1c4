"""A slow reader of 2bit files, and the letters that they keep."""

from __future__ import annotations

import re
import struct


def read_twin(data: bytes, order: str = "<") -> dict[str, str]:
    """Read a 2bit base by base, as its format is written down."""
    magic, version, count, reserved = struct.unpack_from(f"{order}IIII", data)
    assert (magic, version, reserved) == (0x1A412743, 0, 0)
    at, found = 16, {}
    for _ in range(count):
        name = data[at + 1 : at + 1 + data[at]].decode()
        at += 1 + data[at]
        (offset,) = struct.unpack_from(f"{order}I", data, at)
        at += 4

        def numbers(n: int) -> tuple[int, ...]:
            nonlocal offset
            values = struct.unpack_from(f"{order}{n}I", data, offset)
            offset += 4 * n
            return values

        (size,) = numbers(1)
        blocks = []
        for _ in range(2):
            (n,) = numbers(1)
            blocks.append(list(zip(numbers(n), numbers(n), strict=True)))
        assert numbers(1) == (0,)
        bases = ["TCAG"[data[offset + i // 4] >> (6 - 2 * (i % 4)) & 3] for i in range(size)]
        for start, length in blocks[0]:
            assert length > 0
            bases[start : start + length] = "N" * length
        for start, length in blocks[1]:
            assert length > 0
            bases[start : start + length] = "".join(bases[start : start + length]).lower()
        found[name] = "".join(bases)
    return found


def as_twobit(letters: str) -> str:
    return re.sub("[^ACGTNacgtn]", lambda other: "n" if other[0].islower() else "N", letters)

"""Sections that are packed many at a time."""

from __future__ import annotations

import numpy as np

from gtrack.io.bigwig import compression


def texts() -> list[bytes]:
    """Sections of all lengths and kinds, one after the other: nothing of one stays for the next."""
    rng = np.random.default_rng(5)
    sizes = [0, 1, 9, 51, 52, 53, 60, 200, 824, 5000, 32_792, *rng.integers(0, 4000, 400)]
    found = [rng.normal(size=size // 4 + 1).astype(np.float32).tobytes()[:size] for size in sizes]
    found += [bytes(size) for size in (0, 60, 824, 32_792)]
    found += [b"ACGTTGCA" * 103, found[8], found[5]]
    return [found[at] for at in rng.permutation(len(found))]


def test_many_are_packed_as_each_is_by_itself() -> None:
    raw = texts()
    for some in (raw, raw[:1], []):
        packed = compression.compress_all(some)
        assert packed == [compression.compress(each) for each in some]
        assert compression.decompress_all(packed, 1 << 16) == some

"""libdeflate's own functions: what they pack is what the package ``deflate`` packs."""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np
import pytest

from gtrack.io.bigwig import compression
from gtrack.io.bigwig.libdeflate import Libdeflate


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
        packed, sizes = compression.compress_all(some)
        edges = [0, *accumulate(sizes)]
        parts = [packed[low:high] for low, high in pairwise(edges)]
        assert parts == [compression.compress(each) for each in some]
        assert edges[-1] == len(packed)
        assert compression.decompress_all(parts, 1 << 16) == some


def test_without_its_own_functions_the_package_packs_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = texts()
    expected = compression.compress_all(raw)
    monkeypatch.setattr(compression, "_LIBDEFLATE", None)
    assert compression.compress_all(raw) == expected


def test_a_library_without_these_functions_is_refused() -> None:
    with pytest.raises(AttributeError):
        Libdeflate("")  # the program itself
    with pytest.raises(OSError, match="none"):
        Libdeflate("/none/at/all.so")


def test_no_memory_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    library = compression._LIBDEFLATE
    if library is None:
        pytest.skip("deflate hides the functions of libdeflate here")
    monkeypatch.setattr(library, "_make", lambda _: None)
    with pytest.raises(MemoryError):
        library.zlib_compress_all([b"x"], 1)

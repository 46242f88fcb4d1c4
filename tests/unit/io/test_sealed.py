"""Sealed archives: what numpy.savez writes of the joined arrays, and the seal; one copy read."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.io.sealed import belongs, read_sealed, write_sealed

DIGEST = "ab" * 32
KINDS = ("?", "u1", "i8", "f4", "f8")


@st.composite
def cut(draw: st.DrawFn) -> list[np.ndarray]:
    """Return an array in parts, of one axis or two."""
    kind, outer = draw(st.sampled_from(KINDS)), draw(st.sampled_from([(), (1,), (3,), (0,)]))
    lengths = draw(st.lists(st.integers(0, 5), min_size=1, max_size=4))
    random = np.random.default_rng(draw(st.integers(0, 99)))
    return [random.integers(0, 100, (*outer, length)).astype(kind) for length in lengths]


@given(parts=st.lists(cut(), max_size=3))
def test_the_bytes_are_those_of_savez_of_what_is_joined(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[np.ndarray]]
) -> None:
    path, buffer = tmp_path_factory.getbasetemp() / "joined.npz", io.BytesIO()
    named = {f"m/{at}": each for at, each in enumerate(parts)}
    joined = {name: np.concatenate(each, axis=-1) for name, each in named.items()}
    np.savez(buffer, plan=np.frombuffer(bytes.fromhex(DIGEST), np.uint8), **joined)
    write_sealed(path, DIGEST, named)
    seal = hashlib.sha256(buffer.getvalue()).digest()
    assert path.read_bytes() == buffer.getvalue() + seal
    found, arrays = read_sealed(path, "m/")
    assert found == DIGEST
    for at, each in enumerate(joined.values()):
        np.testing.assert_array_equal(arrays[str(at)], each, strict=True)


def test_parts_of_other_types_and_layouts_are_joined_as_numpy_joins_them(tmp_path: Path) -> None:
    parts = [np.zeros((2, 0)), np.arange(12, dtype=np.float32).reshape(6, 2).T, np.ones((2, 3))]
    write_sealed(tmp_path / "0.npz", DIGEST, {"x": parts})
    _, arrays = read_sealed(tmp_path / "0.npz")
    np.testing.assert_array_equal(arrays["x"], np.concatenate(parts, axis=-1), strict=True)


def test_memory_holds_what_is_read_once_and_nothing_of_what_is_written(tmp_path: Path) -> None:
    path, parts = tmp_path / "0.npz", [np.ones((1, 1_000_000), np.float32) for _ in range(4)]
    size = sum(part.nbytes for part in parts)
    peaks = []
    tracemalloc.start()
    try:
        for act in (
            lambda: write_sealed(path, DIGEST, {"x": parts}),
            lambda: belongs(path, DIGEST),
            lambda: read_sealed(path),
        ):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            act()
            peaks.append((tracemalloc.get_traced_memory()[1] - before) / size)
    finally:
        tracemalloc.stop()
    assert peaks[0] < 0.15
    assert peaks[1] < 0.15
    assert 1 <= peaks[2] < 1.15

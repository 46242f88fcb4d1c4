"""The null on disk: bit by bit as it was, or refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from gtrack.core.errors import InputError, OutputError, VerificationError
from gtrack.core.segments import Segment
from gtrack.io.null_files import null_path, read_null, write_null
from gtrack.io.sealed import belongs

DIGEST = "ab" * 32
OTHER = "cd" * 32


def segments(n: int = 5) -> list[Segment]:
    rng = np.random.default_rng(n)
    return [
        Segment(
            f"chrÜ {k}:0-9#{k}",
            7 * k,
            rng.integers(0, 4, k + 1).astype(np.uint8),
            rng.normal(size=k + 1).astype(np.float32),
        )
        for k in range(n)
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = null_path(tmp_path, "a.b-c")
    path.parent.mkdir()
    write_null(path, DIGEST, segments())
    return path


def test_it_comes_back_bit_by_bit(path: Path) -> None:
    assert (path.parent.name, path.name) == ("null", "a.b-c.npz")
    assert belongs(path, DIGEST)
    for back in (read_null(path), read_null(path, DIGEST)):
        assert len(back) == 5
        for one, other in zip(back, segments(), strict=True):
            assert (one.chrom, one.start) == (other.chrom, other.start)
            assert one.codes.tobytes() == other.codes.tobytes()
            assert one.relevance.tobytes() == other.relevance.tobytes()


def test_equal_nulls_are_equal_bytes(path: Path) -> None:
    before = path.read_bytes()
    write_null(path, DIGEST, segments())
    assert path.read_bytes() == before


def test_an_empty_null(path: Path) -> None:
    write_null(path, DIGEST, [])
    assert read_null(path, DIGEST) == []


def test_of_another_scan(path: Path) -> None:
    assert not belongs(path, OTHER)
    with pytest.raises(
        VerificationError, match=r"another scan; run the command of the scan with --resume --null"
    ):
        read_null(path, OTHER)


def test_not_there(path: Path) -> None:
    path.unlink()
    assert not belongs(path, DIGEST)
    with pytest.raises(InputError, match=r"no null here; the command of the scan"):
        read_null(path)


def test_any_flipped_bit_or_lost_byte_is_found(path: Path) -> None:
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << at % 8
        for data in (flipped, whole[:at], whole[:at] + whole[at + 1 :]):
            path.write_bytes(data)
            assert not belongs(path, DIGEST), at
            with pytest.raises(VerificationError, match="damaged"):
                read_null(path)


@pytest.mark.parametrize(
    "archive",
    [
        lambda whole: b"",
        lambda whole: b"PK\x03\x04" + bytes(200),
        lambda whole: whole[:-60],
        lambda whole: b"no archive\n",
        lambda whole: whole.replace(b"<i8", b"<f8"),
        lambda whole: whole.replace(b"<f4", b"|O4"),
    ],
    ids=["nothing", "zip in name", "no directory", "text", "types", "objects"],
)
def test_a_right_seal_behind_what_is_no_null(path: Path, archive) -> None:
    data = archive(path.read_bytes()[:-32])
    path.write_bytes(data + hashlib.sha256(data).digest())
    belongs(path, DIGEST)
    with pytest.raises(VerificationError, match="damaged"):
        read_null(path, DIGEST)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        write_null(tmp_path / "absent" / "a.npz", DIGEST, segments())

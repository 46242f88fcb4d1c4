"""Shards on disk: whole and of their plan, or not done."""

from __future__ import annotations

import hashlib
import io
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import OutputError, VerificationError
from gtrack.core.scan.shard import ShardResult
from gtrack.io.sealed import bears, belongs
from gtrack.io.shards import read_shard, shard_path, write_shard
from tests.joined import concatenate

DIGEST = "ab" * 32
OTHER = "cd" * 32


def result(n: int, seed: int = 0) -> ShardResult:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=3 * n).astype(np.float32)
    values[::4] = np.nan
    return ShardResult(
        window=np.arange(n),
        reverse=rng.random(n) < 0.5,
        bases=rng.integers(0, 100, n),
        tokens=rng.integers(0, 100, n),
        score=rng.normal(size=(2, n)),
        probability=rng.random((2, n)),
        relevance_sum=rng.normal(size=(2, n)),
        unplaced=rng.normal(size=(2, n)),
        values=np.stack([values, -values]),
        forward_values=np.stack([values, values]),
        reverse_values=np.zeros((2, 0), np.float32),
    )


def same(one: ShardResult, other: ShardResult) -> bool:
    return all(
        getattr(one, name).dtype == getattr(other, name).dtype
        and getattr(one, name).tobytes() == getattr(other, name).tobytes()
        for name in ShardResult.columns()
    )


def packed(whole: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("plan.npy", b"\0" * 1000)
    return buffer.getvalue()


def other_columns(whole: bytes) -> bytes:
    with np.load(io.BytesIO(whole)) as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    buffer = io.BytesIO()
    np.savez(buffer, **(kept | {"cnn/values": kept["cnn/values"][:1]}))
    return buffer.getvalue()


NO_ARCHIVES = {
    "nothing": lambda whole: b"",
    "zip in name": lambda whole: b"PK\x03\x04" + bytes(200),
    "no directory": lambda whole: whole[:-60],
    "no beginning": lambda whole: b"PK\x03\x04" + whole[300:],
    "npy": lambda whole: b"\x93NUMPY\x01\x00" + bytes(100),
    "text": lambda whole: b"no archive\n",
    "array headers": lambda whole: whole.replace(b"fortran_order", b"fortran_odder"),
    "types": lambda whole: whole.replace(b"<f8", b"|O8"),
    "packed": packed,
    "columns": other_columns,
}


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    path = shard_path(tmp_path, 7)
    write_shard(path, DIGEST, {"cnn": result(3)})
    return path


def test_a_shard_comes_back_bit_by_bit(tmp_path: Path) -> None:
    path = shard_path(tmp_path, 12)
    assert path.name == "000012.npz"
    results = {"cnn": result(5), "a.b-c_d": result(2, 1), "plan": concatenate([], 3)}
    write_shard(path, DIGEST, results)
    assert belongs(path, DIGEST)
    assert all(same(read_shard(path, DIGEST, name), results[name]) for name in results)
    assert [entry.name for entry in tmp_path.iterdir()] == ["000012.npz"]


def test_equal_results_are_equal_bytes(shard: Path) -> None:
    before = shard.read_bytes()
    write_shard(shard, DIGEST, {"cnn": result(3)})
    assert shard.read_bytes() == before


def test_a_shard_of_another_plan_is_not_done(shard: Path) -> None:
    assert not belongs(shard, OTHER)
    with pytest.raises(VerificationError, match="belongs to another plan, or to another place"):
        read_shard(shard, OTHER, "cnn")


def test_a_shard_that_is_not_there_is_not_done(tmp_path: Path) -> None:
    assert not belongs(tmp_path / "000000.npz", DIGEST)
    assert not belongs(tmp_path, DIGEST)
    with pytest.raises(VerificationError, match="missing or damaged; remove it if it is there"):
        read_shard(tmp_path / "000000.npz", DIGEST, "cnn")


def test_a_model_that_is_not_in_it(shard: Path) -> None:
    with pytest.raises(VerificationError, match="missing or damaged"):
        read_shard(shard, DIGEST, "dnabert2")


def test_a_truncated_shard_is_not_done(shard: Path) -> None:
    whole = shard.read_bytes()
    for size in [*range(0, len(whole), 97), len(whole) - 1]:
        shard.write_bytes(whole[:size])
        assert not belongs(shard, DIGEST), size
        with pytest.raises(VerificationError, match="missing or damaged"):
            read_shard(shard, DIGEST, "cnn")


def test_a_flipped_bit_is_found(shard: Path) -> None:
    """Wherever it is: data, headers, zip's directory, which zip's own checksums leave out."""
    data = bytearray(shard.read_bytes())
    for at in range(0, len(data), 5):
        data[at] ^= 1 << at % 8
        shard.write_bytes(data)
        assert not belongs(shard, DIGEST), f"byte {at}"
        with pytest.raises(VerificationError, match="missing or damaged"):
            read_shard(shard, DIGEST, "cnn")
        data[at] ^= 1 << at % 8
    shard.write_bytes(data)
    assert belongs(shard, DIGEST)


def test_bytes_added_or_lost_anywhere_are_found(shard: Path) -> None:
    whole = shard.read_bytes()
    for at in range(0, len(whole), 53):
        for changed in (whole[:at] + b"\0" + whole[at:], whole[:at] + whole[at + 1 :]):
            shard.write_bytes(changed)
            assert not belongs(shard, DIGEST), f"byte {at}"


@pytest.mark.parametrize("archive", NO_ARCHIVES)
def test_a_right_seal_behind_what_is_no_archive(shard: Path, archive: str) -> None:
    """Whoever damages a file may seal it again: it is damaged all the same."""
    data = NO_ARCHIVES[archive](shard.read_bytes()[:-32])
    shard.write_bytes(data + hashlib.sha256(data).digest())
    assert not belongs(shard, DIGEST) or archive in ("columns", "types")
    with pytest.raises(VerificationError, match="missing or damaged"):
        read_shard(shard, DIGEST, "cnn")


def test_any_reader_of_npz_opens_it(shard: Path) -> None:
    with np.load(shard, allow_pickle=False) as arrays:
        assert arrays["cnn/values"].tobytes() == result(3).values.tobytes()


def test_a_folder_that_refuses_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        write_shard(tmp_path / "absent" / "000000.npz", DIGEST, {"cnn": result(1)})


@given(
    at=st.integers(0, 10**6),
    what=st.binary(max_size=40),
    gone=st.integers(0, 40),
)
def test_an_archive_that_was_sealed_again(
    tmp_path_factory, at: int, what: bytes, gone: int
) -> None:
    """Whatever stands inside, the shard is right or it is damaged: nothing else comes out."""
    path = tmp_path_factory.mktemp("sealed") / "0.npz"
    write_shard(path, DIGEST, {"m": result(3)})
    archive = path.read_bytes()[:-32]
    at %= len(archive)
    archive = archive[:at] + what + archive[at + gone :]
    path.write_bytes(archive + hashlib.sha256(archive).digest())
    belongs(path, DIGEST)
    with suppress(VerificationError):
        read_shard(path, DIGEST, "m")


def test_arrays_that_are_larger_than_their_archive(tmp_path: Path) -> None:
    path, packed = tmp_path / "0.npz", io.BytesIO()
    np.savez_compressed(
        packed, plan=np.frombuffer(bytes.fromhex(DIGEST), np.uint8), x=np.zeros(10**6)
    )
    path.write_bytes(packed.getvalue() + hashlib.sha256(packed.getvalue()).digest())
    assert not belongs(path, DIGEST)
    with pytest.raises(VerificationError):
        read_shard(path, DIGEST, "x")


def test_the_head_of_a_shard_is_enough_to_choose_what_is_next(tmp_path: Path) -> None:
    path = shard_path(tmp_path, 3)
    assert not bears(path, DIGEST)
    write_shard(path, DIGEST, {"a": result(20)})
    whole = path.read_bytes()
    assert bears(path, DIGEST)
    assert not bears(path, OTHER)
    for damaged in (b"", whole[:40], whole[: len(whole) // 2], b"no shard\n" * 99, packed(whole)):
        path.write_bytes(damaged)
        assert not bears(path, DIGEST)
    path.unlink()
    path.mkdir()
    assert not bears(path, DIGEST)

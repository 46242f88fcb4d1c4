"""Reading a user's bigWig: values and gaps, or one line that says what is wrong."""

from __future__ import annotations

import numpy as np
import pyBigWig
import pytest

from gtrack.core.errors import InputError
from gtrack.io.bigwig import BigWigReader, BigWigWriter
from tests.tracks import read_values

VALUES = np.random.default_rng(0).normal(size=3000).astype(np.float32)


@pytest.fixture
def track(tmp_path):
    path = tmp_path / "weights.bw"
    with BigWigWriter(path, {"chr1": 10_000, "chr2": 50}) as writer:
        writer.add("chr1", 1000, VALUES)
    return path


def test_values_come_with_nan_in_the_gaps(track):
    found = read_values(track, "chr1", 998, 4002)
    assert found.dtype == np.float32
    assert np.isnan(found[[0, 1, -2, -1]]).all()
    assert found[2:-2].tobytes() == VALUES.tobytes()
    assert np.isnan(read_values(track, "chr2", 0, 50)).all()
    assert read_values(track, "chr1", 5, 5).shape == (0,)


def test_an_open_reader_serves_many_intervals(track):
    with BigWigReader(track) as reader:
        assert reader.chrom_sizes == {"chr1": 10_000, "chr2": 50}
        for start in range(1000, 4000, 500):
            found = reader.values("chr1", start, start + 500)
            assert found.tobytes() == VALUES[start - 1000 : start - 500].tobytes()


def test_a_bigwig_of_another_writer_is_read(tmp_path):
    path = tmp_path / "other.bw"
    other = pyBigWig.open(str(path), "w")
    other.addHeader([("chr1", 10_000)])
    other.addEntries(["chr1"] * 2, [10, 30], ends=[20, 33], values=[0.5, -2.0])
    other.close()
    found = read_values(path, "chr1", 9, 34)
    assert np.isfinite(found).sum() == 13
    assert found[[1, 21]].tolist() == [0.5, -2.0]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (("1", 0, 5), r"weights\.bw: has no chromosome 1 \(it has chr1, chr2"),
        (("chr1", 9_999, 10_001), r"weights\.bw: chr1:9999-10001 is not within the 10000 bp"),
        (("chr1", -1, 4), r"not within"),
        (("chr1", 7, 4), r"not within"),
    ],
)
def test_intervals_of_another_genome_are_refused(where, message, track):
    with pytest.raises(InputError, match=message):
        read_values(track, *where)


def test_missing_and_foreign_files_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.bw: cannot be read: No such file"):
        read_values(tmp_path / "none.bw", "chr1", 0, 5)
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_values(tmp_path, "chr1", 0, 5)
    for content in (b"", b"\x26\xfc\x8f\x88", b"chr1\t0\t5\t0.5\n" * 50):
        (tmp_path / "text.bw").write_bytes(content)
        with pytest.raises(InputError, match=r"text\.bw: is (cut, or )?no bigWig"):
            read_values(tmp_path / "text.bw", "chr1", 0, 5)


def test_broken_files_are_refused(track):
    data = track.read_bytes()
    index_at = int.from_bytes(data[24:32], "little")
    for size in (64, 400, index_at, index_at + 20):
        track.write_bytes(data[:size])
        with pytest.raises(InputError, match=r"weights\.bw: is a cut bigWig"):
            read_values(track, "chr1", 1000, 1500)
    broken = bytearray(data)
    broken[index_at - 300] ^= 0xFF
    track.write_bytes(broken)
    with pytest.raises(InputError, match=r"weights\.bw: broken data at chr1:1000-4000"):
        read_values(track, "chr1", 1000, 4000)

"""The check of a finished bigWig: whatever breaks is found, and never by a crash."""

from __future__ import annotations

import struct
from contextlib import suppress

import numpy as np
import pyBigWig
import pytest

from gtrack.core.errors import VerificationError
from gtrack.io.bigwig import BigWigWriter, Layout, verify_bigwig

SIZES = {"chrB": 300, "chrA": 500, "chr10": 99}
RNG = np.random.default_rng(0)
RUNS = [
    ("chrB", 3, RNG.normal(size=100).astype(np.float32)),
    ("chrB", 150, np.ones(60, np.float32)),
    ("chrA", 0, RNG.normal(size=300).astype(np.float32)),
    ("chr10", 0, np.ones(99, np.float32)),
]
COVERED = sum(len(values) for _, _, values in RUNS)
LAYOUT = Layout(cell_bases=64, batch_bases=128, fan_out=2, zoom_records=2, zoom_bases=(16, 64, 256))


@pytest.fixture
def track(tmp_path):
    path = tmp_path / "x.bw"
    with BigWigWriter(path, SIZES, layout=LAYOUT) as writer:
        for run in RUNS:
            writer.add(*run)
    return path


def test_a_good_file_passes(track):
    verify_bigwig(track, SIZES, COVERED, RUNS)


def test_what_was_asked_for_is_compared(track):
    with pytest.raises(VerificationError, match=r"x\.bw: .*559 bases, not 558"):
        verify_bigwig(track, SIZES, COVERED - 1, RUNS)
    with pytest.raises(VerificationError, match="chromosomes"):
        verify_bigwig(track, SIZES | {"chrA": 501}, COVERED, RUNS)
    with pytest.raises(VerificationError, match="chromosomes"):
        verify_bigwig(track, dict(sorted(SIZES.items())), COVERED, RUNS)
    with pytest.raises(VerificationError, match=r"other values at chrB:4-104"):
        verify_bigwig(track, SIZES, COVERED, [("chrB", 4, RUNS[0][2])])
    zeros = [("chrB", 150, np.zeros(60, np.float32))]
    with pytest.raises(VerificationError, match=r"final\.bw: .*other values"):
        verify_bigwig(track, SIZES, COVERED, zeros, shown_as=track.with_name("final.bw"))


def test_minus_zero_is_not_zero(tmp_path):
    path = tmp_path / "x.bw"
    with BigWigWriter(path, {"c": 10}) as writer:
        writer.add("c", 0, np.full(10, -0.0, np.float32))
    verify_bigwig(path, {"c": 10}, 10, [("c", 0, np.full(10, -0.0, np.float32))])
    with pytest.raises(VerificationError, match="other values"):
        verify_bigwig(path, {"c": 10}, 10, [("c", 0, np.zeros(10, np.float32))])


def test_every_cut_is_found(track):
    data = track.read_bytes()
    for size in [*range(0, len(data), 41), len(data) - 4, len(data) - 1]:
        track.write_bytes(data[:size])
        with pytest.raises(VerificationError, match=r"x\.bw"):
            verify_bigwig(track, SIZES, COVERED, RUNS)
    track.write_bytes(data + b"\0")
    with pytest.raises(VerificationError, match="magic"):
        verify_bigwig(track, SIZES, COVERED, RUNS)
    track.write_bytes(data + data[-4:])
    with pytest.raises(VerificationError, match="follows the end"):
        verify_bigwig(track, SIZES, COVERED, RUNS)


def test_a_flipped_byte_is_found_wherever_it_stands(tmp_path):
    """Each byte of a small file, one at a time, without samples: the structure alone finds it."""
    path = tmp_path / "x.bw"
    with BigWigWriter(path, {"c": 300}, layout=Layout(zoom_bases=(64,))) as writer:
        writer.add("c", 3, RUNS[0][2])
        writer.add("c", 150, RUNS[1][2])
    data = path.read_bytes()
    chroms_at, _, index_at = struct.unpack_from("<QQQ", data, 8)
    zoom_index_at = struct.unpack_from("<Q", data, 80)[0]
    unchecked = {
        "field counts of a bigBed": range(32, 36),
        "largest section, a size for buffers": range(52, 56),
        "extension, reserved": range(56, 64),
        "zoom level, reserved": range(68, 72),
        "unused zoom levels": range(88, 304),
        "sum and sum of squares": range(328, 344),
        "chromosome tree, fan-out": range(chroms_at + 4, chroms_at + 8),
        "chromosome tree, reserved": range(chroms_at + 24, chroms_at + 32),
        "chromosome tree, node reserved": range(chroms_at + 33, chroms_at + 34),
        "chromosome tree, free slot": range(chroms_at + 45, chroms_at + 54),
    }
    for name, at in (("index", index_at), ("zoom index", zoom_index_at)):
        unchecked[f"{name}, fan-out"] = range(at + 4, at + 8)
        unchecked[f"{name}, per slot, reserved"] = range(at + 40, at + 48)
        unchecked[f"{name}, node reserved"] = range(at + 49, at + 50)
    missed = []
    for at in range(len(data)):
        broken = bytearray(data)
        broken[at] ^= 0x55
        path.write_bytes(broken)
        with suppress(VerificationError):
            verify_bigwig(path, {"c": 300}, 160, [])
            missed.append(at)
    assert set(missed) <= set().union(*unchecked.values())


def test_infinite_statistics_are_found_before_pybigwig_dies_of_them(track):
    data = bytearray(track.read_bytes())
    struct.pack_into("<d", data, 304 + 8, float("inf"))
    track.write_bytes(data)
    with pytest.raises(VerificationError, match="not finite"):
        verify_bigwig(track, SIZES, COVERED, RUNS)


def test_sections_of_another_file_are_found(track, tmp_path):
    """A file that is whole but holds other values is caught by the sample."""
    with BigWigWriter(tmp_path / "y.bw", SIZES, layout=LAYOUT) as writer:
        for chrom, start, values in RUNS:
            writer.add(chrom, start, -values)
    with pytest.raises(VerificationError, match="other values"):
        verify_bigwig(tmp_path / "y.bw", SIZES, COVERED, RUNS)


def test_a_text_and_an_empty_file_are_found(tmp_path):
    for content in (b"", b"chr1\t0\t5\n" * 100):
        path = tmp_path / "x.bw"
        path.write_bytes(content)
        with pytest.raises(VerificationError):
            verify_bigwig(path, SIZES, COVERED, RUNS)


def test_a_file_without_its_zoom_levels_is_found(tmp_path):
    path = tmp_path / "x.bw"
    track = pyBigWig.open(str(path), "w")
    track.addHeader(list(SIZES.items()), maxZooms=0)
    for chrom, start, values in RUNS:
        track.addEntries(chrom, start, values=values, span=1, step=1)
    track.close()
    with pytest.raises(VerificationError):
        verify_bigwig(path, SIZES, COVERED, RUNS)

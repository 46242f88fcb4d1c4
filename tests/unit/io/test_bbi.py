"""The head of a bigWig or bigBed: pyBigWig's answer on whole files, an error on broken ones."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pybigtools
import pyBigWig
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.big_file import BigFile
from gtrack.core.errors import InputError
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.io.bbi import big_file, check_big_file
from gtrack.io.bigbed import write_bigbed
from gtrack.io.bigwig import BigWigWriter

MANY = {f"chr{i}": 1000 + i for i in range(700)}  # a tree of several levels


def make_bigwig(path: Path) -> Path:
    with BigWigWriter(path, MANY) as writer:
        writer.add("chr3", 10, np.array([0.5, -2.5, 1], np.float32))
    return path


def make_bigbed(path: Path) -> Path:
    hits = [
        MotifHit(
            *(chrom, 5, 9, "CTCF", "+", "MA0139.1", "m", 9.0, 8.0, 1e-7, 1e-6, 0.01, "c:1", "r"),
            *(0.01, None, None, False, "CTCF"),
        )
        for chrom in MANY
    ]
    write_bigbed(path, MANY, hits)
    return path


def test_a_bigwig_of_ours(tmp_path: Path) -> None:
    path = make_bigwig(tmp_path / "a.bw")
    with pyBigWig.open(str(path)) as reader:
        assert big_file(path) == BigFile("bigWig", reader.chroms(), largest=2.5, low=-2.5, high=1)


def test_a_bigbed_of_ours(tmp_path: Path) -> None:
    path = make_bigbed(tmp_path / "a.bb")
    found = big_file(path)
    with pyBigWig.open(str(path)) as reader:
        assert (found.kind, found.chrom_sizes) == ("bigBed", reader.chroms())
    assert len(found.chrom_sizes) == len(MANY)
    assert (found.fields, found.defined, len(found.names)) == (23, 9, 23)
    assert found.names[9:12] == ("motifId", "source", "relSum")


def test_files_of_others(tmp_path: Path) -> None:
    with pyBigWig.open(str(tmp_path / "a.bw"), "w") as writer:
        writer.addHeader(list(MANY.items()))
        writer.addEntries("chr0", 0, values=[-7.25, 3.0], span=1, step=1)
    assert big_file(tmp_path / "a.bw") == BigFile("bigWig", MANY, largest=7.25, low=-7.25, high=3)
    pybigtools.open(str(tmp_path / "a.bb"), "w").write({"c": 9}, iter([("c", 1, 2, "name")]))
    found = big_file(tmp_path / "a.bb")
    assert (found.kind, found.chrom_sizes) == ("bigBed", {"c": 9})


def test_the_other_byte_order(tmp_path: Path) -> None:
    head = struct.pack(">IHHQQQHHQQIQ", 0x888FFC26, 4, 0, 64, 112, 112, 0, 0, 0, 160, 0, 0)
    tree = struct.pack(">IIIIQQBBH1sII3x", 0x78CA8C91, 1, 1, 8, 1, 0, 1, 0, 1, b"c", 0, 5)
    index = struct.pack(">IIQIIIIQII", 0x2468ACE0, 1, 0, 0, 0, 0, 0, 100, 1, 0)
    summary = struct.pack(">Qdddd", 1, -4, 3, 0, 0)
    (tmp_path / "a.bw").write_bytes(head + tree + index + summary + head[:4])
    assert big_file(tmp_path / "a.bw") == BigFile("bigWig", {"c": 5}, largest=4, low=-4, high=3)


@pytest.mark.parametrize("make", [make_bigwig, make_bigbed])
def test_a_cut_file_is_never_taken_for_whole(tmp_path: Path, make) -> None:
    whole = make(tmp_path / "whole").read_bytes()
    for size in [*range(0, 130), *range(130, len(whole) - 8, 97)]:
        (tmp_path / "cut").write_bytes(whole[:size])
        try:
            found = big_file(tmp_path / "cut")
        except InputError as error:
            assert "cut" in str(error)  # noqa: PT017
        else:  # only the last index is not whole
            assert size > len(whole) - 40_000
            assert found == big_file(tmp_path / "whole")


@pytest.fixture(scope="module")
def wholes(tmp_path_factory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("whole")
    return [make_bigwig(folder / "a.bw").read_bytes(), make_bigbed(folder / "a.bb").read_bytes()]


@pytest.mark.parametrize("which", [0, 1])
@given(data=st.data())
@settings(deadline=None)
def test_no_broken_file_ends_in_anything_but_its_error(
    tmp_path_factory, wholes, which: int, data
) -> None:
    folder, raw = tmp_path_factory.getbasetemp(), bytearray(wholes[which])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(raw) - 9, 4000)))
        raw[at : at + 8] = data.draw(st.binary(min_size=8, max_size=8))
    (folder / "broken").write_bytes(raw)
    try:
        big_file(folder / "broken")
    except InputError as error:
        assert str(folder / "broken") in str(error)  # noqa: PT017


def test_what_is_none_of_both(tmp_path: Path) -> None:
    (tmp_path / "a.bw").write_text("chr1\t0\t5\n" * 100)
    with pytest.raises(InputError, match=r"a\.bw: is no bigWig and no bigBed"):
        big_file(tmp_path / "a.bw")
    with pytest.raises(InputError, match="no such file"):
        big_file(tmp_path / "none.bw")


@pytest.mark.parametrize(
    ("name", "data", "cure"),
    [
        ("a.bedgraph", b"chr1\t0\t5\t0.5\n" * 9, "wigToBigWig {0} CHROM.SIZES {1}/a.bw"),
        ("a.bw", b"#x\nchr1 0 5 -1e-3\n" * 9, "wigToBigWig {0} CHROM.SIZES {1}/a.new.bw"),
        ("a.wig", b"fixedStep chrom=chr1 start=1 step=1\n1\n", "wigToBigWig {0} CHROM.SIZES"),
        ("a.wig", b"track type=wiggle_0\n" * 9, "wigToBigWig {0} CHROM.SIZES {1}/a.bw"),
        ("a.bw.gz", gzip.compress(b"x" * 99), "it is packed: gunzip -c {0} > {1}/a.bw"),
        ("a.bw", b"chr1\t0\t5\n" * 100, "is no bigWig and no bigBed; get it again, or make it"),
        ("a.bw", b"<html>" * 99, "is no bigWig and no bigBed; get it again, or make it"),
    ],
)
def test_what_becomes_one_is_told_with_its_command(
    tmp_path: Path, name: str, data: bytes, cure: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    for read in (big_file, check_big_file):
        with pytest.raises(InputError) as said:
            read(path)
        assert cure.format(path, tmp_path) in str(said.value)


@pytest.mark.parametrize("make", [make_bigwig, make_bigbed])
def test_indexes_that_lead_out_of_the_file(tmp_path: Path, make) -> None:
    """pyBigWig follows them and ends the process: every offset and size of every entry is tried."""
    path = make(tmp_path / "whole")
    check_big_file(path)
    whole = path.read_bytes()
    index_at = struct.unpack_from("<Q", whole, 24)[0]
    leaf, _, entries = struct.unpack_from("<BBH", whole, index_at + 48)
    width = 32 if leaf else 24
    for entry in range(entries):
        for field in range(16, width, 8):
            for value in (len(whole) + 1, 2**63):
                spoilt = bytearray(whole)
                struct.pack_into("<Q", spoilt, index_at + 52 + entry * width + field, value)
                path.write_bytes(spoilt)
                with pytest.raises(InputError, match="get it again"):
                    check_big_file(path)
    if not leaf:  # a node that leads to itself
        spoilt = bytearray(whole)
        struct.pack_into("<Q", spoilt, index_at + 52 + 16, index_at + 48)
        path.write_bytes(spoilt)
        with pytest.raises(InputError, match="leads out"):
            check_big_file(path)

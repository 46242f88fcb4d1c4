"""Hits as text: columns, order, round trip, odd names, broken files."""

from __future__ import annotations

import random
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError, OutputError
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.io.hit_files import (
    NarrowPeak,
    read_hits_bed,
    write_hits_bed,
    write_narrow_peak,
    write_sites_bed,
)

SETTINGS = settings(
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EARLIER_HEADER = (
    "#chrom\tchromStart\tchromEnd\tname\tscore\tstrand\tmotifId\tsource\trelSum\trelZ\tseqP\trelP\t"
    "qValue\tmodel\tregion"
)
HEADER = EARLIER_HEADER + "\tqWord\tqPlace\tchance\tbound\tfamily"
HIT = MotifHit(
    *("chr1", 99, 110, "TBP", "+", "MA0108.3", "JASPAR2024"),
    *(1.5, 6.25, 1.23456789e-5, 1e-4, 0.01, "cnn", "r 1", 0.01, 0.002, 0.25, True, "TBPL2"),
)
EARLIER_LINE = (
    "chr1\t99\t110\tTBP\t200\t+\tMA0108.3\tJASPAR2024\t1.5\t6.25\t1.23457e-05\t0.0001\t0.01\t"
    "cnn\tr 1"
)
LINE = EARLIER_LINE + "\t0.01\t0.002\t0.25\t1\tTBPL2"


def six_digits(low: float, high: float) -> st.SearchStrategy[float]:
    """Draw numbers that six significant digits hold."""
    return st.floats(low, high).map(lambda x: float(f"{x + 0.0:.6g}"))


TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1)
HITS = st.builds(
    MotifHit,
    chrom=st.sampled_from(["chr1", "chr10", "chr2", "1"]),
    start=st.integers(0, 50),
    end=st.integers(51, 90),
    name=TEXT,
    strand=st.sampled_from("+-"),
    motif_id=TEXT,
    source=TEXT,
    rel_sum=six_digits(-1e4, 1e4),
    rel_z=six_digits(-1e4, 1e4),
    seq_p=six_digits(0, 1),
    rel_p=six_digits(0, 1),
    q_value=six_digits(0, 1),
    model=TEXT,
    region=TEXT,
    q_word=six_digits(0, 1),
    q_place=st.none() | six_digits(0, 1),
    chance=st.none() | six_digits(0, 1),
    bound=st.booleans(),
    family=TEXT,
)


def test_one_hit_is_this_line(tmp_path: Path) -> None:
    path = tmp_path / "cnn.hits.bed"
    write_hits_bed(path, [HIT], ["gtrack hits", "q < 0.05\nsecond\tpart"])
    assert path.read_text() == (f"# gtrack hits\n# q < 0.05\\nsecond\\tpart\n{HEADER}\n{LINE}\n")
    assert list(tmp_path.iterdir()) == [path]


def test_no_hits_is_a_file_with_a_header(tmp_path: Path) -> None:
    write_hits_bed(tmp_path / "h.bed", [])
    assert (tmp_path / "h.bed").read_text() == HEADER + "\n"
    assert read_hits_bed(tmp_path / "h.bed") == []


def test_without_a_null_two_cells_are_minus_one(tmp_path: Path) -> None:
    hit = replace(HIT, q_place=None, chance=None, bound=False)
    write_hits_bed(tmp_path / "h.bed", [hit])
    assert (tmp_path / "h.bed").read_text().endswith("\t0.01\t-1\t-1\t0\tTBPL2\n")
    (back,) = read_hits_bed(tmp_path / "h.bed")
    assert (back.q_place, back.chance, back.bound) == (None, None, False)


def test_of_a_file_of_an_earlier_version_the_rest_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "h.bed").write_text(f"{EARLIER_HEADER}\n{EARLIER_LINE}\n")
    (back,) = read_hits_bed(tmp_path / "h.bed")
    wanted = replace(HIT, seq_p=1.23457e-5, q_place=None, chance=None, bound=False, family="TBP")
    assert back == wanted


def test_sites_are_bed6_in_the_same_order_and_nothing_else(tmp_path: Path) -> None:
    hits = [replace(HIT, chrom="chr2", name="a\tb"), replace(HIT, strand="-"), HIT]
    write_sites_bed(tmp_path / "s.bed", hits)
    assert (tmp_path / "s.bed").read_text() == (
        "chr1\t99\t110\tTBP\t200\t+\nchr1\t99\t110\tTBP\t200\t-\nchr2\t99\t110\ta\\tb\t200\t+\n"
    )
    write_sites_bed(tmp_path / "s.bed", [])
    assert (tmp_path / "s.bed").read_bytes() == b""


@given(st.lists(HITS, max_size=20), st.integers(0, 99))
@SETTINGS
def test_hits_come_back_and_their_order_does_not_matter(
    tmp_path: Path, hits: list[MotifHit], seed: int
) -> None:
    path, again = tmp_path / "h.bed", tmp_path / "again.bed"
    write_hits_bed(path, hits)
    back = read_hits_bed(path)
    assert sorted(map(repr, back)) == sorted(map(repr, hits))
    random.Random(seed).shuffle(back)
    write_hits_bed(again, back)
    assert again.read_bytes() == path.read_bytes()


def test_the_order_is_that_of_sort(tmp_path: Path) -> None:
    hits = [
        replace(HIT, chrom=chrom, start=start, end=start + length)
        for chrom in ("chr2", "chr10", "chr1", "chrX_alt")
        for start in (1000, 9, 20)
        for length in (30, 4)
    ]
    path = tmp_path / "h.bed"
    write_hits_bed(path, hits)
    lines = path.read_text().splitlines()[1:]
    assert len(lines) == 24
    command = ["sort", "-k1,1", "-k2,2n", "-k3,3n"]
    ran = subprocess.run(
        command, input="\n".join(lines), capture_output=True, text=True, env={"LC_ALL": "C"}
    )
    assert ran.stdout.splitlines() == lines


def test_hits_of_one_place_are_ordered_by_text_before_numbers(tmp_path: Path) -> None:
    minus = replace(HIT, strand="-", rel_sum=0.1, q_value=0.1)
    rows = []
    for last_digit in (1, 1 + 1e-5, 1 - 1e-5):
        plus = replace(HIT, rel_sum=1.5 * last_digit, q_value=0.01 * last_digit)
        write_hits_bed(tmp_path / "h.bed", [minus, plus])
        rows.append([hit.strand for hit in read_hits_bed(tmp_path / "h.bed")])
    assert rows == [["+", "-"]] * 3


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\tb", "a\\tb"), ("a\nb", "a\\nb"), ("a\0b", "a\\x00b"), ("", "."), ("é x", "é x")],
)
def test_a_name_never_breaks_its_line(tmp_path: Path, name: str, shown: str) -> None:
    write_hits_bed(tmp_path / "h.bed", [replace(HIT, name=name, region=name)])
    (back,) = read_hits_bed(tmp_path / "h.bed")
    assert (back.name, back.region) == (shown, shown)


def test_zero_has_no_sign(tmp_path: Path) -> None:
    write_hits_bed(tmp_path / "h.bed", [replace(HIT, rel_sum=-0.0)])
    assert "\t0\t6.25\t" in (tmp_path / "h.bed").read_text()


@pytest.mark.parametrize("chrom", ["#1", "chr 1", "chr\t1"])
def test_a_chromosome_that_bed_cannot_name_is_refused(tmp_path: Path, chrom: str) -> None:
    with pytest.raises(OutputError, match="rename it"):
        write_hits_bed(tmp_path / "h.bed", [replace(HIT, chrom=chrom)])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "h.bed: no header of gtrack hits"),
        (LINE, "h.bed:1: no header"),
        (f"{HEADER}\nchr1\t1\t2", "h.bed:2: 3 columns, not 20"),
        (f"{HEADER}\n{LINE}\n{LINE.replace('200', '2000')}", "h.bed:3: score 2000"),
        (f"{HEADER}\n{LINE.replace('+', '.', 1)}", r"h.bed:2: strand '\.'"),
        (f"{HEADER}\n{EARLIER_LINE}", "h.bed:2: 15 columns, not 20"),
        (f"{EARLIER_HEADER}\n{LINE}", "h.bed:2: 20 columns, not 15"),
        (f"{HEADER}\n{EARLIER_LINE}\t0\t0\t0\t2\tF", "h.bed:2: bound '2'"),
        (f"{HEADER}\n{LINE.replace('0.25', '-0.5')}", "h.bed:2: .* chance -0.5"),
        (f"{HEADER}\n{LINE.replace('0.25', '')}", "h.bed:2: could not convert"),
        (f"{HEADER}\n{LINE.replace('99', 'x')}", "h.bed:2: invalid literal"),
        (f"{HEADER}\n{LINE.replace('110', '90')}", "h.bed:2: hit of TBP at chr1 99 90"),
    ],
)
def test_a_broken_file_is_named_by_line(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "h.bed").write_text(text)
    with pytest.raises(InputError, match=why):
        read_hits_bed(tmp_path / "h.bed")


def test_narrow_peaks(tmp_path: Path) -> None:
    peaks = [
        NarrowPeak("chr2", 5, 25, "locus2", -3.25, 0.01, 7),
        NarrowPeak("chr1", 50, 51, "locus1", 0.5, 1.0, 0),
        NarrowPeak("chr3", 0, 9, "locus3", 1.0, 0.0, 8),
    ]
    write_narrow_peak(tmp_path / "l.narrowPeak", peaks)
    assert (tmp_path / "l.narrowPeak").read_text() == (
        "chr1\t50\t51\tlocus1\t0\t.\t0.5\t-1\t0\t0\nchr2\t5\t25\tlocus2\t200\t.\t-3.25\t-1\t2\t7\n"
        "chr3\t0\t9\tlocus3\t1000\t.\t1\t-1\t300\t8\n"
    )
    with pytest.raises(InputError, match="peak offset 20"):
        replace(peaks[0], peak=20)
    with pytest.raises(InputError, match=re.escape("not 0 <= start < end")):
        replace(peaks[0], end=5)
    with pytest.raises(InputError, match="q 2"):
        replace(peaks[0], q=2.0)

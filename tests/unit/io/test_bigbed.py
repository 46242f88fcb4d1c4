"""bigBed: the records of the BED, the header browsers rely on, and failures that leave nothing.

Of hits and of features; and any bigBed read.
"""

from __future__ import annotations

import random
import re
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pybigtools
import pyBigWig
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError, OutputError, VerificationError
from gtrack.core.features import Feature
from gtrack.core.hits.motif_hit import MotifHit
from gtrack.io.bed_columns import feature_cells
from gtrack.io.bigbed import AUTOSQL, read_bigbed, write_bigbed, write_feature_bigbed, writing
from gtrack.io.hit_files import read_hits_bed, write_hits_bed
from tests.costs import growth

SIZES = {"chr10": 2_000, "chr2": 50_000, "chr1": 90}
HIT = MotifHit(
    *("chr2", 99, 110, "TBP", "+", "MA0108.3", "JASPAR2024"),
    *(1.5, 6.25, 1e-5, 1e-4, 0.01, "cnn", "r 1", 0.01, 0.005, 0.2, False, "TBP"),
)


def random_hits(n: int, sizes: dict[str, int], seed: int) -> list[MotifHit]:
    rng = np.random.default_rng(seed)
    chroms = list(sizes)
    hits = []
    for i in range(n):
        chrom = chroms[int(rng.integers(len(chroms)))]
        start = int(rng.integers(0, sizes[chrom] - 20))
        number = float(rng.normal())
        hits.append(
            MotifHit(
                *(chrom, start, start + 1 + int(rng.integers(20)), f"TF{i % 7}", "+-"[i % 2]),
                *(f"M{i % 7}", "set", number, 3 * number, 1e-4, 1e-3, float(rng.random())),
                *("cnn", f"{chrom}:{start}", float(rng.random()), (None, 0.25)[i % 2]),
                *((None, 1e-3)[i % 2], i % 3 == 0, f"TF{i % 3}"),
            )
        )
    return hits


def records(path: Path) -> list[list[str]]:
    """Return the records in the columns of the BED, thick ends and colour left out."""
    rows = []
    with pyBigWig.open(str(path)) as track:
        assert track.isBigBed()
        for chrom, size in track.chroms().items():
            for start, end, rest in track.entries(chrom, 0, size) or ():
                name, score, strand, thick, thick_end, colour, *own = rest.split("\t")
                assert (int(thick), int(thick_end)) == (start, end)
                assert colour == ("213,94,0" if own[2].startswith("-") else "0,114,178")
                rows.append([chrom, str(start), str(end), name, score, strand, *own])
    return rows


def bed_lines(path: Path) -> list[list[str]]:
    lines = path.read_text().splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@given(st.integers(0, 60), st.integers(0, 2**31))
@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_bed_and_bigbed_carry_the_same_records(tmp_path: Path, n: int, seed: int) -> None:
    hits = random_hits(n, SIZES, seed)
    bed, bb = tmp_path / "h.bed", tmp_path / "h.bb"
    write_hits_bed(bed, hits)
    write_bigbed(bb, SIZES, hits)
    assert records(bb) == bed_lines(bed)
    before = bb.read_bytes()
    random.Random(seed).shuffle(hits)
    write_bigbed(bb, SIZES, hits)
    assert bb.read_bytes() == before
    write_bigbed(bb, SIZES, read_hits_bed(bed))
    assert records(bb) == bed_lines(bed)


@pytest.mark.parametrize("hits", [[HIT], []])
def test_the_header_says_nine_standard_fields_of_all(tmp_path: Path, hits: list[MotifHit]) -> None:
    path = tmp_path / "cnn.hits.bb"
    write_bigbed(path, SIZES, hits)
    data = path.read_bytes()
    magic, version = struct.unpack_from("<IH", data)
    assert (magic, version) == (0x8789F2EB, 4)
    assert struct.unpack_from("<HH", data, 32) == (23, 9)
    assert data[-4:] == data[:4]
    at = struct.unpack_from("<Q", data, 36)[0]
    assert data[at : data.index(b"\0", at)].decode() == AUTOSQL
    assert list(tmp_path.iterdir()) == [path]


def test_autosql_is_what_igv_can_parse() -> None:
    lines = AUTOSQL.splitlines()
    assert lines[2] == "("
    assert lines[-1] == ")"
    fields = [re.fullmatch(r'(\S+) (\w+); "[^"]+"', line) for line in lines[3:-1]]
    assert all(fields)
    assert [field[2] for field in fields if field] == (
        "chrom chromStart chromEnd name score strand thickStart thickEnd reserved motifId source "
        "relSum relZ seqP relP qValue model region qWord qPlace chance bound family"
    ).split()
    assert [field[1] for field in fields if field][
        -5:
    ] == "double double double uint string".split()


def test_the_colour_is_the_field_that_all_readers_take_as_one(tmp_path: Path) -> None:
    """R's rtracklayer ends at ``0,114,178`` where the field is called itemRgb."""
    write_bigbed(tmp_path / "h.bb", SIZES, [HIT])
    write_feature_bigbed(tmp_path / "g.bb", SIZES, GENES)
    for name, colour in (("h.bb", "0,114,178"), ("g.bb", "1,20,255")):
        with pyBigWig.open(str(tmp_path / name)) as track:
            fields = track.SQL().decode().splitlines()[3:-1]
            assert fields[8].startswith("uint reserved;")
            rest = track.entries("chr2", 99, 110)[0][2].split("\t")
        assert rest[8 - 3] == colour
        described = pybigtools.open(str(tmp_path / name)).sql(parse=True)
        assert described["fields"][8][:2] == ("reserved", "uint")


def test_no_hits_is_an_empty_file_for_both_readers(tmp_path: Path) -> None:
    path = tmp_path / "h.bb"
    write_bigbed(path, SIZES, [])
    with pyBigWig.open(str(path)) as track:
        assert track.isBigBed()
        assert track.chroms() == {"chr1": 90}
        assert not track.entries("chr1", 0, 90)
    other = pybigtools.open(str(path))
    assert other.is_bigbed
    assert list(other.records("chr1")) == []


def test_odd_names_stay_in_their_columns(tmp_path: Path) -> None:
    hit = replace(
        HIT, name="a\tb\n<img src=x>", region="é", source="", motif_id="\0", family="f\tg"
    )
    write_bigbed(tmp_path / "h.bb", SIZES, [hit])
    (row,) = records(tmp_path / "h.bb")
    name, score, _, motif, source, *_ = row[3:]
    region, *more = row[14:]
    assert (name, motif, source, region) == ("a\\tb\\n<img src=x>", "\\x00", ".", "é")
    assert more == ["0.01", "0.005", "0.2", "0", "f\\tg"]
    assert score == "200"


@pytest.mark.parametrize("wrong", [{"end": 50_001}, {"chrom": "chrX"}])
def test_a_hit_beyond_its_chromosome_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(OutputError, match="lies beyond the chromosome's"):
        write_bigbed(tmp_path / "h.bb", SIZES, [HIT, replace(HIT, **wrong)])
    assert not list(tmp_path.iterdir())


def test_the_last_base_of_a_chromosome_can_be_hit(tmp_path: Path) -> None:
    hits = [replace(HIT, start=0, end=1), replace(HIT, start=49_990, end=50_000)]
    write_bigbed(tmp_path / "h.bb", SIZES, hits)
    assert [row[1:3] for row in records(tmp_path / "h.bb")] == [["0", "1"], ["49990", "50000"]]


def _lose_the_last(real):
    return lambda path, table, sizes, rows: real(path, table, sizes, rows[:-1])


def _change_one(real):
    def write(path, table, sizes, rows):
        real(path, table, sizes, [(*row[:3], row[3].replace("TBP", "TBQ")) for row in rows])

    return write


def _cut(real):
    def write(path, table, sizes, rows):
        real(path, table, sizes, rows)
        path.write_bytes(path.read_bytes()[:-5])

    return write


def _out_of_order(real):
    """What pybigtools prints and does not raise."""
    return lambda path, table, sizes, rows: real(path, table, sizes, rows[::-1])


@pytest.mark.parametrize("fault", [_lose_the_last, _change_one, _cut, _out_of_order])
def test_a_file_that_does_not_hold_every_hit_gets_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault
) -> None:
    path = tmp_path / "h.bb"
    path.write_bytes(b"of an earlier run")
    monkeypatch.setattr(writing, "_write", fault(writing._write))
    with pytest.raises((VerificationError, OutputError), match=r"h\.bb"):
        write_bigbed(path, SIZES, [HIT, replace(HIT, start=200, end=210)])
    assert path.read_bytes() == b"of an earlier run"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from gtrack.core.errors import GtrackError\n"
        "from gtrack.core.hits.motif_hit import MotifHit\n"
        "from gtrack.io.bigbed import write_bigbed\n"
        "hits = [MotifHit('c', i, i + 9, f'{i * 7919 % 10007}', '+', 'm', 's', i / 7, i / 3,"
        " .1, .1, .1, 'm', 'r', .1, None, None, False, 'f') for i in range(20000)]\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))\n"
        "try: write_bigbed(Path(sys.argv[1]), {'c': 10**6}, hits)\n"
        "except GtrackError as error: print(error.exit_code, error)\n"
    )
    path = tmp_path / "h.bb"
    ran = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, timeout=600
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"3 {path}: cannot write: File too large\n"
    assert not ran.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        write_bigbed(tmp_path / "none" / "h.bb", SIZES, [HIT])


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    for name in ("h.bb.0123abcd.tmp.bb", "other.bb.0123abcd.tmp.bb"):
        (tmp_path / name).write_bytes(b"half")
    write_bigbed(tmp_path / "h.bb", SIZES, [HIT])
    assert {p.name for p in tmp_path.iterdir()} == {"h.bb", "other.bb.0123abcd.tmp.bb"}


GENES = [
    Feature("chr2", 100, 200, "G <b>", 7, "-", 120, 180, "1,20,255", (10, 30), (0, 70)),
    Feature("chr2", 5, 9),
    Feature("chr10", 0, 2_000, "whole\tchr\n"),
    Feature("chr1", 89, 90, "é", thick_start=89, thick_end=89),
    Feature("chr2", 5, 9, "B"),
]


def test_features_come_back_in_the_order_of_bytes(tmp_path: Path) -> None:
    path = tmp_path / "g.bb"
    write_feature_bigbed(path, SIZES, GENES)
    before = path.read_bytes()
    assert list(tmp_path.iterdir()) == [path]
    assert struct.unpack_from("<HH", before, 32) == (12, 12)
    lines = [feature_cells(feature) for feature in read_bigbed(path)]
    assert lines == sorted(map(feature_cells, GENES), key=lambda c: (c[0], int(c[1]), int(c[2]), c))
    assert [line[0] for line in lines] == ["chr1", "chr10", "chr2", "chr2", "chr2"]
    assert lines[1][3] == "whole\\tchr\\n"
    with pyBigWig.open(str(path)) as track:
        entries = track.entries("chr2", 100, 101)
        assert track.SQL().decode().splitlines()[2] == "("
    assert entries == [(100, 200, "G <b>\t7\t-\t120\t180\t1,20,255\t2\t10,30\t0,70")]
    for seed in range(3):
        genes = random.Random(seed).sample(GENES, len(GENES))
        write_feature_bigbed(path, SIZES, genes)
        assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (Feature("chr1", 80, 91, "G"), r"'G' ends at 91, beyond the end of 'chr1' \(90 bp\)"),
        (
            Feature("2", 80, 91, "G", origin="a.gtf:7"),
            r"a\.gtf:7: 'G' lies on '2', which the genome",
        ),
    ],
)
def test_a_feature_off_the_genome_is_refused(tmp_path: Path, wrong: Feature, says: str) -> None:
    with pytest.raises(InputError, match=says):
        write_feature_bigbed(tmp_path / "g.bb", SIZES, [*GENES, wrong])
    assert not list(tmp_path.iterdir())


def test_no_features_is_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "g.bb"
    write_feature_bigbed(path, SIZES, [])
    assert list(read_bigbed(path)) == []
    with pyBigWig.open(str(path)) as track:
        assert track.isBigBed()
        assert track.SQL().decode().startswith("table gtrackFeature")


def test_hits_are_read_as_features(tmp_path: Path) -> None:
    write_bigbed(tmp_path / "h.bb", SIZES, [HIT])
    (found,) = read_bigbed(tmp_path / "h.bb")
    assert found == Feature("chr2", 99, 110, "TBP", 200, "+", rgb="0,114,178")
    assert found.origin == f"{tmp_path / 'h.bb'}: record at chr2 99 110"


def test_a_header_that_counts_every_field_as_a_standard_one(tmp_path: Path) -> None:
    path = tmp_path / "h.bb"
    write_bigbed(path, SIZES, [HIT])
    data = bytearray(path.read_bytes())
    data[34] = 23
    path.write_bytes(data)
    assert [short.rgb for short in read_bigbed(path)] == ["0,114,178"]


def test_records_across_the_stretches_in_which_a_chromosome_is_read(tmp_path: Path) -> None:
    sizes = {"c": 10**9}
    genes = [Feature("c", at, at + 30_000_000) for at in range(0, 10**9 - 30_000_000, 4_999_999)]
    write_feature_bigbed(tmp_path / "g.bb", sizes, genes)
    assert list(read_bigbed(tmp_path / "g.bb")) == genes


def test_no_cut_or_broken_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "g.bb"
    write_feature_bigbed(path, SIZES, GENES)
    data = path.read_bytes()
    chroms_at, _, index_at = struct.unpack_from("<QQQ", data, 8)
    broken = [data[:size] for size in range(0, len(data), 17)]
    # each of these ends the process when pyBigWig is let at it
    for at, value in [(7, 255), (chroms_at + 8, 0), (chroms_at + 35, 255), (chroms_at + 42, 127)]:
        changed = bytearray(data)
        changed[at] = value
        broken.append(bytes(changed))
    for content in broken:
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"g\.bb: is (cut|broken|no bigWig and no bigBed)"):
            list(read_bigbed(path))
    assert index_at < len(data)
    with pytest.raises(InputError, match="no such file"):
        list(read_bigbed(tmp_path / "none.bb"))


def test_a_record_that_is_no_bed(tmp_path: Path) -> None:
    path = tmp_path / "g.bb"
    names = ("chrom", "chromStart", "chromEnd", "name", "score", "strand")
    autosql = 'table t\n"t"\n(\n' + "".join(f'string {name}; ""\n' for name in names) + ")\n"
    rows = [("c", 1, 9, "n\t0\t+"), ("c", 3, 9, "n\t0\tx")]
    pybigtools.open(str(path), "w").write({"c": 100}, iter(rows), autosql=autosql)
    with pytest.raises(InputError, match=r"g\.bb: record at c 3 9: strand 'x' in column 6 is"):
        list(read_bigbed(path))


@pytest.mark.long
def test_a_hundred_thousand_hits_cost_four_times_a_quarter(tmp_path: Path) -> None:
    sizes = {"chr1": 10**8, "chr2": 10**7}
    hits = {n: random_hits(n, sizes, 0) for n in (25_000, 100_000)}
    assert growth(lambda n: write_bigbed(tmp_path / "h.bb", sizes, hits[n]), 25_000) < 8

"""The BED reader: cases 1 to 24 of the fault matrix, and laws of reading and writing."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError, OutputError
from gtrack.core.intervals import Interval
from gtrack.io.bed import read_bed, read_regions, write_bed
from gtrack.io.bed_columns import LARGEST

PEAK = "chr1\t100\t200\tp\t900\t.\t5.5\t-1\t3e2\t{}\n"


def bed(folder: Path, data: str | bytes, name: str = "r.bed") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_bed(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    assert message.startswith(str(path) + ":")
    return message.removeprefix(str(path) + ":")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("chr1\t100\t50", "end 50 < start 100"),
        ("chr1\t5\t5", "the region is empty"),
        ("chr1\t-5\t50", "start -5 is negative"),
        ("chr1\t5\t-50", "end -50 is negative"),
        ("chr1\t1.5\t50", "start '1.5' is not a whole number"),
        ("chr1\t1\t5e3", "end '5e3' is not a whole number"),
        ("chr1\tabc\t50", "start 'abc' is not a whole number"),
        ("chr1\t\t50", "start '' is not a whole number"),
        ("chr1\t+5\t50", "start '+5' is not a whole number"),
        ("chr1\t1_0\t50", "start '1_0' is not a whole number"),
        ("chr1\t 5\t50", "start ' 5' is not a whole number"),
        ("chr1\t1,000\t2,000", "start '1,000' is not a whole number"),
        ("chr1\t٣\t50", "start '٣' is not a whole number"),
        ("chr1\t5", "2 columns; a BED line has at least 3"),
        ("chr1", "1 column; a BED line has at least 3"),
        ("\t1\t2", "the chromosome name is empty"),
        (f"chr1\t5\t{LARGEST + 1}", f"end {LARGEST + 1} is larger than {LARGEST}"),
        (f"chr1\t5\t{10**399}", f"end 1{'0' * 23}... is larger than {LARGEST}"),
        (f"chr1\t-{10**399}\t5", f"start -1{'0' * 22}... is negative"),
        ("chr1\t1\t2\tname\0", "a NUL byte"),
        ("chr1\t1\t2\rchr1\t3\t4", "a carriage return inside the line"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    """Cases 1 to 5, 17 and 19, on the first line and further down."""
    assert refusal(bed(tmp_path, line + "\n")).startswith(f"1: {message}")
    width = line.count("\t")
    good = {5: "chr1\t1\t2\tn\t0\t+\n", 3: "chr1\t1\t2\tn\n"}.get(width, "chr1\t1\t2\n")
    if width >= 2:
        path = bed(tmp_path, f"# comment\n{good}\n{line}\n{good}")
        assert refusal(path).startswith(f"4: {message}")


def test_the_largest_coordinate_and_leading_zeros_are_read(tmp_path: Path) -> None:
    path = bed(tmp_path, f"chr1\t{'0' * 300}7\t{LARGEST}\nchr1\t0\t00000000001\n")
    assert [(i.start, i.end) for i in read_bed(path)] == [(7, LARGEST), (0, 1)]


def test_spaces_must_agree(tmp_path: Path) -> None:
    """Case 6."""
    assert read_bed(bed(tmp_path, "chr1 1 50\nchr2   2  60\n")) == [
        Interval("chr1", 1, 50),
        Interval("chr2", 2, 60),
    ]
    path = bed(tmp_path, "chr1 1 50\nchr1\t1\t50\n")
    assert refusal(path).startswith("2: separated by tabs, line 1 by spaces")
    path = bed(tmp_path, "\nchr1\t1\t50\nchr1 1 50\n")
    assert refusal(path).startswith("3: separated by spaces, line 2 by tabs")
    assert refusal(bed(tmp_path, "chr1 1\t50\n")).startswith("1: 2 columns")
    # spaces inside a name are no separators in a file of tabs
    assert read_bed(bed(tmp_path, "chr1\t1\t5\ta b \n"))[0].name == "a b "


def test_line_ends_do_not_matter(tmp_path: Path) -> None:
    """Cases 7 and 10."""
    data = b"track name=x\nchr1\t1\t50\tn\t0\t+\n\nchr1\t2\t50\tm\t0\t-"
    plain = read_bed(bed(tmp_path, data))
    assert [i.origin for i in plain] == [f"{tmp_path}/r.bed:2", f"{tmp_path}/r.bed:4"]
    for other in (
        data + b"\n",
        data.replace(b"\n", b"\r\n"),
        data.replace(b"\n", b"\r\n") + b"\r\n",
    ):
        again = read_bed(bed(tmp_path, other))
        assert again == plain
        assert [i.origin for i in again] == [i.origin for i in plain]


@pytest.mark.parametrize(
    "header",
    [
        "# chrom start end",
        "#",
        "  # indented",
        "",
        "   ",
        'track name="x" description="1 2"',
        "track",
        "browser position chr1:1-1000",
        "browser\thide\tall",
        "chrom start end",
        "Chr\tStart\tEnd\tName",
        "chrom\tchromStart\tchromEnd\tname\tscore\tstrand",
        "Chromosome\tStart\tEnd",
    ],
)
def test_headers_are_skipped(tmp_path: Path, header: str) -> None:
    """Case 8."""
    assert read_bed(bed(tmp_path, f"{header}\nchr1\t1\t50\n")) == [Interval("chr1", 1, 50)]


def test_column_names_stand_in_line_1_only(tmp_path: Path) -> None:
    """Case 8."""
    path = bed(tmp_path, "#\nchrom\tstart\tend\nchr1\t1\t50\n")
    assert refusal(path).startswith("2: start 'start' is not a whole number")


def test_a_region_is_never_taken_for_a_header(tmp_path: Path) -> None:
    lines = ["track\t1\t5", "browser\t2\t6", "track7\t1\t5"]
    path = bed(tmp_path, "\n".join(lines))
    assert [i.chrom for i in read_bed(path)] == ["track", "browser", "track7"]


@pytest.mark.parametrize("data", ["", "\n\n", "# nothing\ntrack name=x\n", "chrom\tstart\tend\n"])
def test_no_regions(tmp_path: Path, data: str) -> None:
    """Case 9."""
    assert refusal(bed(tmp_path, data)).startswith(" no regions")


def test_duplicates_and_order_are_kept(tmp_path: Path) -> None:
    """Cases 11 to 13 are decided later; the reader changes nothing."""
    path = bed(tmp_path, "chr2\t5\t9\nchr1\t1\t50\nchr1\t20\t60\nchr2\t5\t9\n")
    assert [i.locus for i in read_bed(path)] == ["chr2:6-9", "chr1:2-50", "chr1:21-60", "chr2:6-9"]


def test_the_number_of_columns_is_one(tmp_path: Path) -> None:
    path = bed(tmp_path, "chr1\t1\t5\nchr1\t1\t5\tname\n")
    assert refusal(path).startswith("2: 4 columns, line 1 has 3")
    sections = "track a\nchr1\t1\t5\ntrack b\nchr1\t1\t5\tname\n"
    assert [i.name for i in read_bed(bed(tmp_path, sections))] == [".", "name"]


@pytest.mark.parametrize("columns", [3, 4, 5, 6, 7, 8, 9, 11, 12, 15])
def test_bed3_to_bed12_and_wider(tmp_path: Path, columns: int) -> None:
    fields = "chr1 100 200 n 0.5 - 120 180 255,0,0 2 10,10, 0,90, x y z".split()[:columns]
    (interval,) = read_bed(bed(tmp_path, "\t".join(fields)))
    assert interval == Interval(
        "chr1", 100, 200, "n" if columns > 3 else ".", "-" if columns > 5 else "."
    )


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("", "strand '' in column 6 is not one of + - .; write . for none, or keep the columns be"),
        ("chr1:1050-1060", "strand 'chr1:1050-1060' in column 6 is not one of + - ."),
        ("\x1b[31m", r"strand '\x1b[31m' in column 6"),
        ("120", "strand '120' in column 6"),
    ],
)
def test_a_column_6_that_is_no_strand_counts_where_strands_do(
    tmp_path: Path, field: str, said: str
) -> None:
    path = bed(tmp_path, f"chr1\t1\t50\ta\t0\t-\nchr1\t1\t50\tb\t1.2e+03\t{field}\n")
    given = read_regions(path)
    assert [i.strand for i in given.intervals] == ["-", "."]
    assert len(given.notes) == bool(field), "an empty column says nothing that is lost"
    assert all(note.startswith(f"{path}:2: column 6 holds '") for note in given.notes)
    with pytest.raises(InputError) as caught:
        given.need_strands()
    assert str(caught.value).startswith(f"{path}:2: {said}")
    assert str(caught.value).endswith(f": cut -f1-5 < {path} > {path.parent / 'r.2.bed'}")


def test_the_star_of_granges_is_no_strand(tmp_path: Path) -> None:
    given = read_regions(bed(tmp_path, "chr1\t1\t50\ta\t0\t*\nchr1\t1\t50\tb\t0\t+\n"))
    assert [i.strand for i in given.intervals] == [".", "+"]
    assert given.notes == ()
    given.need_strands()


def test_names_of_columns_say_where_names_and_strands_are(tmp_path: Path) -> None:
    for header, name, strand in (
        ("chrom\tstart\tend\tname\tscore\tstrand", "7", "+"),
        ("chrom\tstart\tend\tlength\tstrand\tpeak", "+", "-"),
        ("chrom\tstart\tend\tcluster\tgene\tx", "7", "+"),
        ("#chrom\tstart\tend\tstrand\tx\ty", ".", "."),
    ):
        data = f"{header}\nchr1\t1\t50\t7\t-\t+\n"
        (interval,) = read_bed(bed(tmp_path, data))
        assert (interval.name, interval.strand) == (name, strand), header


def test_spaces_are_said(tmp_path: Path) -> None:
    path = bed(tmp_path, "# a\nchr1 1 50\n")
    assert read_regions(path).notes == (
        f"{path}: its columns are separated by spaces, and read so",
    )
    assert read_regions(bed(tmp_path, "chr1\t1\t50\n")).notes == ()


def test_names_are_safe_text(tmp_path: Path) -> None:
    """Case 19."""
    data = b"\xef\xbb\xbfchr1\t1\t5\t\xff\xfe<b>\nchr1\t1\t5\t\xc3\xa9\nchr1\t1\t5\t\n"
    names = [i.name for i in read_bed(bed(tmp_path, data))]
    assert names == ["\\xff\\xfe<b>", "é", "."]
    assert read_bed(bed(tmp_path, data))[0].chrom == "chr1"


def test_summits(tmp_path: Path) -> None:
    data = PEAK.format(0) + PEAK.format(99) + PEAK.format(-1)
    for name in ("p.narrowPeak", "p.bed"):
        assert [i.summit for i in read_bed(bed(tmp_path, data, name))] == [0, 99, None]
    path = bed(tmp_path, gzip.compress(data.encode()), "p.narrowPeak.gz")
    assert [i.summit for i in read_bed(path)] == [0, 99, None]


def test_a_narrowpeak_file_is_strict(tmp_path: Path) -> None:
    def named(data: str) -> str:
        return refusal(bed(tmp_path, data, "p.narrowPeak"))

    assert named("chr1\t1\t5\n").startswith("1: 3 columns; a narrowPeak line has 10")
    outside = "summit offset 100 lies outside the region of 100 bp"
    assert named(PEAK.format(0) + PEAK.format(100)).startswith(f"2: {outside}")
    assert named(PEAK.format(-2)).startswith("1: summit offset -2 is negative")
    assert named(PEAK.format("1.5")).startswith("1: summit offset '1.5' is not a whole number")
    assert named(PEAK.format(0).replace("5.5", "x")).startswith(
        "1: 'x' in column 7 is not a number"
    )
    assert named(PEAK.format(0).replace("900", "x")).startswith("1: score 'x' in column 5")
    for score in ("10.53", "-3.5", ".", "1e3"):  # not read, and so not asked
        peak = bed(tmp_path, PEAK.format(7).replace("900", score), "p.narrowPeak")
        assert read_bed(peak)[0].summit == 7
    assert named(PEAK.format(0).replace("200", "50")).startswith("1: end 50 < start 100")


def test_ten_columns_are_a_narrowpeak_on_every_line_or_on_none(tmp_path: Path) -> None:
    other = PEAK.format(0).replace("5.5", "255,0,0")
    assert [i.summit for i in read_bed(bed(tmp_path, other * 2))] == [None, None]
    message = refusal(bed(tmp_path, PEAK.format(3) + other))
    assert message.startswith("2: not a narrowPeak line as line 1 is ('255,0,0' in column 7")
    message = refusal(bed(tmp_path, other + PEAK.format(3)))
    assert message.startswith("2: a narrowPeak line, but line 1 is not")


def test_compressed_files_read_alike(tmp_path: Path) -> None:
    """Cases 20 and 21."""
    data = b"".join(b"chr1\t%d\t%d\n" % (i, i + 5) for i in range(5000))
    plain = read_bed(bed(tmp_path, data))
    members = b"".join(gzip.compress(data[at : at + 999]) for at in range(0, len(data), 999))
    assert read_bed(bed(tmp_path, gzip.compress(data), "r.bed.gz")) == plain
    assert read_bed(bed(tmp_path, members, "r.bed.bgz")) == plain
    path = bed(tmp_path, gzip.compress(data)[:-3000], "r.bed.gz")
    assert refusal(path).startswith(" truncated")  # case 22


def test_missing_files_and_folders(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.bed") == " no such file"
    assert refusal(tmp_path).startswith(" is a folder")


MEASURE = """
import resource, sys
from pathlib import Path
from gtrack.core.errors import InputError
from gtrack.io.bed import read_bed
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_bed(Path(sys.argv[1]))
except InputError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("kind", ["line", "line of NUL", "bomb"])
def test_endless_lines_cost_no_memory(tmp_path: Path, kind: str) -> None:
    """Cases 18 and 24: 200 MB in one line, 10 GB of zeros in a gzip file."""
    path = tmp_path / "huge.bed"
    with path.open("wb") as file:
        if kind == "line":
            file.write(b"chr1\t1\t5\t")
            for _ in range(200):
                file.write(b"n" * 1_000_000)
        elif kind == "line of NUL":
            file.truncate(200_000_000)
        else:
            member = gzip.compress(bytes(100_000_000), 6)
            for _ in range(100):
                file.write(member)
    result = subprocess.run(
        [sys.executable, "-c", MEASURE, path],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    message, growth = result.stdout.splitlines()
    assert message.startswith(f"{path}:1: line 1 longer than 1 MiB")
    assert int(growth) < 50 * 1024  # KiB
    assert result.stderr == ""


# Laws

CHROMS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1).filter(
    lambda c: not c.startswith("#")
)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\t\n\r\0"), min_size=1)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    start = draw(st.integers(0, LARGEST - 1))
    end = draw(st.integers(start + 1, LARGEST))
    return Interval(
        draw(CHROMS), start, end, draw(st.just(".") | NAMES), draw(st.sampled_from("..+-"))
    )


@settings(deadline=None)
@given(st.lists(intervals(), min_size=1))
@example([Interval("track", 1, 2)])
@example([Interval("\ufeffchr1".strip("\ufeff"), 1, 2, "\ufeff", "+")])
@example([Interval("chrom", 1, 2, " x ")])
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, regions: list[Interval]
) -> None:
    path = tmp_path_factory.getbasetemp() / "law.bed"
    write_bed(path, regions)
    assert read_bed(path) == regions
    columns = {len(line.split(b"\t")) for line in path.read_bytes().splitlines() if line}
    assert columns <= {3, 4, 6}
    first = path.read_bytes()
    write_bed(path, read_bed(path))
    assert path.read_bytes() == first


def test_a_name_is_never_altered(tmp_path: Path) -> None:
    path = tmp_path / "regions.bed"
    write_bed(path, [Interval("c", 1, 2, "\x1b]0;X\x07 é =1")])
    assert path.read_text() == "c\t1\t2\t\x1b]0;X\x07 é =1\n"


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            intervals(),
            st.sampled_from(["", "#c\t1\t2", "browser x", " ", "track n=1"]),
            st.sampled_from([b"\n", b"\r\n"]),
        ),
        min_size=1,
    ),
    st.booleans(),
    st.booleans(),
    st.integers(1, 40),
)
def test_dress_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[tuple[Interval, str, bytes]],
    last: bool,
    bom: bool,
    member: int,
) -> None:
    data = b"\xef\xbb\xbf" if bom else b""
    for i, noise, end in lines:
        data += noise.encode() + end
        data += f"{i.chrom}\t{i.start}\t{i.end}\t{i.name}\t7\t{i.strand}".encode() + end
    if not last:
        data = data.removesuffix(lines[-1][2])
    path = tmp_path_factory.getbasetemp() / "dress.bed"
    for packed in (
        data,
        gzip.compress(data),
        b"".join(gzip.compress(data[at : at + member]) for at in range(0, len(data), member)),
    ):
        path.write_bytes(packed)
        result = read_bed(path)
        assert result == [i for i, _, _ in lines]
        assert [i.origin for i in result] == [f"{path}:{2 * n + 2}" for n in range(len(lines))]


TOKENS = st.sampled_from(
    [b"chr1", b"1", b"50", b"-1", b"+", b".", b"\t", b" ", b"\n", b"\r\n", b"\r", b"\0", b"#"]
) | st.sampled_from(
    [b"track", b"\xff", b"9" * 400, b"1e5", b"nan", b"chr1\t1\t50", b"\xef\xbb\xbf", b"\x1f\x8b"]
)


@settings(deadline=None)
@given(st.binary() | st.lists(TOKENS).map(b"".join) | st.lists(TOKENS).map(b"\t".join))
def test_any_bytes_are_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.bed"
    path.write_bytes(data)
    try:
        regions = read_bed(path)
    except InputError:
        refusal(path)
        return
    assert regions
    for region in regions:
        assert str(region.start).encode() in data
        assert str(region.end).encode() in data


def test_the_fewest_columns_are_written(tmp_path: Path) -> None:
    path = tmp_path / "regions.bed"
    write_bed(path, [Interval("c", 1, 2, summit=0), Interval("c", 1, 2, "")])
    assert path.read_bytes() == b"c\t1\t2\nc\t1\t2\n"
    write_bed(path, [Interval("c", 1, 2), Interval("c", 1, 2, "n")])
    assert path.read_bytes() == b"c\t1\t2\t.\nc\t1\t2\tn\n"
    write_bed(path, [Interval("c", 1, 2), Interval("c", 1, 2, strand="-")])
    assert path.read_bytes() == b"c\t1\t2\t.\t0\t.\nc\t1\t2\t.\t0\t-\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "bad",
    [
        [],
        [Interval("#c", 1, 2)],
        [Interval("a b", 1, 2)],
        [Interval("a\tb", 1, 2)],
        [Interval("\ufeffc", 1, 2)],
        [Interval("c", 1, 2, "a\tb")],
        [Interval("c", 1, 2, "a\nb")],
        [Interval("c", 1, 2, "a\r")],
    ],
)
def test_what_could_not_be_read_back_is_not_written(tmp_path: Path, bad: list[Interval]) -> None:
    with pytest.raises(OutputError):
        write_bed(tmp_path / "regions.bed", bad)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"regions\.bed: cannot"):
        write_bed(tmp_path / "gone" / "regions.bed", [Interval("c", 1, 2)])

"""The promises of the bigWig writer: checked input, one complete file or none."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pyBigWig
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import OutputError, VerificationError
from gtrack.io.bigwig import COMPRESSOR, BigWigWriter, Layout, verify_bigwig
from gtrack.io.bigwig import writer as writer_module
from gtrack.io.bigwig.samples import RunSample
from gtrack.io.bigwig.sections import Runs
from gtrack.io.bigwig.zooms import ZoomLevel
from tests.costs import growth
from tests.tracks import read_values

SIZES = {"chr1": 1000, "chr2": 500}


def ramp(n):
    return np.arange(n, dtype=np.float32)


def write(path, runs):
    with BigWigWriter(path, SIZES) as writer:
        for run in runs:
            writer.add(*run)


# ---- the law


@st.composite
def tracks(draw):
    """Disjoint runs of finite float32 on one or two chromosomes, bookended ones included."""
    number = st.floats(width=32, allow_nan=False, allow_infinity=False)
    runs = []
    for chrom in draw(st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2, unique=True)):
        edges = sorted(draw(st.sets(st.integers(0, 400), min_size=2, max_size=12)))
        for start, end in pairwise(edges):
            if draw(st.booleans()):
                values = draw(st.lists(number, min_size=end - start, max_size=end - start))
                runs.append((chrom, start, np.array(values, np.float32)))
    return sorted(runs, key=lambda run: run[:2])


@settings(max_examples=60, deadline=None)
@given(runs=tracks(), cell=st.sampled_from([4, 64, 8192]))
def test_what_is_read_is_what_was_written(runs, cell, tmp_path_factory):
    path = tmp_path_factory.mktemp("law") / "x.bw"
    truth = {chrom: np.full(400, np.nan, np.float32) for chrom in "ab"}
    for chrom, start, values in runs:
        truth[chrom][start : start + len(values)] = values
    layout = Layout(cell_bases=cell, batch_bases=2 * cell, fan_out=2, zoom_bases=(4, 16))
    if not runs:
        with pytest.raises(ValueError, match="no value"), BigWigWriter(path, {"a": 400}):
            pass
        return
    with BigWigWriter(path, {"a": 400, "b": 400}, layout=layout) as writer:
        for run in runs:
            writer.add(*run)
    for chrom, wanted in truth.items():
        found = read_values(path, chrom, 0, 400)
        assert (np.isnan(found) == np.isnan(wanted)).all()
        kept = ~np.isnan(wanted)
        assert found[kept].tobytes() == wanted[kept].tobytes()


@settings(max_examples=60, deadline=None)
@given(runs=tracks(), cell=st.sampled_from([4, 64, 8192]), cuts=st.sets(st.integers(1, 20)))
def test_runs_added_together_are_those_added_one_by_one(runs, cell, cuts, tmp_path_factory):
    if not runs:
        return
    folder = tmp_path_factory.mktemp("law")
    sizes = {"a": 400, "b": 400}
    layout = Layout(cell_bases=cell, batch_bases=2 * cell, fan_out=2, zoom_bases=(4, 16))
    with BigWigWriter(folder / "one.bw", sizes, layout=layout) as writer:
        for run in runs:
            writer.add(*run)
    with BigWigWriter(folder / "all.bw", sizes, layout=layout) as writer:
        for low, high in pairwise(sorted({0, len(runs), *(c for c in cuts if c < len(runs))})):
            for chrom in "ab":
                part = [run for run in runs[low:high] if run[0] == chrom]
                starts = np.array([start for _, start, _ in part], np.int64)
                lengths = np.array([len(values) for *_, values in part], np.int64)
                values = np.concatenate([ramp(0), *(values for *_, values in part)])
                writer.add_runs(chrom, starts, lengths, values)
    assert (folder / "one.bw").read_bytes() == (folder / "all.bw").read_bytes()


@pytest.mark.parametrize(
    ("starts", "sizes", "what"),
    [
        ([5, 9], [5, 2], "starts before 10"),
        ([20, 9], [5, 2], "starts before 25"),
        ([5, 999], [5, 2], "outside the chromosome"),
        ([5, 20], [0, 4000], "outside the chromosome"),
        ([5, 20], [4, 4], "7 values for runs of 8 bases"),
    ],
)
def test_runs_that_break_the_rules_discard_the_file(starts, sizes, what, tmp_path):
    values = ramp(sum(sizes) - (what[0] == "7"))
    with pytest.raises(ValueError, match=what), BigWigWriter(tmp_path / "x.bw", SIZES) as writer:
        writer.add_runs("chr1", np.array(starts), np.array(sizes), values)
    assert list(tmp_path.iterdir()) == []


# ---- one file or none


def test_only_a_temporary_file_stands_there_until_close(tmp_path):
    path = tmp_path / "x.bw"
    with BigWigWriter(path, SIZES) as writer:
        writer.add("chr1", 5, ramp(10))
        (only,) = tmp_path.iterdir()
        assert only.name.startswith("x.bw.")
        assert only.suffix == ".tmp"
    assert list(tmp_path.iterdir()) == [path]
    writer.close()  # a second time: nothing
    with pyBigWig.open(str(path)) as track:
        assert track.chroms() == SIZES


def test_the_umask_decides_the_permissions(tmp_path):
    for mask, mode in ((0o022, 0o644), (0o007, 0o660)):
        before = os.umask(mask)
        try:
            with BigWigWriter(tmp_path / "x.bw", SIZES) as writer:
                writer.add("chr1", 0, ramp(3))
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "x.bw").stat().st_mode) == mode


def test_the_callers_array_may_be_reused(tmp_path):
    values = ramp(100)
    with BigWigWriter(tmp_path / "x.bw", SIZES) as writer:
        for start in (0, 100, 300):
            writer.add("chr1", start, values)
            values += 1
    assert read_values(tmp_path / "x.bw", "chr1", 300, 303).tolist() == [2, 3, 4]


def test_views_and_read_only_arrays_are_taken(tmp_path):
    values = ramp(20)[::2]
    values.flags.writeable = False
    with BigWigWriter(tmp_path / "x.bw", SIZES) as writer:
        writer.add("chr1", 0, values)
        writer.add("chr1", 50, values[:0])
        writer.add("chr1", 10, values[::-1])  # the empty run before counted for nothing
    found = read_values(tmp_path / "x.bw", "chr1", 0, 20)
    assert found.tolist() == [*values.tolist(), *values[::-1].tolist()]


NAN, INF = np.float32(np.nan), np.float32(np.inf)
MISUSES = {
    "overlap": ([("chr1", 14, ramp(3))], r"chr1:14-17: starts before 15"),
    "unsorted": ([("chr1", 0, ramp(3))], r"chr1:0-3: starts before 15"),
    "return to a chromosome": (
        [("chr2", 0, ramp(2)), ("chr1", 20, ramp(2))],
        r"chr1:20-22: comes after chr2",
    ),
    "beyond the end": ([("chr1", 998, ramp(3))], r"chr1:998-1001: outside .* 1000 bp"),
    "negative": ([("chr2", -1, ramp(3))], r"chr2:-1-2: outside"),
    "unknown chromosome": ([("chrX", 0, ramp(3))], r"chrX:0-3: .*not in chrom_sizes"),
    "nan": ([("chr1", 20, np.append(ramp(3), NAN))], r"chr1:20-24: .*not finite"),
    "infinity": ([("chr1", 20, np.append(ramp(3), -INF))], r"chr1:20-24: .*not finite"),
    "float64": ([("chr1", 20, np.ones(3))], r"chr1:20: .*float32"),
    "two dimensions": ([("chr1", 20, np.ones((3, 2), np.float32))], r"chr1:20: .*float32"),
    "a list": ([("chr1", 20, [1.0])], r"chr1:20: .*float32"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_misuse_raises_and_leaves_no_file(misuse, tmp_path):
    runs, message = MISUSES[misuse]
    path = tmp_path / "x.bw"
    with pytest.raises(ValueError, match=message):
        write(path, [("chr1", 5, ramp(10)), *runs])
    assert list(tmp_path.iterdir()) == []


def test_a_swallowed_error_does_not_give_a_file(tmp_path):
    writer = BigWigWriter(tmp_path / "x.bw", SIZES)
    writer.add("chr1", 5, ramp(10))
    with pytest.raises(ValueError, match="outside"):
        writer.add("chr1", 2000, ramp(10))
    assert list(tmp_path.iterdir()) == []
    for _ in range(2):
        with pytest.raises(ValueError, match="closed"):
            writer.add("chr1", 20, ramp(10))
        with pytest.raises(ValueError, match="discarded"):
            writer.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_the_callers_error_discards_the_file(error, tmp_path):
    def runs():
        yield "chr1", 5, ramp(10)
        raise error

    with pytest.raises(error):
        write(tmp_path / "x.bw", runs())
    assert list(tmp_path.iterdir()) == []


def test_an_old_file_survives_a_failure_and_not_a_success(tmp_path):
    path = tmp_path / "x.bw"
    path.write_text("old")
    with pytest.raises(ValueError, match="outside"), BigWigWriter(path, SIZES) as writer:
        writer.add("chr1", 5000, ramp(10))
    assert path.read_text() == "old"
    with BigWigWriter(path, SIZES) as writer:
        writer.add("chr1", 5, ramp(10))
    assert read_values(path, "chr1", 5, 8).tolist() == [0, 1, 2]


def test_an_empty_track_is_refused_unless_it_is_discarded(tmp_path):
    with (
        pytest.raises(ValueError, match="no value was added"),
        BigWigWriter(tmp_path / "x.bw", SIZES),
    ):
        pass
    with BigWigWriter(tmp_path / "x.bw", SIZES) as writer:
        writer.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sizes", [{}, {"": 5}, {"c": 0}, {"c": -1}, {"c": 1 << 32}, {"c\0d": 5}, {"chrä": 5}]
)
def test_impossible_chromosomes_are_refused(sizes, tmp_path):
    with pytest.raises(ValueError, match="chrom"):
        BigWigWriter(tmp_path / "x.bw", sizes)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"cell_bases": 1 << 16},
        {"cell_bases": 96},
        {"batch_bases": 8192},
        {"fan_out": 1},
        {"zoom_records": 0},
        {"zoom_bases": ()},
        {"zoom_bases": (64, 96)},
    ],
)
def test_impossible_layouts_are_refused(change):
    with pytest.raises(ValueError, match="layout"):
        Layout(**change)


# ---- the disk


def test_a_missing_folder_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match=r"none/x\.bw: cannot be written: No such file"):
        BigWigWriter(tmp_path / "none" / "x.bw", SIZES)


def test_a_folder_under_the_name_is_an_output_error(tmp_path):
    (tmp_path / "x.bw").mkdir()
    with (
        pytest.raises(OutputError, match="Is a directory"),
        BigWigWriter(tmp_path / "x.bw", SIZES) as writer,
    ):
        writer.add("chr1", 0, ramp(3))
    assert [path.name for path in tmp_path.iterdir()] == ["x.bw"]


FILL = """
import resource, sys
from pathlib import Path
import numpy as np
from gtrack.core.errors import OutputError
from gtrack.io.bigwig import BigWigWriter
path, limit = Path(sys.argv[1]), int(sys.argv[2])
values = np.random.default_rng(0).normal(size=1_000_000).astype(np.float32)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with BigWigWriter(path, {"chr1": 2_000_000}) as writer:
        for start in range(0, 1_000_000, 50_000):
            writer.add("chr1", start, values[start : start + 50_000])
except OutputError as error:
    print(error)
    sys.exit(error.exit_code)
print(path.stat().st_size)
"""


def fill(path, limit):
    cpu = "ignore:During parsing environment variable"  # NPY_DISABLE_CPU_FEATURES, as in pyproject
    strict = ["-W", "error", "-W", cpu]
    command = [sys.executable, *strict, "-c", FILL, str(path), str(limit)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


def test_a_full_disk_is_an_output_error_and_leaves_nothing(tmp_path):
    """At the head, among the sections, in a zoom spool and in the last bytes of the file."""
    path = tmp_path / "x.bw"
    whole = fill(path, 1 << 30)
    assert whole.returncode == 0, whole.stderr
    size = int(whole.stdout)
    path.unlink()
    for limit in (100, 20_000, size // 2, size - 400_000, size - 1):
        done = fill(path, limit)
        assert done.returncode == 3, done.stderr
        assert done.stdout.startswith(f"{path}: cannot be written: File too large")
        assert done.stderr == ""
        assert list(tmp_path.iterdir()) == []
    assert fill(path, size).returncode == 0


def test_a_kill_leaves_only_a_temporary_file(tmp_path):
    code = """
import sys, time
from pathlib import Path
import numpy as np
from gtrack.io.bigwig import BigWigWriter
writer = BigWigWriter(Path(sys.argv[1]), {"chr1": 10_000_000})
for start in range(0, 600_000, 100_000):
    writer.add("chr1", start, np.random.default_rng(0).normal(size=100_000).astype("f4"))
print("ready", flush=True)
time.sleep(60)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "x.bw")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
    (left,) = tmp_path.iterdir()
    assert left.name.startswith("x.bw.")
    assert left.suffix == ".tmp"


def test_an_interrupt_while_closing_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(*args, **kwargs):
        assert len(list(tmp_path.iterdir())) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(writer_module, "verify_bigwig", interrupted)
    with pytest.raises(KeyboardInterrupt), BigWigWriter(tmp_path / "x.bw", SIZES) as writer:
        writer.add("chr1", 0, ramp(3))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_changed_on_the_disk_never_gets_its_name(tmp_path):
    path = tmp_path / "x.bw"
    values = np.random.default_rng(0).normal(size=100_000).astype(np.float32)
    writer = BigWigWriter(path, {"chr1": 1_000_000}, layout=Layout(batch_bases=16384))
    writer.add("chr1", 0, values)
    (temporary,) = tmp_path.iterdir()
    with temporary.open("r+b") as file:  # far behind what the sample of runs could see
        file.seek(100_000)
        byte = file.read(1)
        file.seek(100_000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(VerificationError, match=r"x\.bw: .*does not decompress"):
        writer.close()
    assert list(tmp_path.iterdir()) == []


# ---- memory, speed of many runs, the compressor


def test_the_sample_is_bounded_and_spread(tmp_path):
    sample = RunSample(limit=16, bases=4)
    for batch in range(50):
        starts = np.arange(20) * 10 + batch * 200
        sample.see("c", Runs(np.repeat(np.float32(starts), 6), starts, np.arange(20) * 6))
    kept = list(sample)
    assert kept[0][1] == 0
    assert kept[-1][1] == 9990 + 2
    assert 9 <= len(kept) <= 17
    assert len(set(np.diff([start for _, start, _ in kept[:-1]]).tolist())) == 1
    assert all(len(values) == 4 for _, _, values in kept)
    assert all(values[0] == start // 10 * 10 for _, start, values in kept)


RUN = np.random.default_rng(0).normal(size=100).astype(np.float32)


def write_runs(path, count):
    with BigWigWriter(path, {"chr1": 20_000_000}) as writer:
        for start in range(0, 200 * count, 200):
            writer.add("chr1", start, RUN)


def test_many_short_runs(tmp_path):
    write_runs(tmp_path / "x.bw", 10_000)
    assert read_values(tmp_path / "x.bw", "chr1", 1_999_800, 1_999_900).tobytes() == RUN.tobytes()


@pytest.mark.long
def test_short_runs_cost_what_they_are_many(tmp_path):
    assert growth(lambda count: write_runs(tmp_path / "x.bw", count), 10_000) < 8


@pytest.mark.parametrize(("size", "wanted"), [(200, set()), (3_000, {"one.bw", "many.bw"})])
def test_threads_write_the_same_bytes(tmp_path, size: int, wanted: set[str]):
    """Large sections go to them; of small ones each would cost more than it takes."""
    rng = np.random.default_rng(5)
    runs = 60
    starts = np.arange(runs) * (size + 50)
    values = rng.normal(size=size * runs).astype(np.float32)
    values[size : 2 * size] = 3  # a run of few intervals
    columns = starts, np.full(runs, size), values
    layout, asked, chroms = Layout(batch_bases=1 << 15), set(), {"c": (size + 50) * runs}
    with ThreadPoolExecutor(3) as pool:
        for name, each in (("one.bw", map), ("many.bw", pool.map)):

            def counted(work, items, name=name, each=each):
                asked.add(name)
                return each(work, items)

            with BigWigWriter(tmp_path / name, chroms, layout=layout, each=counted) as writer:
                writer.add_runs("c", *columns)
    assert (tmp_path / "many.bw").read_bytes() == (tmp_path / "one.bw").read_bytes()
    assert asked == wanted


def test_a_section_that_is_spoilt_is_found_by_threads_too(tmp_path):
    path, values = tmp_path / "x.bw", np.arange(200_000, dtype=np.float32)
    with BigWigWriter(path, {"c": 200_000}) as writer:
        writer.add("c", 0, values)
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)
    with ThreadPoolExecutor(3) as pool:
        for each in (map, pool.map):
            with pytest.raises(VerificationError, match=r"section 0:\d+ does not decompress"):
                verify_bigwig(path, {"c": 200_000}, 200_000, [], each=each)


def test_without_deflate_zlib_writes_a_valid_file(tmp_path):
    code = """
import sys
sys.modules["deflate"] = None
from pathlib import Path
import numpy as np
from gtrack.io.bigwig import COMPRESSOR, BigWigWriter
from gtrack.io.bigwig.compression import compress, decompress
with BigWigWriter(Path(sys.argv[1]), {"chr1": 100_000}) as writer:
    writer.add("chr1", 7, np.arange(50_000, dtype="f4"))
for broken, limit in ((compress(b"abc" * 99)[:-3], 297), (compress(b"abc" * 99), 20), (b"x", 9)):
    try:
        decompress(broken, limit)
    except ValueError:
        continue
    sys.exit("not refused")
print(COMPRESSOR)
"""
    path = tmp_path / "x.bw"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("zlib ")
    assert done.stdout.strip() != COMPRESSOR
    found = read_values(path, "chr1", 6, 50_008)
    assert found[1:-1].tolist() == list(range(50_000))
    assert np.isnan(found[[0, -1]]).all()


def test_a_zoom_level_keeps_no_more_than_waits(tmp_path):
    """A view of the few records that wait would keep all those that came with them."""
    at = np.arange(3 * 1024 + 5, dtype=np.float64) * 64
    records = np.stack([at, at + 64, *np.ones((5, len(at)))])
    with (tmp_path / "spool").open("w+b") as spool:
        level = ZoomLevel(256, spool, 1024)
        level.add(records, 0)
        kept = [*level._open, level._ready]
    assert sum(each.shape[1] for each in kept) < 1024
    assert all(each.base is None for each in kept)

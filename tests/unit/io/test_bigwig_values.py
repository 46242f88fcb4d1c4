"""Files of the bigWig writer, read by pyBigWig, by pybigtools and by a slow reader written here."""

from __future__ import annotations

import itertools
import math
import struct
import zlib
from dataclasses import dataclass

import numpy as np
import pybigtools
import pyBigWig
import pytest

from gtrack.io.bigwig import BigWigWriter, Layout

FLOAT32_MAX = float(np.finfo(np.float32).max)
EXTREMES = np.array(
    [0.0, -0.0, 1e-45, -1e-45, 1.1e-38, 3.4e38, -3.4e38, FLOAT32_MAX, -FLOAT32_MAX, 1.0],
    np.float32,
)


# ---- a slow reader: struct and zlib only, straight from the published tables


@dataclass
class SlowFile:
    data: bytes

    def __post_init__(self):
        self.head = struct.unpack_from("<IHHQQQHHQQIQ", self.data, 0)
        assert self.head[0] == 0x888FFC26
        assert struct.unpack("<I", self.data[-4:])[0] == 0x888FFC26
        self.zoom_heads = [
            struct.unpack_from("<IIQQ", self.data, 64 + 24 * i) for i in range(self.head[2])
        ]
        self.summary = struct.unpack_from("<Qdddd", self.data, self.head[9])

    def chroms(self):
        at = self.head[3]
        magic, _, key, value, count, _ = struct.unpack_from("<IIIIQQ", self.data, at)
        assert (magic, value) == (0x78CA8C91, 8)
        found = {}

        def visit(at):
            leaf, _, n = struct.unpack_from("<BBH", self.data, at)
            depth = 1
            for i in range(n):
                slot = at + 4 + i * (key + 8)
                name = self.data[slot : slot + key].rstrip(b"\0").decode()
                if leaf:
                    found[name] = struct.unpack_from("<II", self.data, slot + key)
                else:
                    child = struct.unpack_from("<Q", self.data, slot + key)[0]
                    first = self.data[child + 4 : child + 4 + key].rstrip(b"\0").decode()
                    assert first == name
                    depth = visit(child) + 1
            return depth

        self.chrom_depth = visit(at + 32)
        assert len(found) == count
        assert list(found) == sorted(found)
        return found

    def leaves(self, at):
        """Walk an R-tree; every node must enclose what is below it."""
        magic, _, count, *hull = struct.unpack_from("<IIQIIII", self.data, at)
        assert magic == 0x2468ACE0
        found = []

        def visit(at, hull):
            leaf, _, n = struct.unpack_from("<BBH", self.data, at)
            depth = 1
            for i in range(n):
                form = "<IIIIQQ" if leaf else "<IIIIQ"
                entry = struct.unpack_from(form, self.data, at + 4 + i * struct.calcsize(form))
                assert hull[:2] <= entry[:2] < entry[2:4] <= hull[2:]
                if leaf:
                    found.append(entry)
                else:
                    depth = visit(entry[4], entry[:4]) + 1
            return depth

        self.index_depth = visit(at + 48, tuple(hull))
        assert len(found) == count
        return found

    def payload(self, leaf):
        raw = zlib.decompress(self.data[leaf[4] : leaf[4] + leaf[5]])
        assert len(raw) <= self.head[10]
        return raw

    def values(self):
        """{(chrom id, base): bits}, and the kinds of sections seen."""
        found, self.kinds, self.sections = {}, set(), []
        for leaf in self.leaves(self.head[5]):
            raw = self.payload(leaf)
            chrom, start, end, step, span, kind, _, n = struct.unpack_from("<IIIIIBBH", raw)
            assert (chrom, start, chrom, end) == leaf[:4]
            self.kinds.add(kind)
            self.sections.append((chrom, start, end))
            if kind == 1:
                for i in range(n):
                    a, b, bits = struct.unpack_from("<III", raw, 24 + 12 * i)
                    found.update(((chrom, base), bits) for base in range(a, b))
            else:
                assert (kind, step, span) == (3, 1, 1)
                bits = struct.unpack_from(f"<{n}I", raw, 24)
                found.update(((chrom, start + i), b) for i, b in enumerate(bits))
        return found

    def zoom(self, level):
        bases, _, data_at, index_at = self.zoom_heads[level]
        records = []
        for leaf in self.leaves(index_at):
            raw = self.payload(leaf)
            records += [struct.unpack_from("<IIIIffff", raw, i) for i in range(0, len(raw), 32)]
        assert struct.unpack_from("<I", self.data, data_at)[0] == len(records)
        return bases, records


def slow_zoom(truth, bases):
    """The zoom records of NaN-gapped arrays, one cell at a time in float64."""
    records = []
    for chrom, values in enumerate(truth):
        for at in range(0, len(values), bases):
            cell = values[at : at + bases].astype(np.float64)
            covered = np.flatnonzero(~np.isnan(cell))
            if len(covered):
                x = cell[covered]
                sums = [min(max(math.fsum(y), -FLOAT32_MAX), FLOAT32_MAX) for y in (x, x * x)]
                place = (chrom, at + covered[0], at + covered[-1] + 1, len(covered))
                records.append((*place, x.min(), x.max(), *sums, np.abs(x).sum()))
    return records


# ---- random cases


def random_values(rng, n):
    kind = rng.integers(6)
    if kind == 0:
        return rng.laplace(scale=1e-3, size=n).astype(np.float32)
    if kind == 1:  # token-constant
        return np.repeat(rng.normal(size=n).astype(np.float32), rng.integers(1, 9, n))[:n]
    if kind == 2:  # long plateaus
        return np.repeat(rng.normal(size=n).astype(np.float32), rng.integers(1, 300, n))[:n]
    if kind == 3:
        return rng.choice(EXTREMES, n)
    if kind == 4:
        return np.full(n, rng.choice(EXTREMES), np.float32)
    return -rng.random(n, np.float32)


def random_runs(rng, size):
    """Disjoint runs of one chromosome as a NaN-gapped array; often bookended or one base long."""
    values = np.full(size, np.nan, np.float32)
    at = int(rng.integers(0, max(size // 4, 1)))
    longest = int(rng.choice([1, 3, 20, 300, 5000]))
    gaps = int(rng.choice([1, 2, 30, 2000]))
    while at < size:
        n = min(int(rng.integers(1, longest + 1)), size - at)
        values[at : at + n] = random_values(rng, n)
        at += n + int(rng.integers(0, gaps + 1))
        if rng.random() < 0.01:
            break
    return values


def random_case(seed):
    rng = np.random.default_rng(seed)
    finest = int(rng.choice([2, 4, 64]))
    count = int(rng.choice([1, 2, 5, 40, 300], p=[0.3, 0.3, 0.2, 0.1, 0.1]))
    largest = (30_000 if finest == 64 else 5_000) // count + 50
    names = [f"chr{i}" if rng.random() < 0.7 else f"scaffold_{i}.1" for i in range(count)]
    rng.shuffle(names)
    sizes = {name: int(rng.integers(1, largest)) for name in names}
    truth = [
        random_runs(rng, size) if rng.random() < 0.8 else np.full(size, np.nan, np.float32)
        for size in sizes.values()
    ]
    if all(np.isnan(values).all() for values in truth):
        truth[-1][-1] = 1.5
    cell = finest * int(rng.choice([1, 4, 128]))
    layout = Layout(
        cell_bases=cell,
        batch_bases=cell * int(rng.choice([2, 3, 50])),
        fan_out=int(rng.choice([2, 3, 256])),
        zoom_records=int(rng.choice([1, 7, 1024])),
        zoom_bases=tuple(finest * 4**k for k in range(int(rng.integers(1, 9)))),
    )
    return sizes, truth, layout, rng


def stretches(values):
    covered = np.flatnonzero(np.diff(np.isfinite(values).astype(int), prepend=0, append=0))
    return list(zip(covered[::2].tolist(), covered[1::2].tolist(), strict=True))


def write(path, sizes, truth, layout=None, chunk=None, rng=None):
    with BigWigWriter(path, sizes, layout=layout) as writer:
        for chrom, values in zip(sizes, truth, strict=True):
            for start, end in stretches(values):
                while start < end:
                    n = end - start if chunk is None else int(rng.integers(1, chunk + 1))
                    part = values[start : min(start + n, end)]
                    writer.add(chrom, start, part)
                    start += len(part)
    return path.read_bytes()


def check_case(seed, tmp_path):
    sizes, truth, layout, rng = random_case(seed)
    path = tmp_path / "x.bw"
    data = write(path, sizes, truth, layout)

    covered = int(sum(np.isfinite(values).sum() for values in truth))
    with pyBigWig.open(str(path)) as track:
        assert track.chroms() == sizes
        assert track.header()["nBasesCovered"] == covered
        for chrom, values in zip(sizes, truth, strict=True):
            found = track.values(chrom, 0, sizes[chrom], numpy=True)
            assert same_bits(found, values)
    with pybigtools.open(str(path)) as track:
        assert track.chroms() == sizes
        assert track.info()["summary"]["basesCovered"] == covered
        for chrom, values in zip(sizes, truth, strict=True):
            found = track.values(chrom, 0, sizes[chrom], fillna=np.nan)
            assert same_bits(found.astype(np.float32), values)

    slow = SlowFile(data)
    ids = {name: rank for rank, name in enumerate(sizes)}
    assert slow.chroms() == {name: (ids[name], size) for name, size in sizes.items()}
    expected = {
        (rank, base): int(values.view(np.uint32)[base])
        for rank, values in enumerate(truth)
        for base in np.flatnonzero(np.isfinite(values)).tolist()
    }
    assert slow.values() == expected
    for _, start, end in slow.sections:
        assert start // layout.cell_bases == (end - 1) // layout.cell_bases

    counts = []
    for level in range(len(slow.zoom_heads)):
        bases, records = slow.zoom(level)
        assert bases in layout.zoom_bases
        wanted = slow_zoom(truth, bases)
        assert [r[:6] for r in records] == [w[:6] for w in wanted]
        for record, want in zip(records, wanted, strict=True):
            # the float32 of the file: relative 2^-24, or the smallest denormal
            assert abs(record[6] - want[6]) <= 1.2e-7 * want[8] + 1e-44
            assert abs(record[7] - want[7]) <= 1.2e-7 * want[7] + 1e-44
        counts.append(len(records))
    assert counts
    assert slow.zoom_heads[0][0] == layout.zoom_bases[0]
    assert all(coarse <= fine // 2 for fine, coarse in itertools.pairwise(counts))

    every = np.concatenate([values[np.isfinite(values)] for values in truth]).astype(np.float64)
    valid, low, high, total, squares = slow.summary
    assert (valid, low, high) == (covered, every.min(), every.max())
    assert abs(total - math.fsum(every)) <= 1e-13 * np.abs(every).sum()
    assert squares == pytest.approx(math.fsum(every * every), rel=1e-13)

    chunk = int(rng.choice([1, 50, 4000])) if covered < 5000 else 400
    assert write(path, sizes, truth, layout, chunk, rng) == data
    return slow


def same_bits(found, wanted):
    gaps = np.isnan(wanted)
    return (
        found.dtype == np.float32
        and (np.isnan(found) == gaps).all()
        and found[~gaps].tobytes() == wanted[~gaps].tobytes()
    )


@pytest.mark.parametrize("block", range(4))
def test_random_cases_are_bit_equal_in_both_readers_and_in_every_zoom_record(block, tmp_path):
    for seed in range(block * 10, block * 10 + 10):
        check_case(seed, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("block", range(9))
def test_more_random_cases_are_bit_equal_in_both_readers(block, tmp_path):
    for seed in range(40 + block * 40, 40 + block * 40 + 40):
        check_case(seed, tmp_path)


# ---- sections, trees, zoom statistics


def test_default_layout_keeps_bytes_under_rechunking(tmp_path):
    rng = np.random.default_rng(5)
    sizes = {"chrB": 700_000, "chrA": 30_000, "chrC": 10}
    truth = [np.full(size, np.nan, np.float32) for size in sizes.values()]
    truth[0][1234:650_000] = rng.laplace(size=648_766)
    truth[0][300_000:300_007] = np.nan
    truth[0][400_000:500_000] = 0.25
    truth[0][500_000:600_000] = np.repeat(rng.normal(size=20_000), 5)
    truth[1][8190:8195] = 1
    truth[2][:] = np.arange(10)
    data = write(tmp_path / "a.bw", sizes, truth)
    for seed, chunk in enumerate((700, 8192, 100_000)):
        rng = np.random.default_rng(seed)
        assert write(tmp_path / "b.bw", sizes, truth, None, chunk, rng) == data
    small_batches = Layout(batch_bases=3 * 8192)
    assert write(tmp_path / "c.bw", sizes, truth, small_batches) == data
    slow = SlowFile(data)
    slow.values()
    assert slow.kinds == {1, 3}


def test_a_change_in_one_cell_changes_no_section_of_another(tmp_path):
    """What lets shards be cut anywhere and a merge copy sections."""
    sizes = {"chr1": 10 * 8192}
    values = np.random.default_rng(0).normal(size=10 * 8192).astype(np.float32)
    payloads = []
    for value in (0.5, np.nan):
        values[4 * 8192 : 5 * 8192 - 7] = value
        slow = SlowFile(write(tmp_path / "x.bw", sizes, [values]))
        sections = {leaf[1]: slow.payload(leaf) for leaf in slow.leaves(slow.head[5])}
        payloads.append({at: raw for at, raw in sections.items() if at // 8192 != 4})
    assert len(payloads[0]) == 9
    assert payloads[0] == payloads[1]


def test_trees_of_several_levels(tmp_path):
    rng = np.random.default_rng(1)
    sizes = {f"contig{i}": 300 for i in rng.permutation(70_000)[:600].tolist()}
    truth = [rng.normal(size=300).astype(np.float32) for _ in sizes]
    for gap in range(40, 300, 50):
        for values in truth:
            values[gap : gap + 7] = np.nan
    slow = SlowFile(write(tmp_path / "x.bw", sizes, truth))
    assert len(slow.chroms()) == 600
    assert slow.chrom_depth == 2
    assert len(slow.leaves(slow.head[5])) >= 3000
    assert slow.index_depth == 2
    with pyBigWig.open(str(tmp_path / "x.bw")) as track:
        for chrom, values in zip(sizes, truth, strict=True):
            assert same_bits(track.values(chrom, 0, 300, numpy=True), values)
    deep = SlowFile(write(tmp_path / "y.bw", sizes, truth, Layout(fan_out=2)))
    assert len(deep.leaves(deep.head[5])) >= 3000
    assert deep.index_depth >= 12
    assert len(deep.chroms()) == 600
    assert deep.chrom_depth >= 10


@pytest.mark.parametrize("kind", ["mean", "min", "max", "coverage"])
def test_browser_statistics_agree_with_the_values(kind, tmp_path):
    """Bins that coincide with zoom records, so both readers answer from a zoom level."""
    rng = np.random.default_rng(2)
    values = rng.normal(size=1 << 20).astype(np.float32)
    for at in rng.integers(0, 1 << 20, 50).tolist():
        values[at : at + 900] = np.nan
    path = tmp_path / "x.bw"
    write(path, {"chr1": 1 << 20}, [values])
    bins = values.astype(np.float64).reshape(256, 4096)
    wanted = {
        "mean": lambda: np.nanmean(bins, 1),
        "min": lambda: np.nanmin(bins, 1),
        "max": lambda: np.nanmax(bins, 1),
        "coverage": lambda: np.isfinite(bins).mean(1),
    }[kind]()
    with pyBigWig.open(str(path)) as track:
        found = track.stats("chr1", 0, 1 << 20, type=kind, nBins=256)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
    if kind != "coverage":
        with pybigtools.open(str(path)) as track:
            found = track.values("chr1", 0, 1 << 20, bins=256, summary=kind, fillna=None)
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def test_positions_beyond_two_to_the_31(tmp_path):
    path = tmp_path / "x.bw"
    size = (1 << 32) - 1
    with BigWigWriter(path, {"giant": size}) as writer:
        writer.add("giant", size - 5, np.arange(5, dtype=np.float32))
    slow = SlowFile(path.read_bytes())
    assert [base for _, base in slow.values()] == list(range(size - 5, size))


def test_isolated_bases_share_sections(tmp_path):
    """One-base runs become intervals of a common section, not a section each."""
    values = np.full(8192 * 3, np.nan, np.float32)
    values[::3] = 1.5
    slow = SlowFile(write(tmp_path / "x.bw", {"c": 8192 * 3}, [values]))
    assert len(slow.leaves(slow.head[5])) == 3

"""Packed tables: what tabix, pysam and pandas read in them is what was written."""

from __future__ import annotations

import gzip
import subprocess
from collections import deque
from pathlib import Path

import numpy as np
import pandas as pd
import pysam
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.io import packed_tables
from gtrack.io.bgzf import blocks_of
from gtrack.io.packed_tables import either, index_name, table_name, writing_packed
from gtrack.io.table_rows import read_table
from gtrack.io.tables import writing_columns

COLUMNS = ["region", "chrom", "start", "end", "name", "score"]
SIZES = {"chr2": 3_000_000, "empty": 5, "a|b:c": 90_000, "chr1": 200_000}


def table(rng: np.random.Generator, rows: int, sizes: dict[str, int]) -> list[tuple]:
    """Return rows in the order of the chromosomes, then by start; some are long."""
    names = [name for name in sizes if name != "empty"]
    made = []
    for _ in range(rows):
        chrom = names[int(rng.integers(len(names)))]
        start = int(rng.integers(sizes[chrom]))
        longest = int(10 ** rng.uniform(0, np.log10(sizes[chrom] - start + 1)))
        made.append((chrom, start, start + max(1, min(longest, sizes[chrom] - start))))
    made.sort(key=lambda row: (list(sizes).index(row[0]), row[1]))
    return [(k, *row, f"n{k}", float(rng.normal())) for k, row in enumerate(made)]


def columns_of(rows: list[tuple]) -> list:
    chroms = [row[1] for row in rows]
    return [
        np.array([row[0] for row in rows]),
        chroms[0] if len(set(chroms)) == 1 else chroms,
        *(np.array([row[k] for row in rows]) for k in (2, 3)),
        [row[4] for row in rows],
        np.array([row[5] for row in rows]),
    ]


def write(path: Path, orders: list[list[tuple]], sizes=SIZES, at_once: int = 400) -> Path:
    with writing_packed(path, COLUMNS, sizes, without=["name"], orders=len(orders)) as add:
        for at in range(0, max(map(len, orders), default=0), at_once):  # the orders in turn
            for order, rows in enumerate(orders):
                if some := rows[at : at + at_once]:
                    add(columns_of(some), order)
    return path


def cells(rows: list[tuple]) -> list[list[str]]:
    return [[*map(str, row[:4]), f"{row[5]:.9g}"] for row in rows]


def among(rows: list[tuple], chrom: str, start: int, end: int) -> list[tuple]:
    return [row for row in rows if row[1] == chrom and row[2] < end and row[3] > start]


@pytest.mark.parametrize("sizes", [SIZES, {"long": 700_000_000, "longer": 2_000_000_000}])
@pytest.mark.parametrize("orders", [1, 3])
def test_other_programs_find_the_rows_of_every_stretch(tmp_path, sizes, orders) -> None:
    rng = np.random.default_rng(3)
    parts = [table(rng, 4_000, sizes) for _ in range(orders)]
    rank = {name: at for at, name in enumerate(sizes)}
    rows = sorted((row for part in parts for row in part), key=lambda r: (rank[r[1]], r[2]))
    path = write(tmp_path / "t.tsv.gz", parts, sizes)
    assert len(blocks_of(path)) > 3
    index = tmp_path / index_name("t.tsv.gz", sizes)
    assert index.suffix == (".tbi" if sizes is SIZES else ".csi")
    assert sorted(tmp_path.iterdir()) == sorted([path, index])
    with pysam.TabixFile(str(path), index=str(index)) as tabix:
        assert set(tabix.contigs) == {row[1] for row in rows}
        for _ in range(60):
            chrom = str(rng.choice([name for name in sizes if name != "empty"]))
            start = int(rng.integers(sizes[chrom]))
            end = min(sizes[chrom], start + 1 + int(10 ** rng.uniform(0, 7)))
            found = [line.split("\t") for line in tabix.fetch(chrom, start, end)]
            assert found == cells(among(rows, chrom, start, end))
    frame = pd.read_csv(path, sep="\t")
    assert frame["chrom"].tolist() == [row[1] for row in rows]
    assert frame["score"].tolist() == [float(f"{row[5]:.9g}") for row in rows]


def test_the_command_tabix_reads_it(tmp_path: Path) -> None:
    rows = table(np.random.default_rng(4), 500, SIZES)
    path = write(tmp_path / "t.tsv.gz", [rows])
    said = subprocess.run(["tabix", path, "chr1:50001-90000"], capture_output=True, text=True)
    assert [line.split("\t") for line in said.stdout.splitlines()] == cells(
        among(rows, "chr1", 50_000, 90_000)
    )
    assert said.stderr == ""
    subprocess.run(["bgzip", "-t", path], check=True)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 999), rows=st.integers(0, 60), at_once=st.integers(1, 70))
def test_it_holds_what_the_plain_table_holds(tmp_path, seed, rows, at_once) -> None:
    made = table(np.random.default_rng(seed), rows, SIZES)
    path = write(tmp_path / "t.tsv.gz", [made], at_once=at_once)
    plain = tmp_path / "t.tsv"
    with writing_columns(plain, COLUMNS, without=["name"]) as add:
        if made:
            add(columns_of(made))
    assert gzip.decompress(path.read_bytes()) == plain.read_bytes()
    kept = [name for name in COLUMNS if name != "name"]
    assert list(read_table(path, kept)) == list(read_table(plain, kept))
    plain.unlink()


def test_the_same_rows_give_the_same_bytes_however_they_come(tmp_path: Path) -> None:
    rows = table(np.random.default_rng(5), 3_000, SIZES)
    files = [write(tmp_path / f"{n}.tsv.gz", [rows], at_once=n) for n in (1, 7, 5_000)]
    files.append(write(tmp_path / "two.tsv.gz", [rows, []]))
    assert len({path.read_bytes() for path in files}) == 1
    assert len({Path(f"{path}.tbi").read_bytes() for path in files}) == 1


def test_the_plain_form_comes_first_and_size_decides(tmp_path: Path, monkeypatch) -> None:
    plain, packed = tmp_path / "t.tsv", tmp_path / "t.tsv.gz"
    assert either(plain) == plain
    packed.touch()
    assert either(plain) == packed
    plain.touch()
    assert either(plain) == plain
    most = packed_tables.PLAIN_ROWS
    assert [table_name("t.tsv", rows) for rows in (most, most + 1)] == ["t.tsv", "t.tsv.gz"]


def test_nothing_is_left_of_a_table_that_failed(tmp_path: Path) -> None:
    good = columns_of(table(np.random.default_rng(6), 50, SIZES))
    bad = [*good[:-1], good[-1][:-1]]
    with (
        pytest.raises(ValueError, match="shorter"),
        writing_packed(tmp_path / "t.gz", COLUMNS, SIZES) as add,
    ):
        deque(map(add, [good, bad]))
    assert list(tmp_path.iterdir()) == []

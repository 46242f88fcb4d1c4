"""Tables: what a number looks like, and that it comes back."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.core.texts import Chosen
from gtrack.io.tables import (
    REGION_COLUMNS,
    WINDOW_COLUMNS,
    table_line,
    table_lines,
    write_table,
    writing_columns,
)


def lines(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode()
    assert text.endswith("\n")
    assert "\r" not in text
    return [line.split("\t") for line in text[:-1].split("\n")]


def test_one_header_and_one_line_per_row(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    write_table(path, ["a", "b"], ([i, "é x"] for i in range(3)))
    assert lines(path) == [["a", "b"], ["0", "é x"], ["1", "é x"], ["2", "é x"]]
    write_table(path, ["a"], [])
    assert lines(path) == [["a"]]


@given(
    st.lists(
        st.tuples(
            st.text(max_size=4) | st.sampled_from(["%", "%d", "chr1"]),
            st.integers(-(2**62), 2**62),
            st.floats(),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        min_size=1,
        max_size=9,
    ),
    st.text(max_size=3) | st.just("5 %s"),
)
def test_lines_by_columns_are_lines_by_rows(
    rows: list[tuple[str, int, float, float]], same: str
) -> None:
    texts, whole, numbers, finite = zip(*rows, strict=True)
    made = table_lines([same, texts, np.array(whole), np.array(numbers), np.array(finite)])
    expected = b"".join(table_line([same, *row]) for row in rows)
    assert made == expected
    columns = [np.tile(np.array(each), 64) for each in (whole, numbers, finite)]
    assert table_lines([same, texts * 64, *columns, same]) == b"".join(
        table_line([same, *row, same]) for row in rows * 64
    ), "many rows are written in another way"


def test_a_long_text_among_many_rows() -> None:
    texts = ["x" * 100_000, *"ab" * 500]
    made = table_lines([np.arange(1001), texts])
    assert made == b"".join(map(table_line, enumerate(texts)))


@given(
    st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=6),
    st.lists(st.integers(0, 5), min_size=1, max_size=200),
)
def test_chosen_texts_are_written_as_texts(among: list[str], places: list[int]) -> None:
    index = np.array(places) % len(among)
    chosen, counts = Chosen(among, index), np.arange(len(places))
    assert table_lines([chosen, counts]) == table_lines([list(chosen), counts])
    assert list(chosen[1:]) == [among[each] for each in index.tolist()[1:]]


@pytest.mark.parametrize("other", [0.0, -0.0, float("nan"), float("inf"), 1e-300, 2.5])
def test_a_number_that_all_rows_have_is_written_as_each_is(other: float) -> None:
    for first in (0.0, -0.0, float("nan"), 2.5):
        cells = [other, other, first]
        for column in (np.array(cells), np.array(cells[:2])):
            sevens, texts = np.full(len(column), 7, np.int32), ["%d"] * len(column)
            made = table_lines(["5 %s", column, sevens, texts])
            rows = (["5 %s", value, 7, "%d"] for value in column.tolist())
            assert made == b"".join(map(table_line, rows))
    assert table_lines(["%", np.zeros(2), np.ones(2, np.int64)]) == b"%\t0\t1\n" * 2


def test_a_table_by_columns_may_lack_some(tmp_path: Path) -> None:
    with writing_columns(tmp_path / "t.tsv", ["a", "b", "c"], without=["b"]) as write:
        write([np.array([1, 2]), "left out", "x"])
        write([np.array([3]), "left out", "y"])
    assert lines(tmp_path / "t.tsv") == [["a", "c"], ["1", "x"], ["2", "x"], ["3", "y"]]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan")])
def test_what_is_no_number_is_na(tmp_path: Path, value: float) -> None:
    write_table(tmp_path / "t.tsv", ["a"], [[value]])
    assert lines(tmp_path / "t.tsv")[1] == ["NA"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (1 / 3, "0.333333333"),
        (1e-20, "1e-20"),
        (np.int64(2**40), str(2**40)),
        (-0.0, "-0"),
    ],
)
def test_numbers_are_plain(tmp_path: Path, value: float, text: str) -> None:
    write_table(tmp_path / "t.tsv", ["a"], [[value]])
    assert lines(tmp_path / "t.tsv")[1] == [text]


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1))
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_float32_comes_back(tmp_path: Path, values: list[float]) -> None:
    write_table(tmp_path / "t.tsv", ["a"], [[float(np.float32(value))] for value in values])
    back = np.array([cell for (cell,) in lines(tmp_path / "t.tsv")[1:]], np.float32)
    assert back.tobytes() == np.array(values, np.float32).tobytes()


def test_a_row_that_fails_leaves_no_table(tmp_path: Path) -> None:
    def rows():
        yield [1]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_table(tmp_path / "t.tsv", ["a"], rows())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("columns", [WINDOW_COLUMNS, REGION_COLUMNS])
def test_columns_have_different_names(columns: list[str]) -> None:
    assert len(set(columns)) == len(columns)


def test_windows_have_the_columns_that_readers_rely_on() -> None:
    design = (
        "chrom start end strand region model score relevance_sum unplaced absorbed bases tokens "
        "own_start own_end"
    )
    assert [name for name in WINDOW_COLUMNS if name in design.split()] == design.split()

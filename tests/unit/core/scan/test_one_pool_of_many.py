"""What is done for a pool costs as much as a pool, however many there are beside it.

A copy of a column of all windows, made for every pool, makes a scan quadratic: 20 ms for each pool
of a human genome. Here memory tells of such a copy, which does not depend on the machine.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.encodings import Encodings
from gtrack.core.intervals import Interval
from gtrack.core.scan.grid import BOTH, WindowGrid
from gtrack.core.scan.region_scores import region_shares
from gtrack.core.scan.shard import Rows, ShardResult, assemble
from gtrack.core.scan.sorted_columns import places_in
from gtrack.core.scan.table_columns import window_columns
from gtrack.core.targets import Target
from tests.model_plans import model_plan

WINDOWS, LENGTH = 300_000, 4
FIRST, END = 150_000, 150_003
MOST = WINDOWS  # bytes: a copy of any column is at least four times as much

MODEL = model_plan(name="m", window_bp=LENGTH, stride=LENGTH)


@pytest.fixture(scope="module")
def grid() -> WindowGrid:
    at = np.arange(WINDOWS)
    start, none = at * LENGTH, np.zeros(WINDOWS, np.int64)
    strands = np.full(WINDOWS, BOTH, np.uint8)
    owned = at, start, start + LENGTH
    return WindowGrid(("chr1",), none, start, start + LENGTH, strands, *owned, at, at, 0)


def rows() -> Rows:
    codes = np.tile(np.arange(LENGTH), 2 * (END - FIRST)).astype(np.int32)
    return Rows(
        np.repeat(np.arange(FIRST, END), 2),
        np.tile([False, True], END - FIRST),
        np.full(2 * (END - FIRST), LENGTH),
        Encodings(
            codes,
            np.arange(0, len(codes) + 1, LENGTH),
            np.stack([codes, codes + 1], axis=1),
            np.ones(len(codes), bool),
        ),
        np.ones(len(codes), bool),
        None,
    )


def result_of(grid: WindowGrid) -> ShardResult:
    outputs = np.ones((2 * (END - FIRST), 2), np.float32)
    relevance = np.ones((1, 2 * (END - FIRST) * LENGTH), np.float32)
    return assemble(grid, rows(), outputs, relevance, MODEL, "uniform", per_strand=True)


VALUES = np.ones((END - FIRST) * LENGTH, np.float32)
REGIONS = [Interval("chr1", FIRST * LENGTH, END * LENGTH)]

STEPS: dict[str, Callable[[WindowGrid], object]] = {
    "owned": lambda g: g.owned(FIRST, END),
    "owned_known": lambda g: g.owned_known(FIRST, END, VALUES > 0),
    "runs_between": lambda g: g.runs_between(FIRST, END, VALUES),
    "runs_of": lambda g: g.runs_of(FIRST),
    "assemble": result_of,
    "window_columns": lambda g: window_columns(
        g, [Target("m", 1, "yes", "m", 0, True)], result_of(g)
    ),
    "region_shares": lambda g: region_shares(g, REGIONS, FIRST),
}


@pytest.mark.parametrize("step", STEPS)
def test_no_column_is_copied_for_a_pool(grid: WindowGrid, step: str) -> None:
    STEPS[step](grid)  # what is imported or made once
    tracemalloc.start()
    try:
        STEPS[step](grid)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST


@given(st.lists(st.integers(0, 60)), st.lists(st.integers(0, 61)))
def test_places_are_those_of_numpy(column, values) -> None:
    kept = np.sort(np.array(column, np.int32))
    assert places_in(kept, values).tolist() == np.searchsorted(kept, values).tolist()

"""Values of another tool's track: runs, counts and what is not finite, against loops."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.scan.given_values import infinite_at, look_at, valued_runs

VALUES = st.lists(st.one_of(st.just(math.nan), st.floats(-9, 9, width=32)), max_size=30)


@given(VALUES.filter(len), st.integers(0, 1 << 31))
def test_runs_are_all_that_has_a_value(values: list[float], start: int) -> None:
    runs = valued_runs(start, np.float32(values))
    spans = list(zip(runs.start.tolist(), (runs.start + runs.size).tolist(), strict=True))
    bases = [base for first, end in spans for base in range(first, end)]
    told = dict(zip(bases, runs.values.tolist(), strict=True))
    assert told == {start + at: v for at, v in enumerate(values) if not math.isnan(v)}
    assert all(end < after for (_, end), (after, _) in pairwise(spans))
    assert all(first < end for first, end in spans)


@given(VALUES)
def test_a_look(values: list[float]) -> None:
    there = [abs(value) for value in values if not math.isnan(value)]
    assert look_at(np.float32(values)) == (len(there), max(there, default=0.0))


@given(VALUES, st.lists(st.tuples(st.integers(0, 29), st.sampled_from([math.inf, -math.inf]))))
def test_the_first_that_is_infinite(values: list[float], others: list[tuple[int, float]]) -> None:
    for at, value in others:
        values[at : at + 1] = [value] * len(values[at : at + 1])
    first = next((at for at, value in enumerate(values) if math.isinf(value)), None)
    assert infinite_at(np.float32(values)) == first

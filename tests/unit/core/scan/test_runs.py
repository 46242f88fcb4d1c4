"""Runs of adjacent values."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.scan.runs import joined_runs

Stretch = tuple[int, int, list[float]]


@st.composite
def stretches(draw: st.DrawFn) -> list[Stretch]:
    """Sorted, disjoint (chromosome, start, values), some touching, some values missing."""
    made: list[Stretch] = []
    value = st.one_of(st.just(float("nan")), st.floats(-9, 9, width=32), st.just(float("inf")))
    for chrom in sorted(draw(st.sets(st.integers(0, 40), max_size=3))):
        at = draw(st.sampled_from([0, 5, 2**31 - 3]))
        for _ in range(draw(st.integers(1, 4))):
            at += draw(st.integers(0, 2))
            values = draw(st.lists(value, min_size=1, max_size=5))
            made.append((chrom, at, values))
            at += len(values)
    return made


def one_by_one(*columns: np.ndarray) -> list[Stretch]:
    runs = joined_runs(*columns)
    parts = np.split(runs.values, np.cumsum(runs.size)[:-1])
    values = [part.tolist() for part in parts[: len(runs)]]
    return list(zip(runs.chrom.tolist(), runs.start.tolist(), values, strict=True))


def slow_runs(made: list[Stretch]) -> list[Stretch]:
    bases = {
        (chrom, start + i): value
        for chrom, start, values in made
        for i, value in enumerate(values)
        if np.isfinite(value)
    }
    runs: list[Stretch] = []
    for (chrom, at), value in sorted(bases.items()):
        if runs and runs[-1][0] == chrom and runs[-1][1] + len(runs[-1][2]) == at:
            runs[-1][2].append(value)
        else:
            runs.append((chrom, at, [value]))
    return runs


@given(stretches())
@settings(deadline=None)
def test_runs_equal_the_loop(made: list[Stretch]) -> None:
    chrom = np.array([c for c, _, _ in made], np.int64)
    start = np.array([s for _, s, _ in made], np.int64)
    end = np.array([s + len(v) for _, s, v in made], np.int64)
    values = np.array([x for _, _, v in made for x in v], np.float32)
    assert one_by_one(chrom, start, end, values) == slow_runs(made)


def test_the_end_of_one_chromosome_does_not_touch_the_next() -> None:
    chrom, start, end = np.array([0, 1]), np.array([0, 0]), np.array([2, 2])
    runs = one_by_one(chrom, start, end, np.ones(4, np.float32))
    assert runs == [(0, 0, [1.0, 1.0]), (1, 0, [1.0, 1.0])]


def test_none_at_all() -> None:
    none = np.zeros(0, np.int64)
    assert one_by_one(none, none, none, np.zeros(0, np.float32)) == []
    gap = np.full(3, np.nan, np.float32)
    assert one_by_one(np.array([0]), np.array([4]), np.array([7]), gap) == []

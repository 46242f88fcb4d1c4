"""Greedy resolution: its laws, and a slow twin."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.resolver import resolve

ROW = st.tuples(
    st.integers(0, 2), st.integers(0, 120), st.integers(1, 25), st.integers(0, 4), st.integers(0, 5)
)


def columns(rows: list[tuple[int, ...]]) -> tuple[np.ndarray, ...]:
    lane, start, width, score, tie = np.array(rows, np.int64).reshape(-1, 5).T
    return lane, start, start + width, score.astype(np.float64), tie


def twin(rows: list[tuple[int, ...]], gap: int) -> set[tuple[int, ...]]:
    kept: list[tuple[int, ...]] = []
    for row in sorted(rows, key=lambda r: (-r[3], r[1], r[1] + r[2], r[4])):
        lane, start, width = row[:3]
        if all(
            k[0] != lane or start >= k[1] + k[2] + gap or start + width + gap <= k[1] for k in kept
        ):
            kept.append(row)
    return set(kept)


@given(st.lists(ROW, max_size=40, unique=True), st.integers(0, 6), st.integers(0, 10**9))
def test_equals_the_slow_twin_and_never_overlaps(
    rows: list[tuple[int, ...]], gap: int, shift: int
) -> None:
    lane, start, end, score, tie = columns(rows)
    kept = resolve(lane, start + shift, end + shift, score, tie, gap)
    assert {rows[k] for k in kept} == twin(rows, gap)
    for one, two in pairwise(kept):
        assert lane[one] < lane[two] or start[two] - end[one] >= gap


@given(st.lists(ROW, min_size=1, max_size=30, unique=True), st.randoms())
def test_order_of_rows_does_not_matter(rows: list[tuple[int, ...]], random: object) -> None:
    other = list(rows)
    random.shuffle(other)  # type: ignore[attr-defined]
    one = [rows[k] for k in resolve(*columns(rows), 3)]
    two = [other[k] for k in resolve(*columns(other), 3)]
    assert one == two


@given(st.lists(ROW, min_size=1, max_size=30, unique=True), st.integers(0, 9))
def test_last_bits_do_not_matter(rows: list[tuple[int, ...]], seed: int) -> None:
    lane, start, end, score, tie = columns(rows)
    noisy = score * (1 + 1e-13 * np.random.default_rng(seed).uniform(-1, 1, len(score)))
    kept = resolve(lane, start, end, score, tie, 3)
    assert resolve(lane, start, end, noisy, tie, 3).tolist() == kept.tolist()


def test_ties_of_one_place_hold_even_where_rounding_would_part_them() -> None:
    place = np.array([7, 7], np.int64)
    edge = 2.00005  # half a unit of the fifth digit: one bit less is rounded down
    for score in ([edge, edge * (1 - 1e-7)], [edge * (1 - 1e-7), edge], [edge, edge]):
        kept = resolve(place * 0, place, place + 9, np.array(score), np.array([4, 5]), 3)
        assert kept.tolist() == [0]
    better = np.array([edge, edge * 1.001])
    assert resolve(place * 0, place, place + 9, better, np.array([4, 5]), 3).tolist() == [1]


def test_far_apart_candidates_need_no_memory_between_them() -> None:
    start = np.array([0, 3_000_000_000], np.int64)
    lane = np.zeros(2, np.int64)
    assert resolve(lane, start, start + 10, np.ones(2), lane, 3).tolist() == [0, 1]

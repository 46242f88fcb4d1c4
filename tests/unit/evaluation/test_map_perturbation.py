"""What is altered: laws of orders, steps, replacements and random sets."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.sequences import base_codes
from gtrack.evaluation.perturbation import (
    cumulative,
    order_of,
    random_subsets,
    replaced,
    steps_of,
)

seeds = st.integers(0, 2**32 - 1)
maps = st.lists(st.one_of(st.just(math.nan), st.integers(-3, 3).map(float)), max_size=40)
dna = st.text("ACGTN", min_size=1, max_size=60)


@given(maps, st.booleans(), seeds)
def test_an_order_holds_every_base_with_a_value_once_and_sorted(values, descending, seed):
    order = order_of(values, descending, np.random.default_rng(seed)).tolist()
    assert sorted(order) == [j for j, v in enumerate(values) if not math.isnan(v)]
    assert [values[j] for j in order] == sorted((values[j] for j in order), reverse=descending)


def test_ties_are_ordered_by_chance_and_repeat_with_a_seed():
    flat = np.zeros(4)
    firsts = Counter(int(order_of(flat, True, np.random.default_rng(k))[0]) for k in range(800))
    assert all(140 < firsts[j] < 260 for j in range(4))
    once, again = (order_of(flat, True, np.random.default_rng(5)) for _ in range(2))
    assert once.tolist() == again.tolist()


@given(st.integers(0, 3000), st.integers(1, 60), st.floats(0.001, 1.0))
def test_steps_grow_evenly_from_none(n, steps, share):
    counts = steps_of(np.arange(n), steps, share)
    assert len(counts) == steps + 1
    assert counts[0] == 0
    assert counts.max() <= n
    assert (np.diff(counts) >= 0).all()
    wanted = np.minimum(np.arange(steps + 1) * share * n, n)
    assert np.abs(counts - wanted).max() <= 0.5 + 1e-6


def test_default_steps_are_ten_of_two_percent():
    assert steps_of(np.arange(1000)).tolist() == list(range(0, 201, 20))
    for steps, share in ((0, 0.1), (3, 0.0), (3, 1.1)):
        with pytest.raises(ValueError, match="steps"):
            steps_of(np.arange(10), steps, share)


@given(dna, st.data(), seeds)
def test_only_known_bases_at_the_positions_change_and_always_do(text, data, seed):
    codes = base_codes(text)
    at = data.draw(st.lists(st.integers(0, len(text) - 1), unique=True))
    before = codes.copy()
    got = replaced(codes, np.array(at, np.int64), np.random.default_rng(seed))
    assert codes.tolist() == before.tolist()
    assert got.dtype == np.uint8
    for j, (old, new) in enumerate(zip(codes, got, strict=True)):
        if j in at and old < 4:
            assert new != old
            assert new < 4
        else:
            assert new == old


def test_each_other_base_is_drawn_as_often():
    for base in range(4):
        codes = np.full(9000, base, np.uint8)
        drawn = Counter(replaced(codes, np.arange(9000), np.random.default_rng(base)).tolist())
        assert sorted(drawn) == [b for b in range(4) if b != base]
        assert all(2800 < count < 3200 for count in drawn.values())


@given(dna, seeds, st.integers(1, 6))
def test_steps_are_cumulative_and_keep_what_they_drew(text, seed, steps):
    codes, rng = base_codes(text), np.random.default_rng(seed)
    order = rng.permutation(len(codes))[: max(1, len(codes) // 2)]
    counts = steps_of(order, steps, 1 / steps)
    rows = cumulative(codes, order, counts, rng)
    assert rows.shape == (steps + 1, len(codes))
    assert rows.dtype == np.uint8
    assert rows[0].tolist() == codes.tolist()
    for row, count in zip(rows, counts, strict=True):
        altered = order[:count]
        want = codes.copy()
        want[altered] = rows[-1][altered]
        assert row.tolist() == want.tolist()
    known = order[codes[order] < 4]
    assert (rows[-1][known] != codes[known]).all()


@given(st.integers(1, 60), st.floats(0.01, 1.0), seeds)
def test_a_random_set_has_no_place_twice(length, share, seed):
    got = random_subsets(length, share, 7, np.random.default_rng(seed))
    assert got.shape == (7, max(1, math.floor(share * length + 0.5)))
    for row in got:
        assert (np.diff(row) > 0).all()
        assert row[0] >= 0
        assert row[-1] < length


def test_every_set_is_as_likely():
    got = random_subsets(4, 0.5, 6000, np.random.default_rng(0))
    sets = Counter(tuple(row) for row in got.tolist())
    assert len(sets) == 6  # two places of 4
    assert all(880 < count < 1120 for count in sets.values())


@pytest.mark.parametrize(("length", "share"), [(10, 0.0), (10, 1.2), (0, 0.5)])
def test_sets_that_do_not_fit_are_refused(length, share):
    with pytest.raises(ValueError, match=f"of {length} places"):
        random_subsets(length, share, 1, np.random.default_rng(0))

"""Sparsity and complexity: slow twins from their definitions, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gtrack.evaluation.complexity import effective_complexity, entropy, relative_entropy
from gtrack.evaluation.sparsity import gini, hoyer

MEASURES = (gini, hoyer, entropy, relative_entropy, effective_complexity)
maps = st.lists(st.integers(-6, 6).map(float), min_size=2, max_size=25).filter(any)


def slow_gini(values: list[float]) -> float:
    """Mean absolute difference of all pairs, over twice the mean."""
    sizes = [abs(v) for v in values]
    n = len(sizes)
    return sum(abs(a - b) for a in sizes for b in sizes) / (2 * n * sum(sizes))


def slow_hoyer(values: list[float]) -> float:
    root = math.sqrt(len(values))
    norm = math.sqrt(sum(v * v for v in values))
    return (root - sum(abs(v) for v in values) / norm) / (root - 1)


def slow_entropy(values: list[float]) -> float:
    total = sum(abs(v) for v in values)
    return -sum(abs(v) / total * math.log(abs(v) / total) for v in values if v)


@given(maps)
def test_each_equals_its_definition(values):
    assert gini(values) == pytest.approx(slow_gini(values), abs=1e-12)
    assert hoyer(values) == pytest.approx(slow_hoyer(values), abs=1e-12)
    assert entropy(values) == pytest.approx(slow_entropy(values), abs=1e-12)
    want = slow_entropy(values) / math.log(len(values))
    assert relative_entropy(values) == pytest.approx(want, abs=1e-12)
    largest = max(abs(v) for v in values)
    assert effective_complexity(values, 0.3) == sum(abs(v) > 0.3 * largest for v in values)


@given(maps, st.floats(1e-300, 1e300), st.randoms())
def test_scale_sign_order_and_missing_bases_are_of_no_matter(values, scale, random):
    moved = [scale * v * random.choice((-1, 1)) for v in values]
    assume(all(math.isfinite(v) for v in moved))
    moved.append(math.nan)
    random.shuffle(moved)
    for measure in MEASURES:
        assert measure(moved) == pytest.approx(measure(values), rel=1e-9, abs=1e-9)


@given(maps)
def test_ranges(values):
    n = len(values)
    assert 0 <= gini(values) <= 1 - 1 / n + 1e-12
    assert 0 <= hoyer(values) <= 1
    assert 0 <= entropy(values) <= math.log(n) + 1e-12
    assert 0 <= relative_entropy(values) <= 1
    assert 1 <= effective_complexity(values) <= n


@pytest.mark.parametrize("n", [2, 7, 1000])
def test_the_ends_of_the_ranges_are_reached(n):
    one, flat = np.eye(n)[0], np.full(n, -0.3)
    assert [m(one) for m in MEASURES] == pytest.approx([1 - 1 / n, 1, 0, 0, 1], abs=1e-12)
    assert [m(flat) for m in MEASURES] == pytest.approx([0, 0, math.log(n), 1, n], abs=1e-12)


@given(maps, st.integers(2, 4))
def test_spreading_values_over_more_bases_adds_the_log_of_their_number(values, times):
    spread = np.repeat(values, times) / times
    assert entropy(spread) == pytest.approx(entropy(values) + math.log(times), abs=1e-12)
    assert gini(spread) == pytest.approx(gini(values), abs=1e-12)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("values", [[], [0.0, 0.0], [math.nan, math.nan]])
def test_nothing_has_no_shape(measure, values):
    assert math.isnan(measure(values))


def test_one_value_has_no_relative_shape():
    assert math.isnan(hoyer([2.0]))
    assert math.isnan(relative_entropy([2.0]))
    assert gini([2.0]) == entropy([2.0]) == 0.0


@pytest.mark.parametrize("measure", MEASURES)
def test_what_is_no_map_is_refused(measure):
    with pytest.raises(ValueError, match="infinite"):
        measure([1.0, -math.inf])
    with pytest.raises(ValueError, match="a vector"):
        measure([[1.0, 2.0]])


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_share_of_everything_counts_nothing(share):
    with pytest.raises(ValueError, match="share"):
        effective_complexity([1.0], share)

"""Similarity: SciPy as the independent oracle, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance

from gtrack.evaluation.similarity import (
    MEASURES,
    cosine,
    jaccard_of_top,
    pearson,
    spearman,
)

pairs = st.integers(3, 30).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(-4, 4).map(float), min_size=n, max_size=n)] * 2)
)


@given(pairs)
def test_correlations_equal_scipy(pair):
    a, b = pair
    assume(len(set(a)) > 1 and len(set(b)) > 1)
    assert pearson(a, b) == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-12)
    assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)


@given(pairs)
def test_cosine_equals_scipy(pair):
    a, b = pair
    assume(any(a) and any(b))
    assert cosine(a, b) == pytest.approx(1 - distance.cosine(a, b), abs=1e-12)


@given(pairs, st.floats(1e-30, 1e30), st.floats(-10, 10))
def test_scale_and_sign(pair, scale, shift):
    a, b = (np.array(x) for x in pair)
    assume(np.ptp(a) > 0 and np.ptp(b) > 0)
    want = pearson(a, b)
    assert pearson(a * scale, b) == pytest.approx(want, abs=1e-9)
    assert pearson(-a, b) == pytest.approx(-want, abs=1e-9)
    assert pearson(a + shift, b) == pytest.approx(want, abs=1e-9)
    assert cosine(a * scale, b) == pytest.approx(cosine(a, b), abs=1e-9)


@given(pairs)
def test_bases_without_a_value_are_left_out_in_pairs(pair):
    a, b = pair
    for measure in (pearson, spearman, cosine, jaccard_of_top):
        got = measure([*a, math.nan, 7.0], [*b, 1.0, math.nan])
        assert got == pytest.approx(measure(a, b), nan_ok=True)


def test_undefined_is_nan():
    assert math.isnan(pearson([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]))
    assert math.isnan(spearman([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]))
    assert math.isnan(cosine([0.0, 0.0], [1.0, 2.0]))
    assert math.isnan(pearson([1.0], [1.0]))
    assert math.isnan(jaccard_of_top([], []))


def test_jaccard_of_top_by_hand():
    a = [9.0, -8.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    b = [9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, -8.0]
    assert jaccard_of_top(a, b, 0.1) == 1.0
    assert jaccard_of_top(a, b, 0.2) == pytest.approx(1 / 3)
    with pytest.raises(ValueError, match="share"):
        jaccard_of_top(a, b, 0.0)


@given(pairs, st.floats(0.01, 1.0))
def test_jaccard_of_top_equals_sets(pair, share):
    a, b = pair
    k = math.ceil(share * len(a))
    one, two = (set(sorted(range(len(x)), key=lambda i: -abs(x[i]))[:k]) for x in (a, b))
    assert jaccard_of_top(a, b, share) == pytest.approx(len(one & two) / len(one | two))


@given(pairs)
def test_every_measure_is_symmetric_and_knows_a_map_again(pair):
    a, b = pair
    assume(len(set(a)) > 1 and len(set(b)) > 1)
    for measure in MEASURES.values():
        assert measure(a, b) == pytest.approx(measure(b, a), abs=1e-12)
        assert measure(a, a) == pytest.approx(1.0)


def test_unequal_maps_are_refused():
    with pytest.raises(ValueError, match="equal vectors"):
        pearson([1.0, 2.0], [1.0])

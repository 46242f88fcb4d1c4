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
    mean_similarity,
    pearson,
    shuffled_pairs,
    spearman,
)
from gtrack.evaluation.units import spread, sums

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
    assert math.isnan(mean_similarity([[1.0, 1.0]], [[1.0, 2.0]]))


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


@pytest.mark.parametrize("name", MEASURES)
def test_shuffled_pairs_equal_a_loop_over_pairs(name):
    rng = np.random.default_rng(0)
    first, second = rng.integers(-3, 4, (2, 7, 30)).astype(float)
    first[3] = 1.0  # without a direction
    met = []

    def noted(a, b):
        met.append(MEASURES[name](a, b))
        return met[-1]

    slow = shuffled_pairs(first, second, noted, seed=4)
    assert len(met) == 70
    assert slow == pytest.approx(np.nanmean(met))
    assert shuffled_pairs(first, second, MEASURES[name], seed=4) == pytest.approx(slow, abs=1e-12)
    first[5, 9] = math.nan
    assert math.isfinite(shuffled_pairs(first, second, MEASURES[name], seed=4))


def test_three_hundred_pairs_are_enough_unless_more_are_asked_for():
    maps, met = np.random.default_rng(0).normal(size=(400, 5)), []

    def counted(a, b):
        met.append(1)
        return 0.5

    assert shuffled_pairs(maps, maps, counted) == 0.5
    assert len(met) == 300
    shuffled_pairs(maps, maps, counted, rounds=2)
    assert len(met) == 300 + 800


def test_shuffled_tokens_meet_through_their_bases():
    # Two sequences, cut differently: each map is read through the tokens of the first of a pair.
    spans = [np.array([[0, 2], [2, 6]]), np.array([[0, 1], [1, 3], [3, 6]])]
    tokens = [np.array([4.0, 1.0]), np.array([1.0, 5.0, -3.0])]
    maps = [spread(r, s, 6) for r, s in zip(tokens, spans, strict=True)]
    want = [cosine(tokens[0], sums(maps[1], spans[0])), cosine(tokens[1], sums(maps[0], spans[1]))]
    got = shuffled_pairs(maps, maps, cosine, spans=spans)
    assert got == pytest.approx(np.mean(want))
    with pytest.raises(ValueError, match="two sequences"):
        shuffled_pairs(maps, maps, cosine, spans=spans[:1])


def test_unequal_maps_are_refused():
    with pytest.raises(ValueError, match="equal vectors"):
        pearson([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="different lengths"):
        shuffled_pairs([[1.0, 2.0], [1.0]], [[1.0, 2.0], [1.0]])
    with pytest.raises(ValueError, match="two sequences"):
        shuffled_pairs([[1.0, 2.0]], [[1.0, 2.0]])


@given(st.integers(2, 9), st.integers(0, 1000))
def test_a_map_never_meets_its_own_sequence(n, seed):
    first = [np.eye(n)[i] for i in range(n)]
    assert mean_similarity(first, first, cosine) == pytest.approx(1.0)
    assert shuffled_pairs(first, first, cosine, seed=seed) == 0.0


def test_shuffled_pairs_remove_what_is_specific_and_keep_what_is_shared():
    rng = np.random.default_rng(0)
    own = rng.normal(size=(300, 200))
    noisy = own + rng.normal(size=own.shape)
    assert mean_similarity(own, noisy) == pytest.approx(0.7071, abs=0.02)
    assert abs(shuffled_pairs(own, noisy)) < 0.01
    shared = rng.normal(size=200)
    assert shuffled_pairs(own + shared, noisy + shared) > 0.3
    assert shuffled_pairs(own, noisy, seed=1) == shuffled_pairs(own, noisy, seed=1)

"""Faithfulness and sanity: loops as twins, laws, and a model that is known wholly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gtrack.evaluation.faithfulness import (
    abc,
    agreement,
    aopc,
    faithfulness_correlation,
    is_silent,
    normalised,
    normalised_abc,
    sign_agreement,
)
from gtrack.evaluation.perturbation import order_of
from gtrack.evaluation.sanity import shift_consistency
from gtrack.evaluation.similarity import MEASURES

scores = st.integers(-40, 40).map(lambda v: v / 4)
two_curves = st.integers(2, 12).flatmap(
    lambda n: st.tuples(*[st.lists(scores, min_size=n, max_size=n)] * 2)
)


@given(two_curves)
def test_areas_equal_loops(curves):
    morf, lerf = curves
    assert aopc(morf) == pytest.approx(sum(morf[0] - f for f in morf) / len(morf), abs=1e-12)
    lerf[0] = morf[0]
    between = sum(b - a for a, b in zip(morf, lerf, strict=True)) / len(morf)
    assert abc(morf, lerf) == pytest.approx(between, abs=1e-12)
    assert abc(lerf, morf) == pytest.approx(-between, abs=1e-12)


@given(two_curves, st.floats(0.01, 100), st.floats(-50, 50))
def test_normalised_areas_have_no_unit(curves, scale, shift):
    morf, lerf = curves
    lerf[0] = morf[0]
    moved = [[scale * f + shift for f in curve] for curve in curves]
    got = normalised_abc(morf, lerf)
    if len({*morf, *lerf}) == 1:
        assert math.isnan(got)
        return
    assert -1 <= got <= 1
    assert normalised_abc(*moved) == pytest.approx(got, abs=1e-9)
    assume(morf[0] != morf[-1])
    want = (aopc(morf) - aopc(lerf)) / abs(morf[0] - morf[-1])
    assert normalised(aopc(morf), aopc(lerf), morf) == pytest.approx(want)
    assert normalised(*(aopc(m) for m in moved), moved[0]) == pytest.approx(want, abs=1e-6)


def additive(weights: np.ndarray, order: np.ndarray) -> list[float]:
    """Return the curve of a model that sums weights, one base per step."""
    return [weights.sum(), *(weights.sum() - np.cumsum(weights[order]))]


def test_no_order_beats_the_weights_of_an_additive_model():
    rng = np.random.default_rng(0)
    weights = rng.normal(size=40)
    own = [additive(weights, order_of(weights, down, rng)) for down in (True, False)]
    best = abc(*own)
    others = []
    for _ in range(300):
        noise = rng.normal(size=40)
        curves = [additive(weights, order_of(noise, down, rng)) for down in (True, False)]
        others.append(abc(*curves))
    assert max(others) < best
    assert np.mean(others) == pytest.approx(0.0, abs=0.1 * best)


def test_curves_that_say_nothing():
    assert math.isnan(normalised(1.0, 0.5, [2.0, 1.0, 2.0]))
    assert math.isnan(normalised_abc([2.0, 2.0], [2.0, 2.0]))
    assert math.isnan(aopc([1.0, math.nan]))
    assert math.isnan(abc([1.0, math.nan], [1.0, 0.0]))
    assert math.isnan(normalised_abc([1.0, math.nan], [1.0, 0.0]))
    with pytest.raises(ValueError, match="two points"):
        aopc([1.0])
    with pytest.raises(ValueError, match="2 and 3 points"):
        abc([1.0, 2.0], [1.0, 2.0, 3.0])


def test_faithfulness_correlation_of_an_additive_model_is_one():
    rng = np.random.default_rng(1)
    weights = rng.normal(size=30)
    sets = np.array([rng.choice(30, 5, replace=False) for _ in range(50)])
    sums = weights[sets].sum(1)
    assert faithfulness_correlation(sums, 3 * sums) == pytest.approx(1.0)
    assert faithfulness_correlation(sums, -sums) == pytest.approx(-1.0)
    assert math.isnan(faithfulness_correlation(sums, np.zeros(50)))
    assert math.isnan(faithfulness_correlation(np.zeros(50), sums))


def test_agreement_takes_names_and_measures():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(2, 50))
    for name, measure in MEASURES.items():
        assert agreement(a, b, name) == agreement(a, b, measure) == measure(a, b)
    assert agreement(a, np.where(np.arange(50) < 3, np.nan, a)) == pytest.approx(1.0)
    with pytest.raises(KeyError):
        agreement(a, b, "kendall")


def slow_signs(x: list[float], y: list[float], share: float) -> float:
    """Mean over both ends of the order of ties, zeros of the map left out."""
    held = [(a, b) for a, b in zip(x, y, strict=True) if not math.isnan(a + b)]
    k = max(1, math.floor(share * len(held) + 0.5))
    cut = sorted((abs(a) for a, _ in held), reverse=True)[k - 1]
    above = [p for p in held if abs(p[0]) > cut]
    tied = [p for p in held if abs(p[0]) == cut]
    right = lambda pairs: sum((a > 0) == (b > 0) and (a < 0) == (b < 0) for a, b in pairs)  # noqa: E731
    if cut == 0:
        return right(above) / len(above) if above else math.nan
    return (right(above) + (k - len(above)) * right(tied) / len(tied)) / k


values = st.one_of(st.just(math.nan), st.integers(-3, 3).map(float))


@given(st.lists(st.tuples(values, values), max_size=30), st.floats(0.01, 1.0))
def test_sign_agreement_equals_a_loop(pairs, share):
    x, y = [a for a, _ in pairs], [b for _, b in pairs]
    if not any(not math.isnan(a + b) for a, b in pairs):
        assert math.isnan(sign_agreement(x, y, share))
        return
    want = slow_signs(x, y, share)
    assert sign_agreement(x, y, share) == pytest.approx(want, abs=1e-12, nan_ok=True)


def test_sign_agreement_of_a_map_with_itself_and_its_negative():
    x = np.random.default_rng(3).normal(size=200)
    assert sign_agreement(x, 5 * x) == 1.0
    assert sign_agreement(x, -x) == 0.0
    assert sign_agreement(x, 0 * x) == 0.0
    with pytest.raises(ValueError, match="share"):
        sign_agreement(x, x, 0.0)


def test_a_referee_is_silent_below_a_share_of_the_score():
    assert is_silent([0.2, -0.39, math.nan], -4.0)
    assert not is_silent([0.2, -0.41, math.nan], -4.0)
    assert not is_silent([1e-9], 0.0)
    assert is_silent([0.0, 0.0], 0.0)
    assert is_silent([0.0, 0.0], 3.0)
    with pytest.raises(ValueError, match="without a value"):
        is_silent([math.nan], 1.0)


@given(st.integers(-9, 9), st.integers(0, 2**32 - 1))
def test_shift_consistency_lays_bases_over_themselves(by, seed):
    genome = np.random.default_rng(seed).normal(size=60)
    first, second = genome[20:40], genome[20 + by : 40 + by]
    assert shift_consistency(first, second, by) == pytest.approx(1.0)
    assert shift_consistency(second, first, -by) == pytest.approx(1.0)
    if by:
        assert shift_consistency(first, second, -by) < 1.0
    noisy = np.where(np.arange(20) == 10, np.nan, first)
    assert shift_consistency(noisy, second, by) == pytest.approx(1.0)


def test_shifts_without_a_shared_base_are_refused():
    for by in (3, -3):
        with pytest.raises(ValueError, match="none in common"):
            shift_consistency([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], by)
    with pytest.raises(ValueError, match="none in common"):
        shift_consistency([1.0, 2.0], [1.0], 0)

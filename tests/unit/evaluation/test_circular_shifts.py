"""Circular shifts: a loop over np.roll as the twin, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.evaluation.circular_shifts import shift_p
from gtrack.evaluation.localisation import (
    auprc,
    auroc,
    enrichment,
    mass_accuracy,
    pointing_game,
    rank_accuracy,
)

MEASURES = (mass_accuracy, rank_accuracy, auroc, auprc, pointing_game, enrichment)


def slow_p(values: np.ndarray, mask: np.ndarray, measure, by: list[int]) -> float:
    keep = ~np.isnan(values)
    values, mask = values[keep], mask[keep]
    observed = measure(values, mask)
    found = [measure(values, np.roll(mask, k)) for k in by]
    return (1 + sum(score >= observed - 1e-12 for score in found)) / (1 + len(by))


@st.composite
def map_and_mask(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(2, 30))
    value = st.one_of(st.just(math.nan), st.integers(-3, 5).map(lambda v: v / 10))
    values = draw(st.lists(value, min_size=n, max_size=n))
    return np.array(values), np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))


@given(map_and_mask())
def test_all_shifts_equal_a_loop(case):
    values, mask = case
    n = int((~np.isnan(values)).sum())
    for measure in MEASURES:
        observed = measure(values, mask)
        got = shift_p(values, mask, measure)
        if math.isnan(observed):
            assert math.isnan(got)
        else:
            assert got == slow_p(values, mask, measure, list(range(1, n)))


def test_few_shifts_are_drawn_without_replacement_and_repeat():
    rng = np.random.default_rng(0)
    values, mask = rng.normal(size=500), np.arange(500) < 20
    for measure in MEASURES:
        exact = shift_p(values, mask, measure, shifts=499)
        drawn = [shift_p(values, mask, measure, 250, seed) for seed in range(40)]
        assert np.mean(drawn) == pytest.approx(exact, abs=0.02)
        assert drawn[0] == shift_p(values, mask, measure, 250, 0)
        plain = lambda a, b, of=measure: of(a, b)  # noqa: E731 - not in the table: shift by shift
        assert drawn[7] == shift_p(values, mask, plain, 250, 7)


def test_what_lies_on_its_mask_has_the_least_p():
    mask = np.zeros(2000, bool)
    mask[700:712] = True
    rng = np.random.default_rng(1)
    for measure in (mass_accuracy, rank_accuracy, auroc):
        assert shift_p(mask + 0.1 * rng.random(2000), mask, measure) == 1 / 1001


def test_without_a_link_p_is_uniform():
    rng = np.random.default_rng(2)
    found = []
    for _ in range(300):
        smooth = np.convolve(rng.normal(size=210), np.ones(11), "valid")
        start = rng.integers(0, 180)
        found.append(
            shift_p(smooth, (np.arange(200) >= start) & (np.arange(200) < start + 20), auroc)
        )
    for level in (0.05, 0.25, 0.5, 0.75):
        spread = math.sqrt(level * (1 - level) / 300)
        assert np.mean(np.array(found) <= level) == pytest.approx(level, abs=4 * spread)


def test_a_flat_map_is_no_evidence():
    mask = np.arange(50) < 7
    assert [shift_p(np.full(50, 0.3), mask, measure) for measure in MEASURES] == [1.0] * 6


def test_undefined_and_refused():
    assert math.isnan(shift_p([-1.0, -2.0], [True, False], mass_accuracy))
    assert math.isnan(shift_p([math.nan], [True], auroc))
    with pytest.raises(ValueError, match="0 shifts"):
        shift_p([1.0, 2.0], [True, False], auroc, shifts=0)

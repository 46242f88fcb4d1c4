"""Localisation: laws, and slow twins that enumerate what the module computes in closed form."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.evaluation.localisation import chance, mass_accuracy, rank_accuracy


def rank_accuracy_of_every_order(values: list[float], mask: list[bool]) -> float:
    """Mean over all orders of the bases that sort the values from high to low."""
    k, shares = sum(mask), []
    for order in itertools.permutations(range(len(values))):
        ranked = [values[i] for i in order]
        if ranked == sorted(values, reverse=True):
            shares.append(sum(mask[i] for i in order[:k]) / k)
    return sum(shares) / len(shares)


@st.composite
def map_and_mask(draw: st.DrawFn, most: int = 6) -> tuple[list[float], list[bool]]:
    n = draw(st.integers(2, most))
    values = draw(st.lists(st.integers(-2, 2).map(float), min_size=n, max_size=n))
    inside = draw(st.integers(1, n - 1))
    mask = draw(st.permutations([True] * inside + [False] * (n - inside)))
    return values, mask


@given(map_and_mask())
def test_rank_accuracy_equals_the_mean_over_every_order_of_ties(case):
    values, mask = case
    assert rank_accuracy(values, mask) == pytest.approx(
        rank_accuracy_of_every_order(values, mask), abs=1e-12
    )


@given(map_and_mask(40))
def test_mass_accuracy_equals_a_plain_loop(case):
    values, mask = case
    inside = sum(v for v, m in zip(values, mask, strict=True) if m and v > 0)
    total = sum(v for v in values if v > 0)
    got = mass_accuracy(values, mask)
    assert math.isnan(got) if total == 0 else got == pytest.approx(inside / total, abs=1e-12)


@given(map_and_mask(40))
def test_mask_and_complement_share_all_the_mass(case):
    values, mask = case
    both = mass_accuracy(values, mask) + mass_accuracy(values, [not m for m in mask])
    assert math.isnan(both) == (max(values) <= 0)
    if max(values) > 0:
        assert both == pytest.approx(1.0)


@given(map_and_mask(40), st.integers(0, 2**32 - 1))
def test_bases_without_a_value_change_nothing(case, seed):
    values, mask = case
    rng = np.random.default_rng(seed)
    at = rng.integers(0, len(values) + 1, size=5)
    padded = np.insert(np.array(values), at, np.nan)
    padded_mask = np.insert(np.array(mask), at, rng.random(5) < 0.5)
    for measure in (mass_accuracy, rank_accuracy, chance):
        assert measure(padded, padded_mask) == pytest.approx(measure(values, mask), nan_ok=True)


def test_negative_relevance_does_not_enter_mass():
    # Quantus sums signed values and gives -0.48 for maps like this one.
    assert mass_accuracy([1.0, -10.0, 1.0, -1.0], [True, True, False, False]) == 0.5


def test_a_flat_map_scores_chance():
    mask = np.arange(200) < 37
    flat = np.full(200, 0.25)
    assert rank_accuracy(flat, mask) == pytest.approx(37 / 200)
    assert mass_accuracy(flat, mask) == pytest.approx(37 / 200)
    assert chance(flat, mask) == 37 / 200


@pytest.mark.parametrize("mask", [[False, False], [True, True]])
def test_a_mask_of_nothing_or_everything_has_no_accuracy(mask):
    assert math.isnan(mass_accuracy([1.0, 2.0], mask))
    assert math.isnan(rank_accuracy([1.0, 2.0], mask))


def test_a_map_without_values_has_nothing():
    nan = [math.nan, math.nan]
    assert math.isnan(mass_accuracy(nan, [True, False]))
    assert math.isnan(rank_accuracy(nan, [True, False]))
    assert math.isnan(chance(nan, [True, False]))


@pytest.mark.parametrize("measure", [mass_accuracy, rank_accuracy])
def test_unequal_or_infinite_input_is_refused(measure):
    with pytest.raises(ValueError, match="two equal vectors"):
        measure([1.0, 2.0], [True])
    with pytest.raises(ValueError, match="infinite"):
        measure([1.0, math.inf], [True, False])

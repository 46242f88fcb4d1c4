"""Localisation: laws, slow twins that enumerate what is computed, scikit-learn as an oracle."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from gtrack.evaluation.localisation import (
    auprc,
    auroc,
    chance,
    enrichment,
    mass_accuracy,
    pointing_game,
    rank_accuracy,
)

MEASURES = (mass_accuracy, rank_accuracy, auroc, auprc, pointing_game, enrichment)


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


@given(map_and_mask(40))
def test_areas_equal_those_of_scikit_learn(case):
    values, mask = case
    assert auroc(values, mask) == pytest.approx(roc_auc_score(mask, values), abs=1e-12)
    assert auprc(values, mask) == pytest.approx(average_precision_score(mask, values), abs=1e-12)


@given(map_and_mask())
def test_auroc_is_its_mean_over_every_order_of_ties(case):
    values, mask = case
    found = []
    for order in itertools.permutations(range(len(values))):
        if [values[i] for i in order] == sorted(values):
            won = sum(mask[b] and not mask[a] for a, b in itertools.combinations(order, 2))
            found.append(won / (sum(mask) * (len(mask) - sum(mask))))
    assert auroc(values, mask) == pytest.approx(sum(found) / len(found), abs=1e-12)


@given(map_and_mask(40))
def test_pointing_game_equals_a_plain_loop(case):
    values, mask = case
    largest = [m for v, m in zip(values, mask, strict=True) if v == max(values)]
    assert pointing_game(values, mask) == pytest.approx(sum(largest) / len(largest), abs=1e-12)


@given(map_and_mask(40))
def test_enrichment_is_mass_over_chance(case):
    values, mask = case
    want = mass_accuracy(values, mask) / chance(values, mask)
    assert enrichment(values, mask) == pytest.approx(want, abs=1e-12, nan_ok=True)


@given(map_and_mask(40), st.floats(1e-250, 1e250))
def test_scale_is_of_no_matter(case, scale):
    values, mask = case
    for measure in MEASURES:
        got = measure(np.array(values) * scale, mask)
        assert got == pytest.approx(measure(values, mask), rel=1e-9, nan_ok=True)


@given(map_and_mask(40), st.randoms())
def test_where_a_base_lies_is_of_no_matter(case, random):
    values, mask = case
    order = list(range(len(values)))
    random.shuffle(order)
    for measure in MEASURES:
        got = measure([values[i] for i in order], [mask[i] for i in order])
        assert got == pytest.approx(measure(values, mask), rel=1e-9, nan_ok=True)


@given(map_and_mask(40), st.integers(0, 2**32 - 1))
def test_bases_without_a_value_change_nothing(case, seed):
    values, mask = case
    rng = np.random.default_rng(seed)
    at = rng.integers(0, len(values) + 1, size=5)
    padded = np.insert(np.array(values), at, np.nan)
    padded_mask = np.insert(np.array(mask), at, rng.random(5) < 0.5)
    for measure in (*MEASURES, chance):
        assert measure(padded, padded_mask) == pytest.approx(measure(values, mask), nan_ok=True)


def test_negative_relevance_does_not_enter_mass():
    # Quantus sums signed values and gives -0.48 for maps like this one.
    assert mass_accuracy([1.0, -10.0, 1.0, -1.0], [True, True, False, False]) == 0.5


def test_a_flat_map_scores_chance():
    mask = np.arange(200) < 37
    flat = np.full(200, 0.25)
    assert rank_accuracy(flat, mask) == pytest.approx(37 / 200)
    for measure in (mass_accuracy, auprc, pointing_game):
        assert measure(flat, mask) == pytest.approx(37 / 200)
    assert auroc(flat, mask) == 0.5
    assert enrichment(flat, mask) == pytest.approx(1.0)
    assert chance(flat, mask) == 37 / 200


@pytest.mark.parametrize("mask", [[False, False], [True, True]])
def test_a_mask_of_nothing_or_everything_has_no_accuracy(mask):
    for measure in MEASURES:
        assert math.isnan(measure([1.0, 2.0], mask))


def test_a_map_without_values_has_nothing():
    nan = [math.nan, math.nan]
    for measure in (*MEASURES, chance):
        assert math.isnan(measure(nan, [True, False]))


@pytest.mark.parametrize("measure", MEASURES)
def test_unequal_or_infinite_input_is_refused(measure):
    with pytest.raises(ValueError, match="two equal vectors"):
        measure([1.0, 2.0], [True])
    with pytest.raises(ValueError, match="infinite"):
        measure([1.0, math.inf], [True, False])

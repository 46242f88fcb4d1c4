from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from gtrack.evaluation.bootstrap import Estimate, resample
from gtrack.evaluation.classification import score_classification
from gtrack.evaluation.intervals import (
    Sizes,
    Z,
    correlation_interval,
    determination_interval,
    interval,
    mean_interval,
    wilson,
)

NONE = np.empty(0)
SHARES = st.floats(0.0, 1.0)


@given(SHARES, st.integers(1, 10_000))
def test_a_share_has_wilsons_interval(value: float, rows: int) -> None:
    half = Z * math.sqrt(value * (1 - value) / rows + Z**2 / (4 * rows**2))
    middle, by = value + Z**2 / (2 * rows), 1 + Z**2 / rows
    assert wilson(value, rows) == pytest.approx(
        ((middle - half) / by, (middle + half) / by), abs=1e-9
    )


@given(SHARES, st.integers(1, 300), st.integers(1, 300), st.floats(0, 0.2), st.integers(0, 99))
def test_the_limits_are_1_96_errors_away(
    value: float, positives: int, negatives: int, spread: float, seed: int
) -> None:
    """Of the model's error, or of as much more as the bootstrap finds."""
    sizes = Sizes(positives, negatives)
    drawn = value + spread * np.random.default_rng(seed).normal(size=50)
    found = interval(value, drawn, sizes.auroc)
    assert 0 <= found.low <= value <= found.high <= 1
    model, seen = sizes.auroc(value), float(drawn.var(ddof=1))
    times = max(1.0, seen / model) if model > 0 and seen > 0 else 1.0
    for end, side in ((found.low, 0.0), (found.high, 1.0)):
        away = Z * math.sqrt(times * sizes.auroc(end))
        assert abs(value - end) == pytest.approx(away, abs=1e-6) or end == pytest.approx(side)


def test_a_perfect_score_of_few_rows_is_no_certainty() -> None:
    ones = np.ones(100)
    widths = [1 - interval(1.0, ones, Sizes(n, n).auroc).low for n in (5, 20, 100, 1000)]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 0.3
    assert widths[-1] < 0.003
    assert wilson(1.0, 20)[0] == pytest.approx(0.8389, abs=1e-4)


def test_rows_of_one_origin_count_once() -> None:
    positive = np.array([True, True, True, False, False, True])
    assert Sizes.of(positive, None) == Sizes(4, 2)
    assert Sizes.of(positive, np.array([0, 0, 1, 1, 2, 0])) == Sizes(2, 2)


def test_means_widen_with_what_goes_together() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 4000))
    each = [Estimate(0.8, 0.7, 0.85), Estimate(0.6, 0.5, 0.65)]
    as_one, apart = mean_interval(each, [one, one]), mean_interval(each, [one, other])
    assert (as_one.low, as_one.high) == (pytest.approx(0.6), pytest.approx(0.75))
    assert apart.low == pytest.approx(0.7 - 0.1 / math.sqrt(2), abs=0.003)
    unknown = mean_interval(each, [np.ones(50), np.ones(50)])
    assert (unknown.low, unknown.high) == (pytest.approx(0.6), pytest.approx(0.75))
    assert mean_interval(each[:1], [one]) == each[0]


def test_no_resamples_or_too_few_rows_give_no_interval() -> None:
    for found in (
        interval(0.8, NONE, Sizes(5, 5).auroc),
        correlation_interval(0.8, NONE, 50),
        correlation_interval(0.8, np.full(9, 0.8), 3),
        determination_interval(0.8, np.full(9, 0.8), 3),
        interval(math.nan, np.ones(9), Sizes(5, 5).auroc),
    ):
        assert math.isnan(found.low)
        assert math.isnan(found.high)


def test_correlations_have_at_least_fishers_interval() -> None:
    found = correlation_interval(0.8, np.full(99, 0.8), 28)
    ends = [math.tanh(math.atanh(0.8) + side * Z / 5) for side in (-1, 1)]
    assert (found.low, found.high) == (pytest.approx(ends[0]), pytest.approx(ends[1]))
    ranks = correlation_interval(0.8, np.full(99, 0.8), 28, ranks=True)
    assert ranks.low < found.low < found.high < ranks.high < 1


def held(area: float, rows: int, draws: int = 150) -> float:
    """How often the interval holds the true AUROC, of normal scores."""
    count = 0
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        truth = np.repeat([0, 1], rows)
        scores = rng.normal(size=2 * rows) + truth * norm.ppf(area) * math.sqrt(2)
        found = score_classification(
            np.stack([-scores, scores], 1), truth, ("no", "yes"), resamples=100, seed=seed
        ).auroc
        count += found.low <= area <= found.high
    return count / draws


@pytest.mark.parametrize(("area", "rows"), [(0.99, 20), (0.95, 10), (0.8, 50)])
def test_the_interval_holds_near_the_end_as_well(area: float, rows: int) -> None:
    """A percentile bootstrap holds in .62 and .72 of the first two."""
    assert held(area, rows) >= 0.92


def test_windows_of_one_locus_are_drawn_together_and_need_it() -> None:
    groups = np.repeat(np.arange(30), 5)
    drawn = resample(np.repeat([0, 1], 75), 20, np.random.default_rng(0), groups)
    assert (drawn.reshape(20, 30, 5) == drawn.reshape(20, 30, 5)[:, :, :1]).all()
    assert (drawn[:, :75].sum(1) == 75).all()
    rng = np.random.default_rng(1)
    with_groups = without = 0
    area = norm.cdf(1.5 / math.sqrt(2))
    for _ in range(100):
        truth = np.repeat(np.arange(30) % 2, 5)
        scores = np.repeat(rng.normal(size=30), 5) + 1.5 * truth
        wide, narrow = (
            score_classification(
                np.stack([-scores, scores], 1), truth, ("no", "yes"), resamples=100, groups=of
            ).auroc
            for of in (groups, None)
        )
        with_groups += wide.low <= area <= wide.high
        without += narrow.low <= area <= narrow.high
    assert with_groups >= 90
    assert without <= 75

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import r2_score

from gtrack.evaluation.intervals import correlation_interval, determination_interval
from gtrack.evaluation.regression import score_regression


def example(rows: int, seed: int, digits: int) -> tuple[np.ndarray, np.ndarray]:
    """Few digits give ties."""
    rng = np.random.default_rng(seed)
    truth = np.round(rng.normal(size=rows), digits)
    predicted = np.round(truth + rng.normal(size=rows), digits)
    truth[:2] = predicted[:2] = [-1.0, 1.0]
    return predicted[:, None], truth[:, None]


ranks_interval = partial(correlation_interval, ranks=True)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(3, 60),
    st.integers(0, 10**6),
    st.sampled_from([0, 3]),
    st.sampled_from([1e-20, 1.0, 1e20]),
    st.sampled_from([0.0, 3.0, 1e4]),
)
def test_values_are_those_of_scipy_and_scikit_learn(
    rows: int, seed: int, digits: int, unit: float, shift: float
) -> None:
    predicted, truth = ((x + shift) * unit for x in example(rows, seed, digits))
    found = score_regression(predicted, truth, ("x",), resamples=0).values["x"]
    x, y = predicted[:, 0], truth[:, 0]
    assert found.pearson.value == pytest.approx(pearsonr(x / unit, y / unit).statistic, abs=1e-8)
    assert found.spearman.value == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)
    assert found.r2.value == pytest.approx(r2_score(y / unit, x / unit), rel=1e-8, abs=1e-8)


def test_intervals_are_those_of_redrawn_rows() -> None:
    predicted, truth = example(50, 4, 1)
    found = score_regression(predicted, truth, ("x",), resamples=200, seed=7).values["x"]
    drawn = np.random.default_rng(7).integers(50, size=(200, 50))
    pairs = [(predicted[rows, 0], truth[rows, 0]) for rows in drawn]
    for estimate, twin, make in (
        (found.pearson, lambda x, y: pearsonr(x, y).statistic, correlation_interval),
        (found.spearman, lambda x, y: spearmanr(x, y).statistic, ranks_interval),
        (found.r2, lambda x, y: r2_score(y, x), determination_interval),
    ):
        expected = make(estimate.value, np.array([twin(x, y) for x, y in pairs]), 50)
        assert estimate.low < estimate.value < estimate.high
        assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high))


def test_rows_that_share_an_origin_widen_the_intervals() -> None:
    predicted, truth = example(50, 4, 1)
    fives = [np.repeat(x, 5, axis=0) for x in (predicted, truth)]
    groups = np.repeat(np.arange(50), 5)
    one = score_regression(predicted, truth, ("x",), resamples=200, seed=7).values["x"]
    five = score_regression(*fives, ("x",), resamples=200, seed=7, groups=groups).values["x"]
    for name in ("pearson", "spearman", "r2"):
        wide, same = getattr(five, name), getattr(one, name)
        assert (wide.low, wide.high) == pytest.approx((same.low, same.high), abs=1e-9)


def test_two_rows_have_no_interval() -> None:
    truth = np.array([[0.1], [0.7]])
    found = score_regression(truth, truth, ("x",)).values["x"]
    for estimate in (found.pearson, found.spearman, found.r2):
        assert estimate.value == 1
        assert math.isnan(estimate.low)


def test_a_prediction_that_never_changes_has_no_correlation() -> None:
    truth = np.arange(6.0)[:, None]
    found = score_regression(np.full((6, 1), 2.5), truth, ("x",)).values["x"]
    for estimate in (found.pearson, found.spearman):
        assert all(map(math.isnan, (estimate.value, estimate.low, estimate.high)))
    assert found.r2.value == 0
    assert found.r2.low < 0


def test_every_value_has_scores_of_its_own() -> None:
    x, y = (column[:, 0] for column in example(40, 2, 3))
    found = score_regression(np.stack([x, y], 1), np.stack([y, y], 1), ("one", "two"))
    assert found.rows == 40
    assert found.values["two"].r2.value == 1
    alone = score_regression(x[:, None], y[:, None], ("one",))
    assert found.values["one"] == alone.values["one"]


@pytest.mark.parametrize(
    ("predicted", "truth"),
    [
        (np.zeros((3, 1)), np.ones((3, 1))),
        (np.zeros((1, 1)), np.ones((1, 1))),
        (np.zeros((3, 2)), np.arange(3.0)[:, None]),
        (np.full((3, 1), np.nan), np.arange(3.0)[:, None]),
        (np.zeros((2, 1)), np.array([[1.0], [np.inf]])),
    ],
)
def test_what_cannot_be_scored_is_refused(predicted: np.ndarray, truth: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"finite|different|names"):
        score_regression(predicted, truth, ("x",))

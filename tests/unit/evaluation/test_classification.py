from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    matthews_corrcoef,
    roc_auc_score,
)

from gtrack.evaluation.bootstrap import resample
from gtrack.evaluation.classification import score_classification
from gtrack.evaluation.ranking import RankCurve


def example(rows: int, labels: int, seed: int, grid: int) -> tuple[np.ndarray, np.ndarray]:
    """Random probabilities on a coarse grid, so that there are ties."""
    rng = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(labels), rng.integers(labels, size=rows - labels)])
    raw = rng.integers(1, grid, (rows, labels)) + 2.0 * np.eye(labels)[truth]
    return raw / raw.sum(1, keepdims=True), truth


@settings(max_examples=60, deadline=None)
@given(st.integers(6, 80), st.integers(2, 4), st.integers(0, 10**6), st.sampled_from([3, 100]))
def test_values_are_those_of_scikit_learn(rows: int, labels: int, seed: int, grid: int) -> None:
    probabilities, truth = example(rows, labels, seed, grid)
    names = tuple("abcd"[:labels])
    scores = score_classification(probabilities, truth, names, resamples=0)
    chosen = probabilities.argmax(1)
    ranked = [1] if labels == 2 else range(labels)
    auroc = np.mean([roc_auc_score(truth == k, probabilities[:, k]) for k in ranked])
    auprc = np.mean([average_precision_score(truth == k, probabilities[:, k]) for k in ranked])
    assert scores.auroc.value == pytest.approx(auroc, abs=1e-12)
    assert scores.auprc.value == pytest.approx(auprc, abs=1e-12)
    assert scores.mcc.value == pytest.approx(matthews_corrcoef(truth, chosen), abs=1e-12)
    assert scores.accuracy.value == pytest.approx(accuracy_score(truth, chosen), abs=1e-12)
    for k, name in enumerate(names):
        assert scores.labels[name].rows == (truth == k).sum()
        assert scores.labels[name].recall == np.mean(chosen[truth == k] == k)


@settings(max_examples=30, deadline=None)
@given(st.integers(6, 60), st.integers(0, 10**6))
def test_a_resample_counts_as_repeated_rows(rows: int, seed: int) -> None:
    probabilities, truth = example(rows, 2, seed, 6)
    curve = RankCurve(probabilities[:, 1], truth == 1)
    weights = resample(truth, 3, np.random.default_rng(seed))
    for weight, auroc, auprc in zip(weights, *curve.areas(weights), strict=True):
        drawn = np.repeat(np.arange(rows), weight.astype(int))
        assert len(drawn) == rows
        assert (truth[drawn] == 1).sum() == (truth == 1).sum()
        column = probabilities[drawn, 1]
        assert auroc == pytest.approx(roc_auc_score(truth[drawn], column), abs=1e-12)
        assert auprc == pytest.approx(average_precision_score(truth[drawn], column), abs=1e-12)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    # scores N(0, 1) and N(1, 1): the true AUROC is Phi(1 / sqrt 2) = 0.7602
    covered = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        truth = np.repeat([0, 1], 100)
        score = rng.normal(size=200) + truth
        estimate = score_classification(
            np.stack([-score, score], 1), truth, ("no", "yes"), resamples=300, seed=seed
        ).auroc
        assert estimate.low < estimate.value < estimate.high
        covered += estimate.low <= 0.7602 <= estimate.high
    assert 88 <= covered <= 99


def test_the_seed_decides_the_interval_and_not_the_value() -> None:
    probabilities, truth = example(80, 3, 5, 50)
    names = ("a", "b", "c")
    one, again, other = (
        score_classification(probabilities, truth, names, seed=seed) for seed in (1, 1, 2)
    )
    assert one == again
    assert one.auroc.value == other.auroc.value
    assert one.auroc.low != other.auroc.low


def test_chance_and_perfection() -> None:
    truth = np.array([0, 0, 1, 1, 2])
    perfect = score_classification(np.eye(3)[truth], truth, ("a", "b", "c"))
    for score in (perfect.auroc, perfect.auprc, perfect.mcc, perfect.accuracy):
        assert (score.value, score.high) == (pytest.approx(1), pytest.approx(1))
        assert score.low < 0.7, "of five rows"
    flat = score_classification(np.full((5, 3), 1 / 3), truth, ("a", "b", "c"))
    assert (flat.auroc.value, flat.mcc.value) == (0.5, 0)
    assert flat.labels["c"].precision == 0


@pytest.mark.parametrize(
    ("probabilities", "truth"),
    [
        (np.zeros((2, 2)), np.array([0, 0])),  # label 1 has no row
        (np.zeros((3, 2)), np.array([0, 1])),
        (np.array([[0.1, np.nan], [0.5, 0.5]]), np.array([0, 1])),
    ],
)
def test_what_cannot_be_scored_is_refused(probabilities: np.ndarray, truth: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"label|finite"):
        score_classification(probabilities, truth, ("a", "b"))

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from gtrack.evaluation.intervals import Sizes, interval, mean_interval
from gtrack.evaluation.multilabel import score_multilabel

NAMES = ("a", "b", "c")


def example(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores on a coarse grid, so that there are ties; every label is there and absent."""
    rng = np.random.default_rng(seed)
    truth = rng.random((rows, 3)) < [0.5, 0.3, 0.8]
    truth[0], truth[1] = True, False
    return np.round(rng.normal(size=(rows, 3)) + truth, 1), truth


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 80), st.integers(0, 10**6))
def test_values_are_those_of_scikit_learn(rows: int, seed: int) -> None:
    scores, truth = example(rows, seed)
    found = score_multilabel(scores, truth, NAMES, resamples=0)
    for k, name in enumerate(NAMES):
        label = found.labels[name]
        assert label.positives == truth[:, k].sum()
        assert label.auroc.value == pytest.approx(roc_auc_score(truth[:, k], scores[:, k]))
        assert label.auprc.value == pytest.approx(
            average_precision_score(truth[:, k], scores[:, k])
        )
    assert found.auroc.value == pytest.approx(roc_auc_score(truth, scores, average="macro"))
    assert found.auprc.value == pytest.approx(
        average_precision_score(truth, scores, average="macro")
    )


def test_intervals_are_those_of_redrawn_rows() -> None:
    """Rows are drawn as wholes, so that the mean's interval knows how labels go together."""
    scores, truth = example(60, 3)
    found = score_multilabel(scores, truth, NAMES, resamples=200, seed=5)
    drawn = np.random.default_rng(5).integers(60, size=(200, 60))
    twins = np.array([roc_auc_score(truth[rows], scores[rows], average=None) for rows in drawn]).T
    expected = []
    for k, name in enumerate(NAMES):
        sizes = Sizes(int(truth[:, k].sum()), int((~truth[:, k]).sum()))
        expected.append(interval(found.labels[name].auroc.value, twins[k], sizes.auroc))
        assert found.labels[name].auroc.low == pytest.approx(expected[k].low)
        assert found.labels[name].auroc.high == pytest.approx(expected[k].high)
    assert found.auroc.low == pytest.approx(mean_interval(expected, list(twins)).low)


def test_a_rare_label_has_a_wide_interval() -> None:
    truth = np.zeros((12, 2), bool)
    truth[0, 0] = truth[:6, 1] = True
    scores = np.stack([np.arange(12.0, 0.0, -1), np.arange(12.0, 0.0, -1)], 1)
    found = score_multilabel(scores, truth, ("rare", "common"))
    rare, common = found.labels["rare"].auroc, found.labels["common"].auroc
    assert (rare.value, rare.high, common.value) == (1, 1, 1)
    assert rare.low < 0.5 < common.low < 0.75
    assert rare.low < found.auroc.low < common.low


def test_one_label_is_its_own_mean() -> None:
    scores, truth = example(40, 1)
    found = score_multilabel(scores[:, :1], truth[:, :1], ("a",))
    assert found.auroc == found.labels["a"].auroc
    assert found.auprc == found.labels["a"].auprc


@pytest.mark.parametrize(
    ("scores", "truth"),
    [
        (np.zeros((3, 1)), np.ones((3, 1), bool)),
        (np.zeros((3, 1)), np.zeros((3, 1), bool)),
        (np.zeros((3, 2)), np.eye(3, 1, dtype=bool)),
        (np.full((3, 1), np.inf), np.eye(3, 1, dtype=bool)),
    ],
)
def test_what_cannot_be_scored_is_refused(scores: np.ndarray, truth: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"label|finite"):
        score_multilabel(scores, truth, ("a",))

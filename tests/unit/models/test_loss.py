"""The loss by head, against formulas written out in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import PretrainedConfig

from gtrack.core.errors import ModelError
from gtrack.models.loss import head_loss

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]])
HAVE = np.array([[1, 0, 1], [0, 1, 1]])


def loss(problem: str | None, logits: np.ndarray, labels: np.ndarray) -> float:
    config = PretrainedConfig(num_labels=logits.shape[1])
    config.problem_type = problem
    return head_loss(config, torch.tensor(logits), torch.tensor(labels)).item()


def cross_entropies(logits: np.ndarray, have: np.ndarray) -> np.ndarray:
    p = 1 / (1 + np.exp(-logits))
    return -have * np.log(p) - (1 - have) * np.log(1 - p)


@pytest.mark.parametrize("problem", ["single_label_classification", None])
def test_classes_have_the_cross_entropy_of_their_softmax(problem: str | None) -> None:
    p = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
    expected = -np.log(p[[0, 1], [2, 1]]).mean()
    assert loss(problem, LOGITS, np.array([2, 1])) == pytest.approx(expected)


def test_labels_have_the_mean_of_their_own_cross_entropies() -> None:
    expected = cross_entropies(LOGITS, HAVE).mean()
    found = loss("multi_label_classification", LOGITS, HAVE.astype(np.float32))
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("problem", ["multi_label_classification", None])
@pytest.mark.parametrize("have", [HAVE[:, 1], HAVE[:, 1:2]], ids=["flat", "column"])
def test_one_output_is_a_label_unless_the_config_says_value(
    problem: str | None, have: np.ndarray
) -> None:
    expected = cross_entropies(LOGITS[:, 0], HAVE[:, 1]).mean()
    assert loss(problem, LOGITS[:, :1], have) == pytest.approx(expected)


def test_values_have_their_mean_squared_error() -> None:
    truth = np.array([[1.0, 0.0, -1.5], [0.5, 3.0, 2.0]])
    assert loss("regression", LOGITS, truth) == pytest.approx(((LOGITS - truth) ** 2).mean())
    one = loss("regression", LOGITS[:, :1], truth[:, 0])
    assert one == pytest.approx(((LOGITS[:, 0] - truth[:, 0]) ** 2).mean())


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression"])
def test_labels_of_another_shape_are_refused(problem: str) -> None:
    for labels in (HAVE.T, HAVE[:1], HAVE[:, 0]):
        with pytest.raises(ValueError, match="for logits of"):
            loss(problem, LOGITS, labels)


def test_a_problem_that_is_none_is_refused() -> None:
    with pytest.raises(ModelError, match="problem_type 'ranking'"):
        loss("ranking", LOGITS, HAVE)
    with pytest.raises(ModelError, match="one output"):
        loss("single_label_classification", LOGITS[:, :1], HAVE[:, 0])

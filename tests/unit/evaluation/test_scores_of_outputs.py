from __future__ import annotations

import numpy as np
import pytest

from gtrack.core.training.truth import Truth
from gtrack.evaluation.classification import score_classification
from gtrack.evaluation.multilabel import score_multilabel
from gtrack.evaluation.outputs import score_outputs
from gtrack.evaluation.regression import score_regression

ROWS = np.arange(10, 60)


def test_every_kind_of_output_has_its_own_scores() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(50, 2)) + 700  # exp of it would overflow
    classes = rng.integers(2, size=60)
    found = score_outputs(logits, Truth("classes", ("a", "b"), classes), ROWS, seed=3)
    probability = 1 / (1 + np.exp(logits[:, 0] - logits[:, 1]))
    own = score_classification(
        np.column_stack([1 - probability, probability]), classes[10:], ("a", "b"), seed=3
    )
    assert found["auroc"]["value"] == pytest.approx(own.auroc.value, abs=1e-6)
    assert found["mcc"]["low"] == round(own.mcc.low, 6)

    labels = rng.integers(2, size=(60, 2)).astype(float)
    found = score_outputs(logits, Truth("labels", ("a", "b"), labels), ROWS, seed=3)
    ranked = score_multilabel(logits, labels[10:] == 1, ("a", "b"), seed=3)
    assert found["labels"]["b"]["auprc"]["value"] == round(ranked.labels["b"].auprc.value, 6)

    values = logits[:, :1] + rng.normal(size=(50, 1))
    whole = np.concatenate([np.zeros((10, 1)), values])
    found = score_outputs(logits[:, :1], Truth("values", ("a",), whole), ROWS, seed=3)
    fitted = score_regression(logits[:, :1], values, ("a",), seed=3)
    assert found["values"]["a"]["r2"]["high"] == round(fitted.values["a"].r2.high, 6)


def test_what_is_not_defined_is_none() -> None:
    truth = Truth("values", ("a",), np.arange(60.0)[:, None])
    found = score_outputs(np.ones((50, 1)), truth, ROWS, seed=0)
    assert found["values"]["a"]["pearson"]["value"] is None

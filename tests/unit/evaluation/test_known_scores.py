"""Predictions of which some are missing, against a truth that may lack a class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.training.truth import Truth
from gtrack.evaluation.outputs import score_known, score_outputs


def test_what_has_no_score_is_left_out_and_the_rest_is_as_ever() -> None:
    rng = np.random.default_rng(5)
    logits, classes = rng.normal(size=(50, 2)), np.arange(50) % 2
    logits[[3, 8]] = np.nan
    rows = [at for at in range(50) if at not in (5, 6)]
    truth = Truth.listed("classes", ("a", "b"), classes[rows].tolist())
    scores, lack = score_known(logits, truth, rows)
    kept = [at for at in rows if at not in (3, 8)]
    plain = Truth.listed("classes", ("a", "b"), classes[kept].tolist())
    assert (scores, lack) == (score_outputs(logits[kept], plain, plain.rows, 0), None)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_one_class_alone_has_an_accuracy_with_wilsons_interval(given: tuple[int, int]) -> None:
    right, rows = given
    logits = np.zeros((rows, 2))
    logits[:right, 1], logits[right:, 0] = 1, 1
    truth = Truth.listed("classes", ("a", "b"), [1] * rows)
    scores, lack = score_known(logits, truth, range(rows))
    assert lack == "no row of label 'a'"
    assert scores is not None
    assert [*scores] == ["rows", "accuracy"]
    value, low, high = (scores["accuracy"][key] for key in ("value", "low", "high"))
    assert value == pytest.approx(right / rows, abs=1e-6)
    assert -1e-6 <= low <= value <= high <= 1 + 1e-6
    assert low < high
    for end in (low, high):  # where the interval ends, the share is 1.96 standard errors away
        assert abs(value - end) == pytest.approx(
            1.959964 * np.sqrt(max(0, end * (1 - end)) / rows), abs=2e-3
        )


def test_nothing_to_measure_is_said() -> None:
    truth = Truth.listed("values", ("x",), [[1.0], [1.0]])
    assert score_known(np.ones((2, 1)), truth, [0, 1]) == (None, "no second value of 'x'")
    none = Truth.listed("classes", ("a", "b"), [0])
    assert score_known(np.full((1, 2), np.nan), none, [0]) == (
        *(None, "no row has both a label and a score"),
    )

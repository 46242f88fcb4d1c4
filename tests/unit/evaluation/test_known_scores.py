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


def test_rows_of_one_origin_count_once() -> None:
    """Forty loci of ten copies, scored by chance: the interval holds it as often as it says."""
    rng, held = np.random.default_rng(3), np.zeros((2, 2))
    groups = np.repeat(np.arange(40), 10)
    truth = Truth.listed("classes", ("a", "b"), (groups % 2).tolist())
    for _ in range(60):
        scores = np.repeat(rng.normal(size=40), 10) + 0.3 * rng.normal(size=400)
        logits = np.stack([np.zeros(400), scores], axis=1)
        for at, given_groups in enumerate((None, groups)):
            found, _ = score_known(logits, truth, range(400), given_groups)
            assert found is not None
            assert found.get("independent") == (None if given_groups is None else 40)
            ends = (found[name] for name in ("auroc", "accuracy"))
            held[at] += [end["low"] <= 0.5 <= end["high"] for end in ends]
    assert (held[0] < 45).all()
    assert (held[1] > 53).all(), held


def test_one_class_of_copies_has_the_interval_of_its_origins() -> None:
    logits, groups = np.tile([0.0, 1.0], (30, 1)), np.repeat(np.arange(3), 10)
    truth = Truth.listed("classes", ("a", "b"), [1] * 30)
    scores, _ = score_known(logits, truth, range(30), groups)
    assert scores is not None
    assert (scores["rows"], scores["independent"]) == (30, 3)
    assert scores["accuracy"]["low"] < 0.5
    alone, _ = score_known(logits, truth, range(30), np.arange(30))
    assert alone == score_known(logits, truth, range(30))[0]


def test_nothing_to_measure_is_said() -> None:
    truth = Truth.listed("values", ("x",), [[1.0], [1.0]])
    assert score_known(np.ones((2, 1)), truth, [0, 1]) == (None, "no second value of 'x'")
    none = Truth.listed("classes", ("a", "b"), [0])
    assert score_known(np.full((1, 2), np.nan), none, [0]) == (
        *(None, "no row has both a label and a score"),
    )

"""Heads: what of an output is explained, its probability, and which outputs a user means."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError, ModelError
from gtrack.core.heads import MOST_AT_ONCE, OUTPUTS, PROBLEM_TYPES, Head, head_of


def head(outputs: Any, n: int) -> Head:
    return Head(outputs, tuple(f"l{i}" for i in range(n)))


@st.composite
def heads(draw: st.DrawFn) -> tuple[Head, int, list[float]]:
    outputs = draw(st.sampled_from(OUTPUTS))
    n = draw(st.integers(2 if outputs == "classes" else 1, 6))
    row = draw(st.lists(st.floats(-30, 30), min_size=n, max_size=n))
    return head(outputs, n), draw(st.integers(0, n - 1)), row


@given(heads())
@settings(deadline=None)
def test_what_is_explained(case: tuple[Head, int, list[float]]) -> None:
    it, target, row = case
    others = row[:target] + row[target + 1 :]
    expected = row[target] - (sum(others) / len(others) if it.outputs == "classes" else 0)
    contrast = it.contrast(target)
    assert np.array(row) @ contrast == pytest.approx(expected, rel=1e-12, abs=1e-12)
    if it.outputs == "classes":  # a shift common to all logits means nothing
        assert (np.array(row) + 7) @ contrast == pytest.approx(expected, rel=1e-10, abs=1e-10)


@given(heads())
@settings(deadline=None)
def test_the_probability(case: tuple[Head, int, list[float]]) -> None:
    it, target, row = case
    expected = {
        "classes": math.exp(row[target]) / sum(map(math.exp, row)),
        "labels": 1 / (1 + math.exp(-row[target])),
        "values": math.nan,
    }[it.outputs]
    (found,) = it.probability(np.array([row]), target)
    assert found == pytest.approx(expected, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize(("outputs", "n"), [("labels", 1), ("labels", 3), ("classes", 3)])
def test_the_probability_of_huge_logits_is_finite(outputs: str, n: int) -> None:
    logits = np.array([[1e5] * n, [-1e5] * n, [1e5] + [-1e5] * (n - 1)])
    found = head(outputs, n).probability(logits, 0)
    expected = [1.0, 0.0, 1.0] if outputs == "labels" else [1 / n, 1 / n, 1.0]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("problem_type", "n", "own", "outputs", "said_by"),
    [
        ("single_label_classification", 2, False, "classes", "config"),
        ("multi_label_classification", 4, False, "labels", "config"),
        ("multi_label_classification", 1, True, "labels", "config"),
        ("regression", 1, True, "values", "config"),
        ("regression", 3, False, "values", "config"),
        (None, 1, False, "values", "rule"),
        (None, 2, False, "classes", "rule"),
        (None, 1, True, "labels", "config"),
        (None, 3, True, "classes", "rule"),
    ],
)
def test_what_a_config_says(
    problem_type: str | None, n: int, own: bool, outputs: str, said_by: str
) -> None:
    names = tuple(f"l{i}" for i in range(n))
    assert head_of(problem_type, names, own=own) == Head(outputs, names, said_by)  # type: ignore[arg-type]


@pytest.mark.parametrize("problem_type", ["ranking", "", 3, ["regression"], "REGRESSION"])
def test_a_problem_that_is_not_known_is_refused(problem_type: object) -> None:
    with pytest.raises(ModelError, match="is none of single_label_classification, multi_label"):
        head_of(problem_type, ("a", "b"))
    assert set(PROBLEM_TYPES.values()) == set(OUTPUTS)


def test_one_class_is_no_choice() -> None:
    with pytest.raises(ModelError, match="with one output: nothing excludes it"):
        head_of("single_label_classification", ("a",))
    with pytest.raises(InputError, match=r"--outputs labels .* or --outputs values"):
        Head("classes", ("a",), "option")
    with pytest.raises(InputError, match="use classes, labels, values"):
        Head("logits", ("a",), "option")  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="no distinct names"):
        Head("labels", ("a", "a"))


THREE = ("a", "b", "c")


@pytest.mark.parametrize(
    ("outputs", "names", "wishes", "indices"),
    [
        ("labels", ("one",), (), (0,)),
        ("values", ("one",), (), (0,)),
        ("classes", ("no", "yes"), (), (1,)),
        ("classes", ("no", "yes"), ("no",), (0,)),
        ("classes", ("no", "yes"), ("0",), (0,)),
        ("classes", THREE, ("2",), (2,)),
        ("classes", ("2", "0", "1"), ("0",), (1,)),  # a name before an index
        ("labels", THREE, ("c,a",), (2, 0)),  # in the order of the wish
        ("labels", THREE, ("c,0",), (2, 0)),
        ("labels", THREE, ("c", "a"), (2, 0)),
        ("labels", THREE, ("c", "c,a"), (2, 0)),  # once each
        ("values", THREE, ("all",), (0, 1, 2)),
        ("labels", ("all", "b"), ("all",), (0,)),  # a name before all
        ("labels", ("a,b", "b", "a"), ("a,b",), (0,)),  # a name before a list
        ("labels", ("a,b", "b", "a"), ("a,b", "b"), (0, 1)),
        ("labels", ("", "x"), ("",), (0,)),
        ("labels", ("H3K4me3=high", "x"), ("H3K4me3=high",), (0,)),
    ],
)
def test_targets_are_found(
    outputs: Any, names: tuple[str, ...], wishes: tuple[str, ...], indices: tuple[int, ...]
) -> None:
    assert Head(outputs, names).targets("m", wishes) == indices


@pytest.mark.parametrize(("outputs", "n"), [("classes", 3), ("labels", 2), ("values", 2)])
def test_several_have_no_default(outputs: str, n: int) -> None:
    with pytest.raises(InputError, match=rf"model m has {n} {outputs} \(0=l0, 1=l1.*--target"):
        head(outputs, n).targets("m", ())


@pytest.mark.parametrize("wish", ["d", "3", "-1", "A", "", " 1", "1.0", "²", "٣", "a,", "a,d", ","])
def test_a_target_that_is_not_there_is_refused(wish: str) -> None:
    with pytest.raises(InputError, match="model m has only 0=a, 1=b, 2=c"):
        Head("classes", THREE).targets("m", (wish,))


def test_more_than_a_few_need_naming() -> None:
    it = head("labels", MOST_AT_ONCE)
    assert it.targets("m", ("all",)) == tuple(range(MOST_AT_ONCE))
    many = head("labels", MOST_AT_ONCE + 1)
    with pytest.raises(InputError, match=r"has 17 outputs, .* name those you want"):
        many.targets("m", ("all",))
    every = ",".join(many.names)
    assert many.targets("m", (every,)) == tuple(range(MOST_AT_ONCE + 1))


def test_a_long_list_is_cut() -> None:
    with pytest.raises(InputError) as error:
        head("labels", 5_000).targets("m", ("x",))
    assert len(str(error.value)) < 300
    assert "5000 in all" in str(error.value)


def test_what_is_explained_in_words() -> None:
    assert Head("values", ("x",)).explained(0) == "value of x"
    assert Head("labels", THREE).explained(1) == "logit of b"
    assert Head("classes", ("a", "b")).explained(1) == "logit of b - logit of a"
    assert Head("classes", THREE).explained(0) == "logit of a - mean of the 2 other logits"
    assert [Head(kind, THREE).unit for kind in OUTPUTS] == ["logit", "logit", "value"]

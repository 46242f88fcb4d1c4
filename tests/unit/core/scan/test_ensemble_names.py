"""Which models can be looked at as one, and what the files of that are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gtrack.core.errors import InputError
from gtrack.core.heads import Head
from gtrack.core.scan.ensemble import Ensemble, ensemble_digest, ensemble_targets, fitted
from gtrack.core.scan.plan import ModelPlan, Plan, ScanOptions
from tests.model_plans import model_plan

ONE = model_plan(name="a", head=Head("labels", ("x", "y", "z")), targets=(0, 1))


def plan_of(*models: ModelPlan) -> Plan:
    return Plan(ScanOptions(), models, {"c": 900}, (), (), 0, {}, {}, {}, 1)


def plan(**changes: object) -> Plan:
    others = (replace(ONE, name="b", sha256="2" * 64, **changes), replace(ONE, name="c"))
    return plan_of(ONE, *others)


def test_members_stand_in_the_order_of_the_plan() -> None:
    (found,) = fitted([Ensemble("all", ("c", "a", "b"))], plan())
    assert found.members == ("a", "b", "c")
    stems = [(t.stem, t.model, t.label, t.place) for t in ensemble_targets([found], plan())]
    assert stems == [("all.x", "all", "x", 0), ("all.y", "all", "y", 1)]
    assert ensemble_digest(found, plan()) == ensemble_digest(Ensemble("q", ("b", "c", "a")), plan())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "dnabert2"}, "kind of model"),
        ({"unit": "token"}, "what they read"),
        ({"head": Head("classes", ("x", "y", "z"))}, "their outputs"),
        ({"head": Head("labels", ("x", "y", "w"))}, "their outputs"),
        ({"targets": (0, 2)}, "the outputs that are explained"),
        ({"targets": (1, 0)}, "the outputs that are explained"),
        ({"parameters": {"draws": "1"}}, "parameters of the method"),
        ({"window_bp": 128}, r"window, in bp \(10 and 128\)"),
        ({"stride": 50}, "stride, in bp"),
        ({"strand": "forward"}, "the strands"),
    ],
)
def test_what_cannot_be_averaged_is_refused_by_name(changes, said: str) -> None:
    with pytest.raises(InputError, match=f"--ensemble f: a and b cannot be averaged: .*{said}"):
        fitted([Ensemble("f", ("a", "b"))], plan(**changes))
    assert fitted([Ensemble("f", ("a", "c"))], plan(**changes)), "b is no member"


def test_who_says_what_the_outputs_are_does_not_matter() -> None:
    said = Head("labels", ("x", "y", "z"), "option")
    assert fitted([Ensemble("f", ("a", "b"))], plan(head=said))


@pytest.mark.parametrize(
    ("name", "members", "said"),
    [
        ("f", ("a",), "two models or more"),
        ("f", ("a", ""), "no model"),
        ("f", ("a", "a"), "named twice"),
        ("f", ("a", "zz"), "no model zz; use a, b, c"),
        ("A", ("a", "b"), "is taken"),
        ("../f", ("a", "b"), "letter or digit"),
        ("a.x", ("a", "b"), None),
    ],
)
def test_names(name: str, members: tuple[str, ...], said: str | None) -> None:
    if said is None:  # its own stems differ from those of a
        first, _ = ensemble_targets([Ensemble(name, members)], plan())
        assert first.stem == "a.x.x"
        return
    with pytest.raises(InputError, match=said):
        fitted([Ensemble(name, members)], plan())


def test_a_name_that_is_a_targets_is_refused() -> None:
    one = replace(ONE, targets=(0,))
    many = replace(ONE, name="m")
    alike = [replace(one, name=name) for name in ("a", "b")]
    with pytest.raises(InputError, match="a target of a model has this name"):
        fitted([Ensemble("m.x", ("a", "b"))], plan_of(many, *alike))


def test_two_ensembles_need_two_names() -> None:
    with pytest.raises(InputError, match="is taken"):
        fitted([Ensemble("f", ("a", "b")), Ensemble("F", ("a", "c"))], plan())

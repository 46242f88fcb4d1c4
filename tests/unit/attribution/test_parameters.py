"""Methods know their own parameters, refuse all others, and say which of them mattered."""

from __future__ import annotations

import pytest
from torch import nn

from gtrack.attribution import METHODS
from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.cplrp import CpLrp
from gtrack.attribution.gradient import Gradient
from gtrack.attribution.ism import Ism
from gtrack.core.catalogue import load
from gtrack.core.errors import InputError, ModelError
from gtrack.core.parameters import complete


def test_defaults_are_filled_in():
    assert AttnLrp.validated({}) == {"alibi_rule": "absorb"}
    assert AttnLrp.validated({"alibi_rule": "uniform"}) == {"alibi_rule": "uniform"}
    assert CpLrp.validated({}) == {}
    assert Gradient.validated({}) == {"centred": "no"}
    assert Ism.validated({"draws": "1"}) == {"draws": "1"}


def test_all_are_returned_in_the_order_of_the_method():
    allowed = {"width": ("5", "7"), "fill": ("N", "shuffle")}
    assert list(complete("occlusion", {"fill": "shuffle"}, allowed).items()) == [
        ("width", "5"),
        ("fill", "shuffle"),
    ]


@pytest.mark.parametrize("name", METHODS)
def test_what_validated_returned_makes_the_method(name):
    method = load(METHODS, name, "gtrack.methods")
    parameters = method.validated({})
    assert method(parameters, "bf16").precision == "bf16"
    assert method.validated(parameters) == parameters
    assert method.per_base is (name == "ism")


@pytest.mark.parametrize(
    ("method", "given", "message"),
    [
        (AttnLrp, {"alibi": "absorb"}, "--method attnlrp has no parameter 'alibi'; .*alibi_rule"),
        (AttnLrp, {"alibi_rule": "x"}, "attnlrp: alibi_rule is 'x'; it can be absorb or uniform"),
        (CpLrp, {"alibi_rule": "absorb"}, "--method cplrp has no parameter 'alibi_rule'"),
        (CpLrp, {"steps": "20"}, "--method cplrp has no parameter 'steps'; it has none"),
        (Gradient, {"centred": "maybe"}, "gradient: centred is 'maybe'; it can be no or yes"),
        (Ism, {"draws": "2"}, "--method ism: draws is '2'; it can be 3 or 1"),
    ],
)
def test_others_are_refused(method, given, message):
    with pytest.raises(InputError, match=message):
        method.validated(given)
    with pytest.raises(InputError, match=message):
        method(given)


def test_only_what_matters_to_the_kind_is_used():
    chosen = AttnLrp({"alibi_rule": "uniform"})
    assert chosen.used("dnabert2") == {"alibi_rule": "uniform"}
    assert chosen.used("cnn") == {}
    for kind in ("dnabert2", "cnn"):
        assert CpLrp().used(kind) == {}
        assert Ism().used(kind) == {"draws": "3"}


class Foreign:
    """A model of a kind for which nobody has written rules."""

    kind = "foreign"
    network = nn.Linear(2, 2)


@pytest.mark.parametrize("method", [AttnLrp, CpLrp])
def test_a_kind_without_rules_is_refused_with_the_cure(method):
    message = r"no relevance rules .*'foreign'.*--method gradient"
    with pytest.raises(ModelError, match=message):
        method().used("foreign")
    with pytest.raises(ModelError, match=message), method().applied(Foreign()):
        pass
    assert Gradient().used("foreign") == {}
    with Gradient().applied(Foreign()):
        pass

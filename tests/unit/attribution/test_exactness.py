"""The twins by formulas agree with the rules, and every broken rule is caught."""

from __future__ import annotations

import math
from dataclasses import replace
from types import MethodType

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gtrack.attribution import exactness as room
from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.cplrp import CpLrp
from gtrack.attribution.gradient import Gradient
from gtrack.attribution.rules import cnn as cnn_rules
from gtrack.attribution.rules import dnabert2 as bert_rules
from gtrack.attribution.rules.lxt import divide_gradient
from gtrack.core.sequences import is_known
from gtrack.evaluation.passport import EXACT
from gtrack.models.cnn import ConvBlock, DnaBlock, GlobalMaxPool
from gtrack.models.dnabert2.network import AttentionProduct, GatedGelu

METHODS = {
    "absorb": AttnLrp(),
    "uniform": AttnLrp({"alibi_rule": "uniform"}),
    "cplrp": CpLrp(),
}
MADE = {"cnn": "make_cnn", "dnabert2": "make_dnabert2"}


@pytest.fixture
def model(request):
    kind, options = request.param
    return request.getfixturevalue(MADE[kind])(**options)


CASES = [
    ("cnn", {"labels": 2}),
    ("cnn", {"labels": 2, "batch_norm": True, "seed": 1}),
    ("cnn", {"labels": 2, "kernel_sizes": (5, 1, 7)}),
    ("dnabert2", {"heads": 4}),
    ("dnabert2", {"heads": 3, "seed": 1}),
]


@pytest.mark.parametrize("model", CASES, indirect=True, ids=str)
@pytest.mark.parametrize("method", METHODS)
def test_rules_are_what_the_formulas_say(model, method, sequences, difference) -> None:
    found = room.exactness(model, METHODS[method], METHODS[method], sequences, difference[0])
    assert found.twin.shape == found.rounding.shape == found.conserved.shape == (4,)
    assert found.twin.max() < 1e-9
    assert found.rounding.max() == 0, "the model is in float64 as it is"
    assert found.conserved.max() < (1e-4 if model.kind == "cnn" else 1e-9)


@pytest.mark.parametrize("kind", MADE)
def test_float32_is_near_float64_and_the_network_is_as_it_was(
    request, kind, sequences, difference
) -> None:
    model = request.getfixturevalue(MADE[kind])(dtype=torch.float32)
    before = {name: each.clone() for name, each in model.network.state_dict().items()}
    found = room.exactness(model, AttnLrp(), AttnLrp(), sequences, difference[0])
    assert 0 < np.median(found.rounding) < EXACT
    after = model.network.state_dict()
    assert all(torch.equal(after[name], each) for name, each in before.items())
    assert {each.dtype for each in after.values() if each.is_floating_point()} == {torch.float32}


def test_a_method_without_rules_has_no_twin(make_cnn, sequences, difference) -> None:
    found = room.exactness(make_cnn(), Gradient(), Gradient(), sequences, difference[0])
    assert (len(found.twin), len(found.rounding), len(found.conserved)) == (0, 4, 0)


class Other:
    """A method of another package: a port asks for no attribute that holds its parameters."""

    name, per_base = "other", False

    def __init__(self, parameters, precision="fp32"):
        self._centred = Gradient(parameters, precision)

    def applied(self, model):
        return self._centred.applied(model)


def test_a_method_of_another_package_keeps_its_parameters(make_cnn, sequences, difference) -> None:
    model, method = make_cnn(dtype=torch.float32), Other({"centred": "yes"})
    found = room.exactness(model, method, method, sequences, difference[0])
    assert 0 < np.median(found.rounding) < EXACT


def test_logits_of_twins_are_those_of_the_networks(request, sequences, difference) -> None:
    for kind, fixture in MADE.items():
        model = request.getfixturevalue(fixture)()
        encodings = model.encode(sequences[:1])
        batch = model.collate(encodings, 1, int(encodings.lengths[0]))
        embedded = model.embed(batch).detach()
        twin = room.twin_of(kind, model.network)
        logits, relevance = twin.relevance(
            embedded[0].numpy(), difference[0], "attnlrp", {"alibi_rule": "absorb"}
        )
        with torch.no_grad():
            np.testing.assert_allclose(logits, model.forward(embedded, batch)[0], atol=1e-10)
        known = is_known(sequences[0])
        assert len(relevance) == len(known) or kind == "dnabert2"


# --- broken rules: each is one that hardly shows in how the map behaves


class WholeGelu(bert_rules.UniformGatedGelu):
    """Without the half of the product."""

    @staticmethod
    def backward(ctx, *gradients):
        return 2 * bert_rules.UniformGatedGelu.backward(ctx, *gradients)


class GradientGelu(torch.autograd.Function):
    """GELU by its gradient, not by the identity rule."""

    @staticmethod
    def forward(ctx, h):
        ctx.save_for_backward(h)
        gate, up = h.chunk(2, -1)
        return F.gelu(gate) * up

    @staticmethod
    def backward(ctx, grad):
        (h,) = ctx.saved_tensors
        gate, up = h.chunk(2, -1)
        phi = (1 + torch.erf(gate / math.sqrt(2))) / 2
        slope = phi + gate * torch.exp(-(gate**2) / 2) / math.sqrt(2 * math.pi)
        return torch.cat([grad * slope * up / 2, grad * phi * gate / 2], -1)


def attention(divisor: float, half: float):
    def rule(module):
        return lambda qkv, bias: divide_gradient(
            module.attend(*bert_rules.DividedQk.apply(qkv, float(divisor)), bias), half
        )

    return rule


def plain(module):
    return MethodType(type(module).forward, module)


def without_ratio(module):
    """The gamma rule without z / z'."""
    weight, bias = cnn_rules.folded(module)
    favoured = weight + 0.25 * weight.clamp(min=0), bias + 0.25 * bias.clamp(min=0)

    def forward(x, mask):
        z = F.conv1d(x.detach(), weight, bias, padding=module.conv.padding)
        path = F.conv1d(x, *favoured, padding=module.conv.padding)
        active = F.relu(z) if mask is None else F.relu(z) * mask
        return cnn_rules._with_factor(path, active, (active > 0).to(z.dtype))

    return forward


BROKEN = {
    "gated gelu without half": ("dnabert2", {GatedGelu: lambda _: WholeGelu.apply}),
    "gelu by its gradient": ("dnabert2", {GatedGelu: lambda _: GradientGelu.apply}),
    "attention without halves": ("dnabert2", {AttentionProduct: attention(1, 1)}),
    "attention without the half of v": ("dnabert2", {AttentionProduct: attention(4, 1)}),
    "queries and keys undivided": ("dnabert2", {AttentionProduct: attention(1, 2)}),
    "queries and keys with the wrong sign": ("dnabert2", {AttentionProduct: attention(-2, 2)}),
    "layer norm by its gradient": ("dnabert2", {nn.LayerNorm: plain}),
    "tanh by its gradient": ("dnabert2", {nn.Tanh: plain}),
    "gamma without z / z'": ("cnn", {ConvBlock: without_ratio}),
    "gradient in place of gamma": ("cnn", {ConvBlock: plain}),
    "gamma in the first block": ("cnn", {DnaBlock: cnn_rules._gamma_block}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_rules_are_caught(request, monkeypatch, name, sequences, difference) -> None:
    kind, swapped = BROKEN[name]
    module = {"cnn": cnn_rules, "dnabert2": bert_rules}[kind]
    right = module.rules

    def wrong(method, parameters):
        rules = right(method, parameters)
        return replace(rules, ruled={**rules.ruled, **swapped})

    model = request.getfixturevalue(MADE[kind])()
    monkeypatch.setattr(module, "rules", wrong)
    found = room.exactness(model, AttnLrp(), AttnLrp(), sequences, difference[0])
    assert np.median(found.twin) > 100 * EXACT


def test_a_gate_that_is_not_halved_is_not_conserved(
    make_dnabert2, monkeypatch, sequences, difference
) -> None:
    right = bert_rules.rules

    def wrong(method, parameters):
        rules = right(method, parameters)
        return replace(rules, ruled={**rules.ruled, GatedGelu: lambda _: WholeGelu.apply})

    monkeypatch.setattr(bert_rules, "rules", wrong)
    found = room.exactness(make_dnabert2(), CpLrp(), CpLrp(), sequences, difference[0])
    assert np.median(found.conserved) > 100 * EXACT


def test_ties_share_as_the_formulas_say(make_cnn, difference) -> None:
    """A repeat: copies out of each other's sight are equal, and so are their twins."""
    model = make_cnn()
    repeat = "N" * 20 + ("GATTACAGATCCTGA" + "N" * 20) * 3
    found = room.exactness(model, AttnLrp(), AttnLrp(), [repeat], difference[0])
    assert found.twin.max() < 1e-9
    assert GlobalMaxPool in cnn_rules.rules("attnlrp", {}).ruled

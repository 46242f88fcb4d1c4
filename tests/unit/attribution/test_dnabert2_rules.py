"""AttnLRP and CP-LRP on DNABERT-2 against lxt.explicit, slow composites and the ledger."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.cplrp import CpLrp
from gtrack.attribution.gradient import Gradient
from gtrack.attribution.rules import dnabert2 as rules
from gtrack.attribution.rules.context import applied
from gtrack.attribution.rules.lxt import divide_gradient, stop_gradient
from gtrack.core.errors import ModelError
from gtrack.models.dnabert2.network import AttentionProduct, GatedGelu

with warnings.catch_warnings():  # lxt warns about optional packages when it is imported
    warnings.simplefilter("ignore")
    import lxt.explicit.functional as lf
    from lxt.explicit.rules import identity

TINY = 1e-14
UNIFORM = {"alibi_rule": "uniform"}


class HalfToScores(torch.autograd.Function):
    """The sum of scores and ALiBi for lxt.explicit, where a gradient is relevance itself."""

    @staticmethod
    def forward(ctx, scores, bias):
        ctx.save_for_backward(scores)
        return scores + bias

    @staticmethod
    def backward(ctx, relevance):
        size = ctx.saved_tensors[0].abs()
        return relevance / 2 * size / (size + rules.SCORE_EPSILON), None


def explicit_attnlrp(model, batch, contrast, alibi_rule="absorb"):
    """Propagate relevance, layer by layer, with the functionals of lxt.explicit."""
    net = model.network
    c = net.config
    heads, eps = c.num_attention_heads, c.layer_norm_eps

    def linear(x, layer):
        return lf.linear_epsilon(x, layer.weight, layer.bias, TINY)

    def norm(x, layer):
        return lf.layer_norm_grad_fn.apply(x, layer.weight, layer.bias, eps, TINY)

    def add(a, b):
        return lf.add2(a, b, False, TINY)

    leaf = model.embed(batch).detach().requires_grad_(True)
    emb = net.bert.embeddings
    x = norm(add(leaf, emb.token_type_embeddings.weight[0].detach().expand_as(leaf)), emb.LayerNorm)
    rows, units, width = x.shape
    bias = net.bert.encoder.alibi(units, x).expand(rows, -1, -1, -1)
    bias = bias.masked_fill(~batch.mask[:, None, None, :], -math.inf)
    for layer in net.bert.encoder.layer:
        attention = layer.attention["self"]
        qkv = linear(x, attention.Wqkv).view(rows, units, 3, heads, width // heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        s = lf.matmul(q, k.transpose(-1, -2), False, 1e-25)  # scores near 0 count
        s = lf.mul2(s, 1 / math.sqrt(q.shape[-1]))
        p = lf.softmax(HalfToScores.apply(s, bias) if alibi_rule == "uniform" else add(s, bias), -1)
        o = lf.matmul(p, v, False, TINY).transpose(1, 2).reshape(rows, units, width)
        output = layer.attention["output"]
        x = norm(add(linear(o, output.dense), x), output.LayerNorm)
        gate, up = linear(x, layer.mlp.gated_layers).chunk(2, -1)
        m = lf.mul2(identity(F.gelu, gate), up)
        x = norm(add(linear(m, layer.mlp.wo), x), layer.mlp.layernorm)
    pooled = identity(torch.tanh, linear(x[:, 0], net.bert.pooler.dense))
    logits = linear(pooled, net.classifier)
    start = logits.detach() * torch.as_tensor(contrast)
    (relevance,) = torch.autograd.grad(logits, leaf, start)
    return logits.detach().numpy(), relevance.sum(-1).numpy()


@pytest.mark.parametrize("alibi_rule", ["absorb", "uniform"])
@pytest.mark.parametrize("heads", [4, 3])
@pytest.mark.parametrize("seed", [0, 1])
def test_attnlrp_equals_lxt_explicit(
    make_dnabert2, collate, sequences, difference, heads, seed, alibi_rule
):
    model = make_dnabert2(seed=seed, heads=heads)
    for network_parameter in model.network.parameters():
        network_parameter.requires_grad_(False)
    for sequence in sequences:
        batch = collate(model, [sequence])
        logits, relevance = explicit_attnlrp(model, batch, difference[0], alibi_rule)
        with AttnLrp({"alibi_rule": alibi_rule}).applied(model) as explain:
            ours = explain(batch, difference)
        np.testing.assert_allclose(ours.logits, logits, atol=1e-11)
        scale = np.abs(relevance).max()
        assert scale > 1e-3
        np.testing.assert_allclose(ours.relevance[0], relevance, atol=1e-9 * scale)


# --- each fused rule against a composite of lxt's own stop_gradient and divide_gradient


def composite_norm(module):
    def forward(x):
        centred = x - x.mean(-1, keepdim=True)
        std = (centred.pow(2).mean(-1, keepdim=True) + module.eps).sqrt()
        return centred / stop_gradient(std) * module.weight + module.bias

    return forward


def composite_gelu(module):
    def forward(h):
        gate, up = h.chunk(2, -1)
        share = 0.5 * (1 + torch.erf(gate / math.sqrt(2)))
        return divide_gradient(gate * stop_gradient(share) * up, 2)

    return forward


def composite_tanh(module):
    def forward(x):
        return x * stop_gradient(torch.tanh(x) / x)

    return forward


def composite_attention(kind):
    def rule(module):
        def forward(qkv, bias):
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
            if kind == "cplrp":
                q, k = stop_gradient(q), stop_gradient(k)
            s = q[:, :, : bias.shape[2]] @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
            if kind != "cplrp":
                s = divide_gradient(s, 2)
            total = s + bias
            if kind == "uniform":  # half of the relevance of the sum, whatever the addends are
                share = total / (2 * s.abs() + 2 * rules.SCORE_EPSILON) * torch.where(s < 0, -1, 1)
                share = share.masked_fill(bias < -1e30, 0.0).detach()
                total = total.detach() + share * (s - s.detach())
            out = torch.softmax(total, -1) @ v
            if kind != "cplrp":
                out = divide_gradient(out, 2)
            return out.transpose(1, 2).flatten(2)

        return forward

    return rule


FUSED = {
    "absorb": rules.rules("attnlrp", {"alibi_rule": "absorb"}),
    "uniform": rules.rules("attnlrp", UNIFORM),
    "cplrp": rules.rules("cplrp", {}),
}


def check_rule(module, composite, fused, inputs):
    """Compare values and modified gradients of both forms, and values with the module's own."""
    outputs, gradients = [], []
    for rule in (composite, fused):
        leaf = inputs[0].clone().requires_grad_(True)
        out = rule(module)(leaf, *inputs[1:])
        weights = torch.randn(out.shape, generator=torch.Generator().manual_seed(3)).to(out)
        (gradient,) = torch.autograd.grad((out * weights).sum(), leaf)
        outputs.append(out.detach())
        gradients.append(gradient)
    torch.testing.assert_close(outputs[0], outputs[1], rtol=1e-11, atol=1e-12)
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-10, atol=1e-11)
    assert torch.equal(outputs[1], module(*inputs)), "a rule changed the value of the layer"
    plain = inputs[0].clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad((module(plain, *inputs[1:]) * weights).sum(), plain)
    assert not torch.allclose(gradient, gradients[1]), "the rule did nothing"


def test_layer_norm_rule():
    module = nn.LayerNorm(12, eps=1e-12).double().requires_grad_(False)
    nn.init.normal_(module.weight)
    nn.init.normal_(module.bias)
    x = torch.randn(3, 5, 12, dtype=torch.float64) * 4 + 1
    check_rule(module, composite_norm, FUSED["absorb"].ruled[nn.LayerNorm], [x])


def test_gated_gelu_rule():
    h = torch.randn(3, 5, 24, dtype=torch.float64) * 3
    check_rule(GatedGelu(), composite_gelu, FUSED["absorb"].ruled[GatedGelu], [h])


def test_tanh_rule():
    x = torch.randn(3, 12, dtype=torch.float64) * 3
    check_rule(nn.Tanh(), composite_tanh, FUSED["absorb"].ruled[nn.Tanh], [x])


@pytest.mark.parametrize("kind", ["absorb", "uniform", "cplrp"])
@pytest.mark.parametrize("asking", [9, 1])
def test_attention_rule(kind, asking):
    qkv = torch.randn(2, 9, 3, 4, 5, dtype=torch.float64)
    bias = torch.randn(2, 4, 9, 9, dtype=torch.float64)
    bias[1, :, :, 6:] = torch.finfo(torch.float64).min
    check_rule(
        AttentionProduct(0.0).eval(),
        composite_attention(kind),
        FUSED[kind].ruled[AttentionProduct],
        [qkv, bias[:, :, :asking]],
    )


def uniform_attention_by_loops(qkv, bias, relevance):
    """Return the relevance of q, k and v, shape (L, 3, H, d), of one row, one pair at a time."""
    units, _, heads, width = qkv.shape
    asking = bias.shape[1]
    found = np.zeros_like(qkv)
    for head in range(heads):
        q, k, v = qkv[:, 0, head], qkv[:, 1, head], qkv[:, 2, head]
        for i in range(asking):
            score = [q[i] @ k[j] / math.sqrt(width) for j in range(units)]
            total = [score[j] + bias[head, i, j] for j in range(units)]
            power = [math.exp(z - max(total)) for z in total]
            weight = [p / sum(power) for p in power]
            out = sum(weight[j] * v[j] for j in range(units))
            of_weight = np.zeros(units)
            for j in range(units):  # AV: each product's share of the output, halved
                share = weight[j] * v[j] / out * relevance[i, head]
                of_weight[j] = share.sum() / 2
                found[j, 2, head] += share / 2
            for j in range(units):
                if weight[j] == 0:
                    continue
                of_total = total[j] * (of_weight[j] - weight[j] * of_weight.sum())  # softmax
                of_score = of_total / 2  # the other half is ALiBi's
                away = score[j] + math.copysign(rules.SCORE_EPSILON, score[j])
                share = q[i] * k[j] / math.sqrt(width) / away * of_score
                found[i, 0, head] += share / 2
                found[j, 1, head] += share / 2
    return found


@pytest.mark.parametrize("asking", [7, 1])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_uniform_sum_equals_loops(asking, seed):
    random = torch.Generator().manual_seed(seed)
    qkv = torch.randn(2, 7, 3, 3, 4, dtype=torch.float64, generator=random)
    alibi = -torch.rand(2, 3, 7, 7, dtype=torch.float64, generator=random) * 3
    alibi[1, :, :, 5:] = torch.finfo(torch.float64).min
    qkv[0, 2, 0, 1] = 0.0  # its scores are exactly 0
    leaf = qkv.clone().requires_grad_(True)
    rule = FUSED["uniform"].ruled[AttentionProduct]
    out = rule(AttentionProduct(0.0).eval())(leaf, alibi[:, :, :asking])
    start = torch.randn(out.shape, dtype=torch.float64, generator=random)
    (gradient,) = torch.autograd.grad(out, leaf, start)
    found = (qkv * gradient).numpy()
    relevance = (out.detach() * start).unflatten(2, (3, 4)).numpy()
    for row in range(2):
        slow = uniform_attention_by_loops(
            qkv[row].numpy(), alibi[row, :, :asking].numpy(), relevance[row]
        )
        scale = np.abs(slow).max()
        np.testing.assert_allclose(found[row], slow, rtol=1e-10, atol=1e-13 * scale)
        assert np.isfinite(found).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("value", [0.0, -1e-10, 1e-12, -1e-38])
def test_identity_rules_near_zero(dtype, value):
    x = torch.tensor([value], dtype=dtype)
    assert rules.identity_ratio_tanh(x).item() == pytest.approx(1.0, abs=1e-6)
    h = torch.cat([x, torch.ones(1, dtype=dtype)]).requires_grad_(True)
    (gradient,) = torch.autograd.grad(rules.UniformGatedGelu.apply(h), h)
    assert gradient[0].item() == pytest.approx(0.25, abs=1e-6)  # Phi(0) / 2


def test_uniform_alibi_differs_from_absorb(make_dnabert2, collate, sequences, difference):
    model = make_dnabert2()
    batch = collate(model, sequences)
    maps = []
    for choice in ("absorb", "uniform"):
        with AttnLrp({"alibi_rule": choice}).applied(model) as explain:
            maps.append(explain(batch, difference))
    np.testing.assert_array_equal(maps[0].logits, maps[1].logits)
    assert not np.allclose(maps[0].relevance, maps[1].relevance)


# --- laws of the whole network


class Tape:
    """Outputs of modules and the modified gradients that arrive there."""

    def __init__(self, network):
        self.inputs, self.outputs, self.gradients = {}, {}, {}
        self.handles = [
            module.register_forward_hook(self._hook(name))
            for name, module in network.named_modules()
        ]

    def _hook(self, name):
        def hook(_module, inputs, output):
            if isinstance(output, torch.Tensor) and output.requires_grad:
                self.inputs[name] = inputs
                self.outputs[name] = output.detach()
                output.register_hook(lambda g: self.gradients.__setitem__(name, g))

        return hook

    def relevance(self, name):
        return per_row(self.outputs[name] * self.gradients[name])

    def remove(self):
        for handle in self.handles:
            handle.remove()


def per_row(x):
    return x.flatten(1).sum(1).numpy()


@pytest.mark.parametrize("alibi_rule", ["absorb", "uniform"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_ledger_closes(make_dnabert2, collate, sequences, difference, seed, alibi_rule):
    """The score is what reached the input and what each constant and each softmax took."""
    model = make_dnabert2(seed=seed)
    batch = collate(model, sequences)
    tape = Tape(model.network)
    with AttnLrp({"alibi_rule": alibi_rule}).applied(model) as explain:
        explained = explain(batch, difference)
    tape.remove()
    took = {"bias": 0.0, "softmax": 0.0, "alibi": 0.0}
    modules = dict(model.network.named_modules())
    for name, gradient in tape.gradients.items():
        bias = getattr(modules[name], "bias", None)
        if isinstance(bias, torch.Tensor):
            took["bias"] += per_row(gradient * bias.detach())
    embedded_norm = "bert.embeddings.LayerNorm"
    (x,) = tape.inputs[embedded_norm]
    # The gradient at the sum of word and token-type embedding, from the LayerNorm's by hand.
    norm = modules[embedded_norm]
    g = tape.gradients[embedded_norm] * norm.weight.detach()
    std = (x.detach().var(-1, unbiased=False, keepdim=True) + norm.eps).sqrt()
    at_sum = (g - g.mean(-1, keepdim=True)) / std
    token_type = model.network.bert.embeddings.token_type_embeddings.weight[0].detach()
    took["token_type"] = per_row(at_sum * token_type)
    for name, module in modules.items():
        if isinstance(module, AttentionProduct):
            qkv, bias = (t.detach() for t in tape.inputs[name])
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
            asking = bias.shape[2]
            s = q[:, :, :asking] @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
            z = s + bias
            p = torch.softmax(z, -1)
            g_o = tape.gradients[name].unflatten(2, (q.shape[1], -1)).transpose(1, 2)
            g_p = 0.5 * g_o @ v.transpose(-1, -2)
            g_z = p * (g_p - (p * g_p).sum(-1, keepdim=True))
            took["softmax"] += per_row(p * g_p - z * g_z)
            if alibi_rule == "absorb":
                took["alibi"] += per_row(bias * g_z)
            else:  # half, and what the stabiliser keeps of the scores' half
                kept = rules.SCORE_EPSILON / (s.abs() + rules.SCORE_EPSILON)
                took["alibi"] += per_row(z * g_z * (1 + kept) / 2)
    score = explained.logits @ difference[0]
    reached = explained.relevance[0].sum(1)
    for part in took.values():
        assert (np.abs(part) > 1e-6).all()
    np.testing.assert_allclose(reached + sum(took.values()), score, atol=1e-8)
    assert not np.allclose(reached, score, rtol=0.01), "AttnLRP conserves nothing by itself"


def test_cplrp_conserves_at_every_layer_without_constants(
    make_dnabert2, collate, sequences, difference
):
    model = make_dnabert2()
    for name, parameter in model.network.named_parameters():
        if name.endswith("bias") or "token_type" in name:
            nn.init.zeros_(parameter)
    batch = collate(model, sequences)
    tape = Tape(model.network)
    with CpLrp().applied(model) as explain:
        explained = explain(batch, difference)
    tape.remove()
    score = explained.logits @ difference[0]
    assert np.abs(score).min() > 1e-3
    stations = [
        *("bert.embeddings", "bert.embeddings.LayerNorm", "bert.pooler"),
        *(f"bert.encoder.layer.{i}" for i in range(3)),
        *(f"bert.encoder.layer.{i}.attention.output.LayerNorm" for i in range(3)),
    ]
    for station in stations:
        np.testing.assert_allclose(tape.relevance(station), score, atol=1e-9)
    np.testing.assert_allclose(explained.relevance[0].sum(1), score, atol=1e-9)


def test_gradient_is_input_times_gradient(make_dnabert2, collate, sequences, difference):
    model = make_dnabert2()
    batch = collate(model, sequences[:2])
    with Gradient().applied(model) as explain:
        explained = explain(batch, difference)
    embedded = model.embed(batch).detach()

    def score(x):
        return (model.forward(x, batch) @ torch.as_tensor(difference[0])).sum()

    random = torch.Generator().manual_seed(1)
    for _ in range(4):  # directional derivatives by central differences along one unit's embedding
        row, unit = (int(torch.randint(0, n, (1,), generator=random)) for n in (2, 15))
        step = torch.zeros_like(embedded)
        step[row, unit] = embedded[row, unit]
        with torch.no_grad():
            slope = (score(embedded + 1e-5 * step) - score(embedded - 1e-5 * step)) / 2e-5
        assert explained.relevance[0, row, unit] == pytest.approx(slope.item(), rel=1e-6, abs=1e-9)


def test_rules_leave_the_values_of_the_network_alone(make_dnabert2, collate, sequences, difference):
    model = make_dnabert2(dtype=torch.float32)
    batch = collate(model, sequences)
    with torch.no_grad():
        plain = model.forward(model.embed(batch), batch).numpy()
    with AttnLrp().applied(model) as explain:
        np.testing.assert_array_equal(explain(batch, difference).logits, plain)


def test_an_unknown_layer_is_refused(make_dnabert2):
    model = make_dnabert2()
    model.network.bert.pooler.activation = nn.Softplus()
    with pytest.raises(ModelError, match=r"pooler.activation.*Softplus"), AttnLrp().applied(model):
        pass
    assert "forward" not in vars(model.network.bert.embeddings.LayerNorm)


def test_rules_do_not_nest(make_dnabert2):
    model = make_dnabert2()
    with (
        applied(model.network, FUSED["absorb"]),
        pytest.raises(ModelError, match="already has a forward"),
        applied(model.network, FUSED["cplrp"]),
    ):
        pass

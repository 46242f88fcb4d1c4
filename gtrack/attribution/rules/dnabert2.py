"""AttnLRP (Achtibat et al. 2024) and CP-LRP (Ali et al. 2022) for DNABERT-2.

Relevance is written as value x modified gradient (as ``lxt.efficient`` does), with frozen weights:

=====================  ==============================  ========================================
Layer                  Rule                            Backward
=====================  ==============================  ========================================
linear, residual       epsilon -> 0                    the gradient; biases absorb their share
LayerNorm              identity on the division        standard deviation held constant
QK^T, AV               uniform (AttnLRP Prop. 3.3)     q, k: 1/4; v: 1/2
softmax                Taylor (AttnLRP Prop. 3.1)      the gradient
+ ALiBi, mask          ``absorb``: epsilon -> 0        the gradient; ALiBi absorbs its share
+ ALiBi                ``uniform`` (AttnLRP eq. 7)     ``z / (2 S)``; ALiBi absorbs half
GELU(gate)             identity (AttnLRP eq. 9)        GELU(x) / x = Phi(x)
GELU(gate) * up        uniform (AttnLRP Prop. 3.2)     1/2
tanh                   identity                        tanh(x) / x
=====================  ==============================  ========================================

CP-LRP holds the attention weights constant: no relevance through q and k, all of it through v.

Under ``alibi_rule`` ``uniform``, z = S + A is the sum of scores and ALiBi: half of its relevance
``z g`` goes to S whatever their sizes are, which as a modified gradient is ``g z / (2 S)``. Where
a score is near 0 that explodes, as in every epsilon rule: S is made ``S + e sign(S)`` with
e = :data:`SCORE_EPSILON`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gtrack.attribution.rules.backwards import through_division, through_gated_gelu
from gtrack.attribution.rules.context import Forward, Rule, Rules
from gtrack.attribution.rules.lxt import divide_gradient, stop_gradient
from gtrack.models.dnabert2 import network
from gtrack.models.dnabert2.alibi import Alibi

SCORE_EPSILON = 1e-8
"""Small beside any score: a larger one takes most of what the rule gives (docs/decisions/0015)."""


def identity_ratio_tanh(x: Tensor) -> Tensor:
    """Return ``tanh(x) / x``, and its limit 1 at 0."""
    return torch.where(x == 0, 1.0, torch.tanh(x) / x)


class DividedQk(torch.autograd.Function):
    """q, k and v, shape (B, H, L, d) each, of (B, L, 3, H, d); gradients of q and k divided."""

    @staticmethod
    def forward(ctx: Any, qkv: Tensor, divisor: float) -> tuple[Tensor, ...]:
        """Return views; the gradients of q and k will be divided by `divisor`."""
        ctx.divisor = divisor
        return network.split(qkv)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """Put the three together and divide, in one pass."""
        of_q, of_k, of_v = gradients
        rows, heads, units, size = of_v.shape
        out = of_v.new_empty((rows, units, 3, heads, size))
        to_q, to_k, to_v = network.split(out)
        torch.div(of_q, ctx.divisor, out=to_q)
        torch.div(of_k, ctx.divisor, out=to_k)
        to_v.copy_(of_v)
        return out, None


class UniformSumAttention(torch.autograd.Function):
    """An attention product whose sum of scores and bias gives half of its relevance to each.

    The scores are made anew, in the backward pass alone: the values are those of the product
    itself, to the bit.
    """

    @staticmethod
    def forward(ctx: Any, qkv: Tensor, bias: Tensor, product: Forward) -> Tensor:
        """Return ``product(qkv, bias)``, shape (B, Q, H d), for shape (B, L, 3, H, d)."""
        ctx.save_for_backward(qkv, bias)
        out: Tensor = product(qkv, bias)
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        """Halve for AV, for S + A and for QK^T, with the softmax's own gradient between."""
        qkv, bias = ctx.saved_tensors
        q, k, v = network.split(qkv)
        asking, root = bias.shape[-2], math.sqrt(q.shape[-1])
        q = q[:, :, :asking]
        scores = q @ k.transpose(-1, -2) / root
        total = scores + bias
        weights = torch.softmax(total, dim=-1)
        half = gradients[0].reshape(*q.shape[:1], asking, q.shape[1], -1).transpose(1, 2) / 2
        to_weights = half @ v.transpose(-1, -2)
        to_total = weights * (to_weights - (weights * to_weights).sum(dim=-1, keepdim=True))
        # At padded keys 0 times the lowest number, which divided first would overflow.
        to_scores = to_total * total / (2 * stabilised(scores))
        to_scores /= 2 * root
        out = torch.zeros_like(qkv)
        out[:, :asking, 0] = (to_scores @ k).transpose(1, 2)
        out[:, :, 1] = (to_scores.transpose(-1, -2) @ q).transpose(1, 2)
        out[:, :, 2] = (weights.transpose(-1, -2) @ half).transpose(1, 2)
        return out, None, None


def stabilised(scores: Tensor) -> Tensor:
    """Return the scores, moved away from 0 by :data:`SCORE_EPSILON`; 0 counts as positive."""
    epsilon = torch.full_like(scores, SCORE_EPSILON)
    return scores + torch.where(scores < 0, -epsilon, epsilon)


class ConstantStdLayerNorm(torch.autograd.Function):
    """LayerNorm whose standard deviation is a constant to the backward pass (AttnLRP Prop. 3.4)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
        """Normalise the last axis, with torch's own kernel."""
        y, _, rstd = torch.native_layer_norm(x, (x.shape[-1],), weight, bias, eps)
        ctx.save_for_backward(rstd, weight)
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        """Return ``(g w - mean(g w)) / std``."""
        rstd, weight = ctx.saved_tensors
        return through_division(gradients[0], weight, rstd), None, None, None


class UniformGatedGelu(torch.autograd.Function):
    """``gelu(gate) * up``: half of the relevance to each factor, identity rule on the GELU."""

    @staticmethod
    def forward(ctx: Any, h: Tensor) -> Tensor:
        """Map shape (B, L, 2 I) to (B, L, I)."""
        ctx.save_for_backward(h)
        gate, up = h.chunk(2, dim=-1)
        return F.gelu(gate).mul_(up)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        """Return ``g Phi(gate) / 2`` times `up` for the gate, times `gate` for `up`."""
        (h,) = ctx.saved_tensors
        return through_gated_gelu(h, gradients[0])


class IdentityTanh(torch.autograd.Function):
    """``tanh(x)`` under the identity rule."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Apply tanh."""
        ctx.save_for_backward(x)
        return torch.tanh(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        """Return ``g tanh(x) / x``."""
        (x,) = ctx.saved_tensors
        return gradients[0] * identity_ratio_tanh(x)


def rules(method: str, parameters: Mapping[str, str]) -> Rules:
    """Return the rules of ``attnlrp`` or ``cplrp``.

    Parameters
    ----------
    method : {"attnlrp", "cplrp"}
        Which family of rules.
    parameters : mapping of str to str
        Of AttnLRP, ``alibi_rule``: what the sum of scores and ALiBi does. Under ``absorb`` ALiBi is
        a constant that keeps its own share, under ``uniform`` it takes half. CP-LRP sends nothing
        through the scores, and does not ask.
    """
    asks = method != "cplrp"
    uniform = asks and parameters["alibi_rule"] == "uniform"
    attention: Rule = _constant_attention
    if asks:
        attention = _uniform_sum_attention if uniform else _bilinear_attention
    return Rules(
        used=("alibi_rule",) if asks else (),
        double=uniform,
        ruled={
            nn.LayerNorm: _layer_norm,
            nn.Tanh: _tanh,
            network.AttentionProduct: attention,
            network.GatedGelu: _gated_gelu,
        },
        plain=PLAIN,
    )


PLAIN: frozenset[type[nn.Module]] = frozenset(
    {
        nn.Linear,
        nn.Embedding,
        nn.Dropout,  # the identity in eval mode
        nn.ModuleList,
        nn.ModuleDict,
        Alibi,
        network._SelfAttention,
        network._AttentionOutput,
        network._GatedMlp,
        network._Layer,
        network._Embeddings,
        network._Encoder,
        network._Pooler,
        network._Bert,
        network.Dnabert2ForSequenceClassification,
    }
)
"""Linear maps, sums and containers: their own gradient is their rule."""


def _bilinear_attention(module: nn.Module) -> Forward:
    assert isinstance(module, network.AttentionProduct)
    attend = module.attend

    def forward(qkv: Tensor, bias: Tensor) -> Tensor:
        # Half of the relevance goes to A and half to v; of A's, through the scores, half to q and
        # half to k: 1/2 for v, 1/4 for q and k.
        q, k, v = DividedQk.apply(qkv, 2.0)  # type: ignore[no-untyped-call]
        return divide_gradient(attend(q, k, v, bias), 2)

    return forward


def _uniform_sum_attention(module: nn.Module) -> Forward:
    product = partial(type(module).forward, module)

    def forward(qkv: Tensor, bias: Tensor) -> Tensor:
        out: Tensor = UniformSumAttention.apply(qkv, bias, product)  # type: ignore[no-untyped-call]
        return out

    return forward


def _constant_attention(module: nn.Module) -> Forward:
    product = partial(type(module).forward, module)

    def forward(qkv: Tensor, bias: Tensor) -> Tensor:
        constant = stop_gradient(qkv[:, :, :2])
        out: Tensor = product(torch.cat([constant, qkv[:, :, 2:]], dim=2), bias)
        return out

    return forward


def _layer_norm(module: nn.Module) -> Forward:
    assert isinstance(module, nn.LayerNorm)
    weight, bias, eps = module.weight, module.bias, module.eps

    def forward(x: Tensor) -> Tensor:
        # Under autocast the residual stream stays float32, as torch's own layer_norm keeps it.
        out: Tensor = ConstantStdLayerNorm.apply(  # type: ignore[no-untyped-call]
            x.to(weight.dtype), weight, bias, eps
        )
        return out

    return forward


def _gated_gelu(module: nn.Module) -> Forward:
    return UniformGatedGelu.apply


def _tanh(module: nn.Module) -> Forward:
    return IdentityTanh.apply

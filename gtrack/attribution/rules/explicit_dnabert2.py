"""AttnLRP and CP-LRP on DNABERT-2 by their formulas.

See :mod:`gtrack.attribution.rules.dnabert2` for the table of rules and their sources.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gtrack.attribution.rules.explicit import Array, per_value, values
from gtrack.models.dnabert2.network import Dnabert2ForSequenceClassification

_SCORE_EPSILON = 1e-8

Down = Callable[[Array], Array]
"""Takes the relevance of what a layer gave, returns that of what it read."""


class Dnabert2Twin:
    """DNABERT-2: every layer says what it gives, and how relevance goes down through it."""

    def __init__(self, network: Dnabert2ForSequenceClassification) -> None:
        self._network: Any = network

    def relevance(
        self, embedded: Array, contrast: Array, method: str, parameters: Mapping[str, str]
    ) -> tuple[Array, Array]:
        """Return logits and relevance."""
        rule = "constant" if method == "cplrp" else parameters["alibi_rule"]
        bert = self._network.bert
        token_type = values(bert.embeddings.token_type_embeddings.weight)[0]
        downs: list[Down] = [_down_addend(embedded, embedded + token_type)]
        x = self._normed(embedded + token_type, bert.embeddings.LayerNorm, downs)
        bias = self._alibi(len(x))
        for layer in bert.encoder.layer:
            x = self._attended(x, layer, bias, rule, downs)
            x = self._through_mlp(x, layer.mlp, downs)
        dense, down_dense = _linear(x[0], bert.pooler.dense)
        pooled = np.tanh(dense)
        logits, down_head = _linear(pooled, self._network.classifier)
        relevance = np.zeros_like(x)
        relevance[0] = down_dense(down_head(logits * contrast))  # tanh: identity
        for down in reversed(downs):
            relevance = down(relevance)
        return logits, relevance.sum(axis=1)

    def constants(self) -> list[Any]:
        """Return all biases, and the embedding of token types."""
        named = self._network.named_parameters()
        return [each for name, each in named if name.endswith("bias") or "token_type" in name]

    def _alibi(self, units: int) -> Array:
        """Return ALiBi, shape (heads, units, units): what is absorbed is the model's own."""
        anything = self._network.classifier.weight
        alibi: Array = values(self._network.bert.encoder.alibi(units, anything))[0]
        return alibi

    def _normed(self, x: Array, module: Any, downs: list[Down]) -> Array:
        centred = x - x.mean(axis=-1, keepdims=True)
        std = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + module.eps)
        weight, bias = values(module.weight), values(module.bias)
        out: Array = centred / std * weight + bias

        def down(relevance: Array) -> Array:
            part = per_value(relevance, out) * weight / std
            return np.asarray(x * (part - part.mean(axis=-1, keepdims=True)))

        downs.append(down)
        return out

    def _attended(self, x: Array, layer: Any, bias: Array, rule: str, downs: list[Down]) -> Array:
        own, output = layer.attention["self"], layer.attention["output"]
        qkv, down_qkv = _linear(x, own.Wqkv)
        mixed, down_mix = _attention(qkv, own.heads, bias, rule)
        dense, down_dense = _linear(mixed, output.dense)
        total = dense + x

        def down(relevance: Array) -> Array:
            through = down_qkv(down_mix(down_dense(per_value(relevance, total) * dense)))
            return np.asarray(through + per_value(relevance, total) * x)

        downs.append(down)
        return self._normed(total, output.LayerNorm, downs)

    def _through_mlp(self, x: Array, mlp: Any, downs: list[Down]) -> Array:
        gates, down_gates = _linear(x, mlp.gated_layers)
        gate, up = np.split(gates, 2, axis=-1)
        product = gate * _normal_share(gate) * up
        out, down_out = _linear(product, mlp.wo)
        total = out + x

        def down(relevance: Array) -> Array:
            half = down_out(per_value(relevance, total) * out) / 2  # to each factor; GELU: identity
            through = down_gates(np.concatenate([half, half], axis=-1))
            return np.asarray(through + per_value(relevance, total) * x)

        downs.append(down)
        return self._normed(total, mlp.layernorm, downs)


def _down_addend(part: Array, total: Array) -> Down:
    return lambda relevance: per_value(relevance, total) * part


def _linear(x: Array, module: Any) -> tuple[Array, Down]:
    weight = values(module.weight)
    out = x @ weight.T + (0.0 if module.bias is None else values(module.bias))
    return out, lambda relevance: x * (per_value(relevance, out) @ weight)


def _attention(qkv: Array, heads: int, bias: Array, rule: str) -> tuple[Array, Down]:
    """Attend, heads apart; `qkv` has shape (units, 3 * heads * d)."""
    units = len(qkv)
    q, k, v = qkv.reshape(units, 3, heads, -1).transpose(1, 2, 0, 3)
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
    total = scores + bias
    weights = np.exp(total - total.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    out = weights @ v

    def down(relevance: Array) -> Array:
        per_out = per_value(relevance.reshape(units, heads, -1).transpose(1, 0, 2), out)
        of_v = v * (weights.transpose(0, 2, 1) @ per_out)
        if rule == "constant":
            parts = np.stack([np.zeros_like(q), np.zeros_like(k), of_v])
            return np.asarray(parts.transpose(2, 0, 1, 3).reshape(units, -1))
        of_weights = weights * (per_out @ v.transpose(0, 2, 1)) / 2
        through = of_weights - weights * of_weights.sum(axis=-1, keepdims=True)
        if rule == "uniform":  # half to the scores, whatever they are beside ALiBi
            away = scores + _SCORE_EPSILON * np.where(scores < 0, -1.0, 1.0)
            per_score = total * through / 2 / away
        else:
            per_score = through
        per_product = per_score / math.sqrt(q.shape[-1]) / 2
        of_q = q * (per_product @ k)
        of_k = k * (per_product.transpose(0, 2, 1) @ q)
        parts = np.stack([of_q, of_k, of_v / 2])
        return np.asarray(parts.transpose(2, 0, 1, 3).reshape(units, -1))

    return np.asarray(out.transpose(1, 0, 2).reshape(units, -1)), down


_erf = np.vectorize(math.erf, otypes=[np.float64])


def _normal_share(x: Array) -> Array:
    """Return the normal distribution function: GELU(x) = x times it."""
    return np.asarray((1 + _erf(x / math.sqrt(2))) / 2)

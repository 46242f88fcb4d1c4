"""LRP on the CNN by its formulas; :mod:`gtrack.attribution.rules.cnn` has the table of rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gtrack.attribution.rules.explicit import Array, per_value, values
from gtrack.models.cnn import CnnForSequenceClassification, ConvBlock

_EPSILON, _GAMMA = 1e-6, 0.25


class CnnTwin:
    """The CNN with its convolutions as matrices over the bases that each position sees."""

    def __init__(self, network: CnnForSequenceClassification) -> None:
        self._network: Any = network

    def relevance(
        self, embedded: Array, contrast: Array, method: str, parameters: Mapping[str, str]
    ) -> tuple[Array, Array]:
        """Return logits and relevance; every method is the same here."""
        blocks = [_Convolution(block) for block in self._network.blocks]
        inputs = [embedded]
        for block in blocks:
            inputs.append(np.maximum(block.sums(inputs[-1], 0.0), 0.0))
        top = inputs[-1]
        pooled = top.max(axis=0)
        weight = values(self._network.classifier.weight)
        logits = weight @ pooled + values(self._network.classifier.bias)
        share = logits * contrast / (logits + _EPSILON * _sign(logits))
        of_channels = pooled * (share @ weight)
        winners = top >= pooled * (1 - 64 * np.finfo(np.float64).eps)
        relevance = of_channels * winners / winners.sum(axis=0)
        for number in reversed(range(len(blocks))):
            relevance = blocks[number].passed(inputs[number], relevance, number == 0)
        return logits, relevance.sum(axis=1)

    def constants(self) -> list[Any]:
        """Return biases, and the means and offsets of BatchNorms."""
        found: list[Any] = [self._network.classifier.bias]
        for block in self._network.blocks:
            found.append(block.conv.bias)
            if block.norm is not None:
                found += [block.norm.bias, block.norm.running_mean]
        return found


class _Convolution:
    """One convolution with its BatchNorm folded in: a matrix for what every position sees."""

    def __init__(self, block: ConvBlock) -> None:
        weight, bias = values(block.conv.weight), values(block.conv.bias)
        if block.norm is not None:
            norm = block.norm
            scale = values(norm.weight) / np.sqrt(values(norm.running_var) + norm.eps)
            weight = weight * scale[:, None, None]
            bias = (bias - values(norm.running_mean)) * scale + values(norm.bias)
        self._weight, self._bias = weight, bias
        self._half = weight.shape[2] // 2

    def _seen(self, x: Array) -> Array:
        """Return what every position sees, shape (L, channels, width), of shape (L, channels)."""
        around = np.pad(x, ((self._half, self._half), (0, 0)))
        return np.lib.stride_tricks.sliding_window_view(around, 2 * self._half + 1, axis=0)

    def sums(self, x: Array, gamma: float) -> Array:
        """Return the outputs before the ReLU, shape (L, channels'), positive weights favoured."""
        weight = self._weight + gamma * np.maximum(self._weight, 0)
        bias = self._bias + gamma * np.maximum(self._bias, 0)
        return np.asarray(np.einsum("lcw,ocw->lo", self._seen(x), weight) + bias)

    def passed(self, x: Array, relevance: Array, first: bool) -> Array:
        """Return the relevance of the inputs, shape (L, channels), of that of the outputs."""
        gamma = 0.0 if first else _GAMMA
        z = self.sums(x, gamma)
        z = z + _EPSILON * _sign(z) if first else z
        weight = self._weight + gamma * np.maximum(self._weight, 0)
        share = np.einsum("lo,ocw->lcw", per_value(relevance, z), weight) * self._seen(x)
        out = np.zeros((len(x) + 2 * self._half, x.shape[1]))
        for offset in range(share.shape[2]):
            out[offset : offset + len(x)] += share[:, :, offset]
        return out[self._half : self._half + len(x)]


def _sign(z: Array) -> Array:
    return np.where(z < 0, -1.0, 1.0)

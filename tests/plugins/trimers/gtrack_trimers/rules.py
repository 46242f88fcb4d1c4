"""LRP for the toy: linear layers as they are, the identity rule on tanh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from gtrack.attribution.rules.context import Forward, Rules
from gtrack_trimers.network import TrimerNetwork


class IdentityTanh(torch.autograd.Function):
    """``tanh(x)``, with ``tanh(x) / x`` in place of the gradient (AttnLRP eq. 9)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Apply tanh."""
        ctx.save_for_backward(x)
        return torch.tanh(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        """Scale the gradient."""
        (x,) = ctx.saved_tensors
        return gradients[0] * torch.where(x == 0, 1.0, torch.tanh(x) / x)


def _tanh(module: nn.Module) -> Forward:
    return IdentityTanh.apply


def rules(method: str, parameters: Mapping[str, str]) -> Rules:
    """Return the same rules for every method of LRP."""
    return Rules(ruled={nn.Tanh: _tanh}, plain=frozenset({TrimerNetwork, nn.Linear, nn.Embedding}))

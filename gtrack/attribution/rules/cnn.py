"""Layer-wise relevance propagation for the CNN, as value x modified gradient.

==================  ================================  ==========================================
Layer               Rule                              Backward (z: the layer's output)
==================  ================================  ==========================================
dense               epsilon (Bach et al. 2015)        the gradient times ``|z| / (|z| + 1e-6)``
first convolution   epsilon, on one-hot bases         the same
later convolutions  gamma 0.25 (Montavon et al. 2019) weights ``w + 0.25 max(w, 0)``, times
                                                      ``z / z'`` with z' their output
BatchNorm           folded into its convolution       --
ReLU                passes what it lets through       the gradient
global max pooling  winner takes all                  to the greatest; equal ones share
==================  ================================  ==========================================

A CNN has no attention: AttnLRP and CP-LRP are the same here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gtrack.attribution.rules.context import Forward, Rules
from gtrack.attribution.rules.convolution import (
    EPSILON,
    EpsilonConvolution,
    GammaConvolution,
    Kernel,
)
from gtrack.models.cnn import CnnForSequenceClassification, ConvBlock, DnaBlock, GlobalMaxPool

GAMMA = 0.25
_TIE = 64
"""Activations within so many units of rounding of the greatest are equal: the bits of a convolution
depend on the length of the batch, and a repeat must not be decided by them."""


def rules(method: str, parameters: Mapping[str, str]) -> Rules:
    """Return the rules of LRP for the CNN: the same for every method and all its parameters."""
    return Rules(
        ruled={
            DnaBlock: _epsilon_block,
            ConvBlock: _gamma_block,
            GlobalMaxPool: _winner_takes_all,
            nn.Linear: _epsilon_dense,
        },
        plain=frozenset({CnnForSequenceClassification, nn.ModuleList}),
    )


class WithFactor(torch.autograd.Function):
    """``apply(path, value, factor)``: `value`, with the gradient ``g * factor`` to `path`."""

    @staticmethod
    def forward(ctx: Any, path: Tensor, value: Tensor, factor: Tensor) -> Tensor:
        """Return `value`, of the shape of `path`."""
        ctx.save_for_backward(factor)
        return value.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        """Scale the gradient."""
        (factor,) = ctx.saved_tensors
        out: Tensor = gradients[0] * factor
        return out, None, None


class SharedMaximum(torch.autograd.Function):
    """The maximum of the last axis; equal winners share the gradient evenly, of 0 nobody wins."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Map shape (B, channels, L), of numbers >= 0, to (B, channels)."""
        greatest = x.amax(dim=-1)
        # 64 units of rounding of a half type would be half of the value: float32 at the least.
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        type_ = torch.finfo(wide.dtype)
        equal = (greatest.to(wide.dtype) * (1 - _TIE * type_.eps)).clamp_(min=type_.tiny)
        # In the order of memory: activations come with their channels last.
        ctx.save_for_backward(wide.transpose(1, 2) >= equal[:, None])
        return greatest

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        """Give each winner its share."""
        (winners,) = ctx.saved_tensors
        out: Tensor = winners.to(gradients[0].dtype)
        share = gradients[0] / out.sum(dim=1).clamp_(min=1)
        return out.mul_(share[:, None]).transpose(1, 2)


def _with_factor(path: Tensor, value: Tensor, factor: Tensor) -> Tensor:
    out: Tensor = WithFactor.apply(path, value, factor)  # type: ignore[no-untyped-call]
    return out


def _stabilised(z: Tensor) -> Tensor:
    """Return `z` with the backward factor ``z / (z + EPSILON sign(z))``."""
    size = z.detach().abs()
    return _with_factor(z, z.detach(), size / (size + EPSILON))


def folded(block: ConvBlock) -> tuple[Tensor, Tensor]:
    """Return weight and bias of the block's convolution with its BatchNorm, if any, folded in."""
    weight = block.conv.weight.detach()
    assert block.conv.bias is not None
    bias = block.conv.bias.detach()
    norm = block.norm
    if norm is None:
        return weight, bias
    assert norm.running_var is not None
    assert norm.running_mean is not None
    scale = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
    return weight * scale[:, None, None], (bias - norm.running_mean) * scale + norm.bias.detach()


def _epsilon_block(module: nn.Module) -> Forward:
    assert isinstance(module, ConvBlock)
    kernel = Kernel.of(*folded(module))

    def forward(x: Tensor, mask: Tensor | None) -> Tensor:
        out: Tensor = EpsilonConvolution.apply(x, mask, kernel)  # type: ignore[no-untyped-call]
        return out

    return forward


def _gamma_block(module: nn.Module) -> Forward:
    assert isinstance(module, ConvBlock)
    weight, bias = folded(module)
    kernel = Kernel.of(weight, bias)
    favoured = Kernel.of(weight + GAMMA * weight.clamp(min=0), bias + GAMMA * bias.clamp(min=0))

    def forward(x: Tensor, mask: Tensor | None) -> Tensor:
        out: Tensor = GammaConvolution.apply(x, mask, kernel, favoured)  # type: ignore[no-untyped-call]
        return out

    return forward


def _epsilon_dense(module: nn.Module) -> Forward:
    assert isinstance(module, nn.Linear)

    def forward(x: Tensor) -> Tensor:
        return _stabilised(F.linear(x, module.weight, module.bias))

    return forward


def _winner_takes_all(module: nn.Module) -> Forward:
    return SharedMaximum.apply

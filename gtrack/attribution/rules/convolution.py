"""Convolution and ReLU of the CNN under the rules of LRP, as autograd functions.

A forward pass keeps the input and the active outputs alone; the favoured weights of the gamma rule
are asked in the backward pass, and there only where relevance arrives. After a global maximum that
is one position a channel: one output in 200, whose sum is made of a patch of the input each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gtrack.models.cnn.products import carried_back, convolved

EPSILON = 1e-6

_FEW = 32
"""A sum made alone costs so many times its share of a convolution."""

_FLOATS = 1 << 18
"""Numbers of the patches of a step: they should stay in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """Weights of one convolution, BatchNorm folded in; channels last, as the bases arrive.

    Parameters
    ----------
    weight : Tensor, shape (channels', channels, 1, width)
        Channels last in memory.
    bias : Tensor, shape (channels',)
    half : int
        Positions that the convolution sees on each side.
    """

    weight: Tensor
    bias: Tensor
    half: int

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor) -> Kernel:
        """Take what ``Conv1d`` has."""
        rows = weight[:, :, None].contiguous(memory_format=torch.channels_last)
        return cls(rows, bias, weight.shape[-1] // 2)

    def sums(self, x: Tensor) -> Tensor:
        """Map shape (B, channels, L) to (B, channels', L)."""
        if x.is_cuda:
            return convolved(x, self.weight[:, :, 0], self.bias)
        return F.conv2d(x[:, :, None], self.weight, self.bias, padding=(0, self.half))[:, :, 0]

    def back(self, gradient: Tensor) -> Tensor:
        """Map a gradient of the sums to one of the input."""
        if gradient.is_cuda:
            return carried_back(gradient, self.weight[:, :, 0])
        rows = F.conv_transpose2d(gradient[:, :, None], self.weight, padding=(0, self.half))
        return rows[:, :, 0]

    def back_few(self, x: Tensor, at: Tensor, relevance: Tensor) -> Tensor:
        """Return ``relevance / sum`` of a few sums, carried back to the input.

        Parameters
        ----------
        x : Tensor, shape (B, channels, L)
        at : Tensor of int64, shape (N,)
            Which sums: places in an array of shape (B, L, channels').
        relevance : Tensor, shape (N,)

        Returns
        -------
        Tensor, shape (B, channels, L)
        """
        writes, reads, _, width = self.weight.shape
        length = x.shape[2]
        around = F.pad(x.transpose(1, 2), (0, 0, self.half, self.half))  # (B, L + 2 half, channels)
        place = at // writes
        first = place + place // length * (2 * self.half)  # row of `around` where a patch begins
        patches = around.as_strided(
            (len(x) * around.shape[1] - width + 1, width * reads), (reads, 1)
        )
        of_channel = self.weight[:, :, 0].transpose(1, 2).reshape(writes, width * reads)
        out = torch.zeros_like(around).view(-1, reads)
        offsets = torch.arange(width, device=at.device)
        step = max(1, _FLOATS // (width * reads))
        for begin in range(0, len(at), step):
            rows, channel = first[begin : begin + step], at[begin : begin + step] % writes
            weight = of_channel[channel]
            sums = (patches[rows] * weight).sum(dim=-1).add_(self.bias[channel])
            weight.mul_((relevance[begin : begin + step] / sums)[:, None])
            out.index_add_(0, (rows[:, None] + offsets).flatten(), weight.view(-1, reads))
        inside = out.view_as(around)[:, self.half : self.half + length]
        return inside.transpose(1, 2)


def _activated(z: Tensor, mask: Tensor | None) -> Tensor:
    """Return ReLU of the sums, 0 at padding, in their memory."""
    z.relu_()
    return z if mask is None else z.mul_(mask)


class EpsilonConvolution(torch.autograd.Function):
    """``apply(x, mask, kernel)``: the epsilon rule; the gradient times ``a / (a + EPSILON)``."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, mask: Tensor | None, kernel: Kernel) -> Tensor:
        """Return the activations a."""
        active = _activated(kernel.sums(x), mask)
        ctx.save_for_backward(active)
        ctx.kernel = kernel
        return active

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        """Carry back what is active: there the sum is the activation."""
        (active,) = ctx.saved_tensors
        scaled = active + EPSILON
        torch.div(active, scaled, out=scaled)
        return ctx.kernel.back(scaled.mul_(gradients[0])), None, None


class GammaConvolution(torch.autograd.Function):
    """``apply(x, mask, kernel, favoured)``: relevance by the favoured weights and their sums."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, mask: Tensor | None, kernel: Kernel, favoured: Kernel
    ) -> Tensor:
        """Return the activations."""
        active = _activated(kernel.sums(x), mask)
        ctx.save_for_backward(x, active)
        ctx.favoured = favoured
        return active

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        """Carry back ``gradient * activation / favoured sum``, sum by sum where they are few.

        Inputs are >= 0 after a ReLU: a favoured sum is >= the plain one, which is > 0 where active.
        """
        x, active = ctx.saved_tensors
        at = few(gradients[0], active, x.shape[2] - 2 * ctx.favoured.half)
        if at is not None:
            chosen = active.transpose(1, 2).reshape(-1)[at]
            relevance = gradients[0].transpose(1, 2).reshape(-1)[at] * chosen
            return ctx.favoured.back_few(x, at, relevance), None, None, None
        share = gradients[0] * active / ctx.favoured.sums(x)
        share = share.masked_fill_(~(active > 0), 0.0)
        return ctx.favoured.back(share), None, None, None


def few(gradient: Tensor, active: Tensor, spare: int) -> Tensor | None:
    """Return where a gradient meets an activation; None when a whole convolution is cheaper.

    Parameters
    ----------
    gradient, active : Tensor, shape (B, channels, L)
    spare : int
        Below 0 for a kernel that is wider than the sequences: its patches would be padding.

    Returns
    -------
    Tensor of int64, shape (N,), or None
        Places in an array of shape (B, L, channels). Always None on a device: to count there is to
        wait for it.
    """
    if gradient.device.type != "cpu" or spare < 0:
        return None
    there = gradient.transpose(1, 2) != 0
    at = np.flatnonzero(there.numpy())
    if len(at) > there.numel() // _FEW:
        return None
    found = torch.from_numpy(at)
    return found[active.transpose(1, 2).reshape(-1)[found] > 0]

"""What the rules of LayerNorm and of the gated GELU carry back, in few passes over memory.

A CPU and a GPU want different ones: here both stand, and the tests hold each to the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor


def through_division(gradient: Tensor, weight: Tensor, rstd: Tensor) -> Tensor:
    """Return ``(g w - mean(g w)) / std``: LayerNorm with a constant standard deviation.

    Parameters
    ----------
    gradient : Tensor, shape (..., H)
    weight : Tensor, shape (H,)
    rstd : Tensor, shape (..., 1)
        One over the standard deviation.
    """
    by = division_by_one_kernel if gradient.is_cuda else division_by_passes
    return by(gradient, weight, rstd)


def through_gated_gelu(h: Tensor, gradient: Tensor) -> Tensor:
    """Return ``g Phi(gate) / 2`` times `up` for the gate, times `gate` for `up`.

    Parameters
    ----------
    h : Tensor, shape (..., 2 I)
        The gate, then `up`.
    gradient : Tensor, shape (..., I)

    Returns
    -------
    Tensor, shape (..., 2 I)
    """
    if not h.is_cuda:
        return gated_gelu_by_erf(h, gradient)
    kernel = None if h.dtype == torch.float64 else _kernel()
    return (kernel or gated_gelu_by_gelu)(h, gradient)


@cache
def _kernel() -> Callable[[Tensor, Tensor], Tensor] | None:
    """Return the kernel of Triton, once it has run here: it needs a C compiler for that."""
    try:
        made = import_module("gtrack.attribution.rules.gated_gelu_kernel").carried_back
        one = torch.ones(1, 2, device="cuda")
        made(one, one[:, :1])
    except Exception:  # whatever is lacking there, torch's own operations do the same
        return None
    return cast(Callable[[Tensor, Tensor], Tensor], made)


def division_by_passes(gradient: Tensor, weight: Tensor, rstd: Tensor) -> Tensor:
    """By four passes."""
    through = gradient * weight
    through -= through.mean(dim=-1, keepdim=True)
    through *= rstd
    return through


def division_by_one_kernel(gradient: Tensor, weight: Tensor, rstd: Tensor) -> Tensor:
    """By LayerNorm's own gradient: at x = mean it holds the standard deviation constant."""
    shape, zero = gradient.shape[-1:], torch.zeros_like(gradient)
    found: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.native_layer_norm_backward(
        gradient, zero, shape, torch.zeros_like(rstd), rstd, weight, None, [True, False, False]
    )
    return found[0]


def gated_gelu_by_erf(h: Tensor, gradient: Tensor) -> Tensor:
    """With ``Phi(x) = (1 + erf(x / sqrt(2))) / 2``."""
    gate, up = h.chunk(2, dim=-1)
    out = torch.empty_like(h)
    to_gate, to_up = out.chunk(2, dim=-1)
    # 1 + erf loses all digits in bfloat16; otherwise the result's own memory is work space.
    exact = h.dtype in (torch.float32, torch.float64)
    work = to_up if exact else torch.empty_like(gate, dtype=torch.float32)
    torch.mul(gate, math.sqrt(0.5), out=work)  # Phi(x) = (1 + erf(x / sqrt(2))) / 2
    work.erf_().add_(1.0).mul_(gradient).mul_(0.25)
    torch.mul(work, up, out=to_gate)
    torch.mul(work, gate, out=to_up)
    return out


_NUDGE = 1e-30
"""Added to a gate that may be 0; it changes no other."""


def gated_gelu_by_gelu(h: Tensor, gradient: Tensor) -> Tensor:
    """With ``Phi(x) = gelu(x) / x``, which needs no wider type than the own.

    By erf, seven passes of mixed types took a third of a bfloat16 batch on an H200; this is for
    where Triton does not run.
    """
    gate, up = h.chunk(2, dim=-1)
    out = torch.empty_like(h)
    to_gate, to_up = out.chunk(2, dim=-1)
    gate = gate + _NUDGE
    zero = torch.zeros((), dtype=h.dtype, device=h.device)
    torch.addcmul(zero, F.gelu(gate), gradient, value=0.5, out=to_up)
    torch.div(to_up, gate, out=to_gate)
    to_gate.mul_(up)
    return out

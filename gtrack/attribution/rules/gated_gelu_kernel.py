"""The backward pass of the gated GELU as one kernel by Triton, which comes with torch for CUDA.

It reads and writes every number once; by torch's own operations, the same is the largest part of a
bfloat16 batch.
"""

from __future__ import annotations

import triton
import triton.language as tl
from torch import Tensor

_BLOCK = 1024


@triton.jit  # type: ignore[untyped-decorator]
def _carried(h, gradient, out, size, block: tl.constexpr):  # type: ignore[no-untyped-def]
    row = tl.program_id(0).to(tl.int64)
    at = tl.program_id(1) * block + tl.arange(0, block)
    there = at < size
    gate = tl.load(h + row * 2 * size + at, mask=there, other=0.0).to(tl.float32)
    up = tl.load(h + row * 2 * size + size + at, mask=there, other=0.0).to(tl.float32)
    half = tl.load(gradient + row * size + at, mask=there, other=0.0).to(tl.float32) * 0.5
    half *= 0.5 * (1.0 + tl.math.erf(gate * 0.7071067811865476))
    tl.store(out + row * 2 * size + at, half * up, mask=there)
    tl.store(out + row * 2 * size + size + at, half * gate, mask=there)


def carried_back(h: Tensor, gradient: Tensor) -> Tensor:
    """Return what :func:`gtrack.attribution.rules.backwards.through_gated_gelu` does.

    Parameters
    ----------
    h : Tensor of float32, bfloat16 or float16, shape (..., 2 I)
    gradient : Tensor, shape (..., I)
    """
    h, gradient = h.contiguous(), gradient.contiguous()
    out, size = h.new_empty(h.shape), gradient.shape[-1]
    grid = (gradient.numel() // size, triton.cdiv(size, _BLOCK))
    _carried[grid](h, gradient, out, size, _BLOCK)
    return out

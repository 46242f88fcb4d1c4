"""What is carried back on a GPU and on a CPU: the same, and what the rules say."""

from __future__ import annotations

import pytest
import torch

from gtrack.attribution.rules.backwards import (
    division_by_one_kernel,
    division_by_passes,
    gated_gelu_by_erf,
    gated_gelu_by_gelu,
    through_division,
    through_gated_gelu,
)


@pytest.mark.parametrize("by", [division_by_one_kernel, division_by_passes, through_division])
def test_division_is_a_product_with_a_constant(by) -> None:
    torch.manual_seed(0)
    x = torch.randn(3, 5, 24, dtype=torch.float64, requires_grad=True)
    weight, gradient = torch.randn(24, dtype=torch.float64), torch.randn(3, 5, 24).double()
    rstd = 1 / x.detach().std(dim=-1, keepdim=True, unbiased=False)
    said = (x - x.mean(dim=-1, keepdim=True)) * rstd * weight  # rstd: a number, no function of x
    (wanted,) = torch.autograd.grad(said, x, gradient)
    torch.testing.assert_close(by(gradient, weight, rstd), wanted)


@pytest.mark.parametrize("by", [gated_gelu_by_erf, gated_gelu_by_gelu, through_gated_gelu])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_a_gated_gelu_gives_half_to_each_factor(by, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    h = (4 * torch.randn(7, 3, 40)).to(dtype)
    h[0, 0, :20] = 0.0  # gates: Phi(0) is 1/2
    h[1, 0, :20] = -0.0
    h[2, 0, :20] = torch.finfo(dtype).tiny
    gradient = torch.randn(7, 3, 20).to(dtype)
    gate, up = h.double().chunk(2, dim=-1)
    phi = torch.special.ndtr(gate)
    wanted = torch.cat([phi * up, phi * gate], dim=-1) * gradient.double().repeat(1, 1, 2) / 2
    found = by(h, gradient)
    assert found.dtype == dtype
    # A gate of -12 lets nothing pass; 1 + erf knows that to the last bits of 1 alone.
    near = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 0.03}[dtype]
    torch.testing.assert_close(found.double(), wanted, rtol=near, atol=near)

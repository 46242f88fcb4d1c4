"""Convolutions as matrix products of patches, which GPUs do, beside torch's own."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.models.cnn.products import carried_back, convolved


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(1, 4),
    reads=st.integers(1, 5),
    writes=st.integers(1, 6),
    half=st.integers(0, 9),
    length=st.integers(1, 30),
    seed=st.integers(0, 99),
)
def test_a_product_of_patches_is_the_convolution_and_its_gradient(
    rows: int, reads: int, writes: int, half: int, length: int, seed: int
) -> None:
    torch.manual_seed(seed)
    x = torch.randn(rows, reads, length, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(writes, reads, 2 * half + 1, dtype=torch.float64)
    bias, gradient = torch.randn(writes).double(), torch.randn(rows, writes, length).double()
    wanted = F.conv1d(x, weight, bias, padding=half)
    torch.testing.assert_close(convolved(x, weight, bias), wanted)
    torch.testing.assert_close(convolved(x, weight, None) + bias[:, None], wanted)
    (back,) = torch.autograd.grad(wanted, x, gradient)
    torch.testing.assert_close(carried_back(gradient, weight), back)
    (own,) = torch.autograd.grad(convolved(x, weight, bias), x, gradient)
    torch.testing.assert_close(own, back)


def test_it_takes_what_a_batch_looks_like() -> None:
    """Channels last, a view of a larger array, and no gap between what it writes."""
    torch.manual_seed(0)
    x = torch.randn(6, 50, 4).transpose(1, 2)[::2]
    weight, bias = torch.randn(8, 4, 15), torch.randn(8)
    found = convolved(x, weight, bias)
    torch.testing.assert_close(found, F.conv1d(x, weight, bias, padding=7), rtol=1e-5, atol=1e-5)
    assert found.transpose(1, 2).is_contiguous()

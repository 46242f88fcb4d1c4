"""A twin of a model that has learned nothing: the same numbers in every tensor, out of order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn


@contextmanager
def permuted(network: nn.Module, seed: int) -> Iterator[None]:
    """Permute the weights within every tensor of a network; they are put back on leaving.

    Every layer is permuted. Permuting the last one alone would be no control: it gives the same
    map up to its sign. A tensor keeps its values, so that the twin is as loud as a model of this
    kind can be without having seen data. Sanity check of Adebayo et al. (2018), arXiv 1810.03292.

    Parameters
    ----------
    network : nn.Module
        Nobody else may use it meanwhile.
    seed : int
        Of the orders.
    """
    import torch  # noqa: PLC0415  (seconds)

    generator = torch.Generator().manual_seed(seed)
    kept: list[tuple[Tensor, Tensor]] = []
    try:
        with torch.no_grad():
            for tensor in _learned(network):
                kept.append((tensor, tensor.detach().clone()))
                order = torch.randperm(tensor.numel(), generator=generator).to(tensor.device)
                tensor.copy_(tensor.reshape(-1)[order].reshape(tensor.shape))
        yield
    finally:
        with torch.no_grad():
            for tensor, values in kept:
                tensor.copy_(values)


def _learned(network: nn.Module) -> Iterator[Tensor]:
    """Yield what training sets: weights, and the running statistics of normalisations."""
    from torch import nn  # noqa: PLC0415  (seconds)

    yield from network.parameters()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d):
            yield from (b for b in module.buffers() if b.is_floating_point())

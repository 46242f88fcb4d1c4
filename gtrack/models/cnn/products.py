"""A convolution over DNA as one matrix product of patches, for GPUs.

cuDNN takes a transform of Fourier for kernels as wide as these in float32: on an H200 a batch of
512 x 200 bases took 116 ms and 20 GB, and its gradients differed from run to run. As a product of
patches it is as fast as the reading of them, and gives the same bits again.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def convolved(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return ``F.conv1d(x, weight, bias, padding=width // 2)`` for an odd width.

    Parameters
    ----------
    x : Tensor, shape (B, channels, L)
    weight : Tensor, shape (channels', channels, width)
    bias : Tensor, shape (channels',), or None

    Returns
    -------
    Tensor, shape (B, channels', L)
        Channels last in memory.
    """
    _, reads, width = weight.shape
    half = width // 2
    around = F.pad(x.transpose(1, 2), (0, 0, half, half))  # (B, L + 2 half, channels)
    patches = around.unfold(1, width, 1).transpose(2, 3).reshape(*x.shape[::2], width * reads)
    return F.linear(patches, _rows(weight), bias).transpose(1, 2)


def carried_back(gradient: Tensor, weight: Tensor) -> Tensor:
    """Return the gradient of a convolution's input: that of each patch, added where it lies.

    Parameters
    ----------
    gradient : Tensor, shape (B, channels', L)
    weight : Tensor, shape (channels', channels, width)

    Returns
    -------
    Tensor, shape (B, channels, L)
        Channels last in memory.
    """
    _, reads, width = weight.shape
    rows, _, length = gradient.shape
    half = width // 2
    patches = (gradient.transpose(1, 2) @ _rows(weight)).view(rows, length, width, reads)
    around = patches.new_zeros(rows, length + 2 * half, reads)
    for at in range(width):  # in one order, so that the sums have the same bits each time
        around[:, at : at + length] += patches[:, :, at]
    return around[:, half : half + length].transpose(1, 2)


def _rows(weight: Tensor) -> Tensor:
    """Return what a patch, shape (width, channels) in memory, is multiplied by."""
    return weight.transpose(1, 2).flatten(1)

"""Attention with linear biases (Press et al. 2022, arXiv 2108.12409), symmetric as in DNABERT-2."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def alibi_slopes(heads: int) -> list[float]:
    """Return one positive slope per head (ALiBi, Press et al. 2022), in the published order.

    For a power of two the slopes are ``2 ** (-8 i / heads)``, ``i = 1..heads``; otherwise those of
    the power of two below, then every second one of the power of two above.
    """
    below = 2 ** math.floor(math.log2(heads))
    slopes = [2.0 ** (-8.0 * i / below) for i in range(1, below + 1)]
    if below < heads:
        slopes += alibi_slopes(2 * below)[0::2][: heads - below]
    return slopes


class Alibi(nn.Module):
    """The attention bias ``-slope * |i - j|``, made once for the longest input and then sliced.

    It is no buffer: a model made on the meta device or cast to another type makes it anew, always
    from float32 slopes as the published code does.
    """

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self._longest: Tensor | None = None
        self._shorter: list[Tensor] = []  # recordings of CUDA read them still

    def forward(self, length: int, like: Tensor) -> Tensor:
        """Return the bias of `length` units, shape (1, heads, length, length), as `like` is."""
        have = self._longest
        if (
            have is None
            or have.shape[-1] < length
            or have.device != like.device
            or have.dtype != like.dtype
        ):
            # A tensor born in inference mode could not serve a later backward pass.
            with torch.inference_mode(False), torch.no_grad():
                at = torch.arange(length, device=like.device)
                slopes = torch.tensor(
                    alibi_slopes(self.heads), dtype=torch.float32, device=like.device
                )
                distance = (at[None, :] - at[:, None]).abs()
                have = (-distance * slopes[:, None, None]).to(like.dtype)[None]
            if self._longest is not None:
                self._shorter.append(self._longest)
            self._longest = have
        return have[:, :, :length, :length]

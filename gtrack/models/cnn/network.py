"""The baseline CNN as a network: convolutions over one-hot DNA, global max pooling, a dense layer.

It reads sequences of any length. Padding never changes a logit: padded positions are set to zero
before every convolution, which is what a convolution sees beyond the end of a sequence anyway, and
they never win the pooling.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gtrack.core.printable import shown
from gtrack.core.strands import STRANDS
from gtrack.models.cnn.products import convolved
from gtrack.models.loss import Outputs, head_loss
from gtrack.models.network_config import NetworkConfig

LONGEST = 1_000_000
"""Window in bp, at most: a convolution of 64 channels needs 256 MB for it."""

_LARGEST, _WIDEST = 100_000, 100_001  # channels and bases

N_CODE = 4
"""Code of N, and of padding: an all-zero column."""


class CnnConfig(NetworkConfig):
    """Shape of a :class:`CnnForSequenceClassification`.

    Parameters
    ----------
    channels : sequence of int
        Filters of each convolution, in order.
    kernel_sizes : sequence of int
        Width of each convolution in bases; odd, so that output and input align.
    batch_norm : bool
        Put a BatchNorm between each convolution and its ReLU.
    pooling : {"max"}
        How positions become one vector.
    window_bp : int or None
        Length of sequence, in bp, that the model was trained on.
    strands : {"both", "forward", "reverse", "region"} or None
        Strands that the model was trained on.
    **kwargs
        Labels: see :class:`gtrack.models.network_config.NetworkConfig`.

    Raises
    ------
    ValueError
        When a field is out of range.
    """

    model_type: ClassVar = "gtrack_cnn"

    def __init__(
        self,
        channels: Sequence[int] = (64, 64),
        kernel_sizes: Sequence[int] = (15, 7),
        batch_norm: bool = False,
        pooling: str = "max",
        window_bp: int | None = None,
        strands: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.channels = _sizes("channels", channels, _LARGEST)
        self.kernel_sizes = _sizes("kernel_sizes", kernel_sizes, _WIDEST)
        self.batch_norm = batch_norm
        self.pooling = pooling
        self.window_bp = window_bp
        self.strands = strands
        if not self.channels or len(self.channels) != len(self.kernel_sizes):
            raise ValueError(
                f"channels {_said(self.channels)} and kernel_sizes {_said(self.kernel_sizes)} must "
                "be as long as each other, and not empty"
            )
        if any(size % 2 == 0 for size in self.kernel_sizes):
            raise ValueError(f"kernel_sizes {_said(self.kernel_sizes)} are not all odd")
        if type(batch_norm) is not bool:
            raise ValueError(f"batch_norm is {_said(batch_norm)}, not true or false")
        if window_bp is not None and (type(window_bp) is not int or not 1 <= window_bp <= LONGEST):
            raise ValueError(
                f"window_bp is {_said(window_bp)}, not a whole number from 1 to {LONGEST:,}"
            )
        if strands is not None and strands not in STRANDS:
            raise ValueError(f"strands is {_said(strands)}, not one of {', '.join(STRANDS)}")
        if pooling != "max":
            raise ValueError(f"pooling is {_said(pooling)}; only 'max' is known")
        super().__init__(**kwargs)


def _sizes(name: str, sizes: object, most: int) -> list[int]:
    """Return a list of sizes, each from 1 to `most`."""
    if not isinstance(sizes, Sequence) or any(
        type(size) is not int or not 1 <= size <= most for size in sizes
    ):
        raise ValueError(f"{name} {_said(sizes)} are not all whole numbers from 1 to {most:,}")
    return list(sizes)


def _said(value: object) -> str:
    return shown(repr(value), 60)


class ConvBlock(nn.Module):
    """Convolution, BatchNorm where the config asks for one, ReLU, padding set to zero."""

    def __init__(self, reads: int, writes: int, width: int, batch_norm: bool) -> None:
        super().__init__()
        self.conv = nn.Conv1d(reads, writes, width, padding=width // 2)
        self.norm = nn.BatchNorm1d(writes) if batch_norm else None

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Map shape (B, channels, L) to (B, channels', L); `mask` (B, 1, L) is 0 at padding."""
        z: Tensor = convolved(x, self.conv.weight, self.conv.bias) if x.is_cuda else self.conv(x)
        if self.norm is not None:
            z = self.norm(z)
        active = F.relu(z)
        return active if mask is None else active * mask


class DnaBlock(ConvBlock):
    """The first block: it reads one-hot bases, for which explanations have a rule of their own."""


class GlobalMaxPool(nn.Module):
    """The greatest activation of each channel, wherever it is. Ties share the gradient."""

    def forward(self, x: Tensor) -> Tensor:
        """Map shape (B, channels, L), of numbers >= 0 that are 0 at padding, to (B, channels)."""
        return x.amax(dim=-1)


def _begin(module: nn.Module) -> None:
    """Give a module the weights that training begins with."""
    if isinstance(module, nn.Conv1d | nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm1d):
        module.reset_parameters()
        module.reset_running_stats()


class CnnForSequenceClassification(nn.Module):
    """The network: blocks of convolution and ReLU, global max pooling, dense."""

    def __init__(self, config: CnnConfig) -> None:
        super().__init__()
        self.config = config
        self.num_labels = config.num_labels
        reads = [4, *config.channels[:-1]]
        self.blocks = nn.ModuleList(
            (ConvBlock if index else DnaBlock)(*sizes, config.batch_norm)
            for index, sizes in enumerate(
                zip(reads, config.channels, config.kernel_sizes, strict=True)
            )
        )
        self.pool = GlobalMaxPool()
        self.classifier = nn.Linear(config.channels[-1], config.num_labels)
        if not self.classifier.weight.is_meta:  # random numbers of none would load torch's compiler
            self.apply(_begin)

    def embed(self, input_ids: Tensor) -> Tensor:
        """Return bases as one-hot columns, shape (B, L, 4), order A, C, G, T; N is all zero."""
        like = self.classifier.weight
        columns = torch.eye(N_CODE + 1, N_CODE, dtype=like.dtype, device=like.device)
        return F.embedding(input_ids.long(), columns)

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        **kwargs: Any,
    ) -> Outputs:
        """Return logits, and the loss where `labels` are given.

        Parameters
        ----------
        input_ids : Tensor of int, shape (B, L), or None
            Base codes: A 0, C 1, G 2, T 3, N and padding 4.
        attention_mask : Tensor, shape (B, L), or None
            0 at padding; None: nothing is padding.
        inputs_embeds : Tensor, shape (B, L, 4), or None
            One-hot bases in place of `input_ids`; all zero at padding.
        labels : Tensor, shape (B,) or (B, outputs), or None
            Class indices, or 0/1 per label, or values; :func:`gtrack.models.loss.head_loss`.
        **kwargs
            What trainers add (``num_items_in_batch``); unused.

        Returns
        -------
        Outputs
            ``logits`` of shape (B, labels), and ``loss``.

        Raises
        ------
        ValueError
            Unless exactly one of `input_ids` and `inputs_embeds` is given.
        """
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("give either input_ids or inputs_embeds")
        bases = inputs_embeds if input_ids is None else self.embed(input_ids)
        assert bases is not None
        mask = None if attention_mask is None else attention_mask[:, None, :].to(bases.dtype)
        x = bases.transpose(1, 2)
        for block in self.blocks:
            x = block(x, mask)
        logits: Tensor = self.classifier(self.pool(x))
        loss = None if labels is None else head_loss(self.config, logits, labels)
        return Outputs(loss, logits)

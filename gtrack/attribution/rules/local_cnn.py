"""The CNN with one base replaced: of each layer only the outputs that the base reaches.

A base reaches k1 outputs of the first block, k1 + k2 - 1 of the second, and so on. What it adds to
them is a convolution of what it changed one block before. The global maximum is the greatest of
the outputs reached and of one number on either side of them.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from gtrack.attribution.rules.cnn import folded
from gtrack.core.ports import SequenceModel
from gtrack.models.cnn import BaseBatch, Cnn, CnnForSequenceClassification, ConvBlock

_FLOATS = 1 << 18
"""Numbers of the largest array of a step on a CPU: it should stay in the cache."""

_FLOATS_ELSEWHERE = 1 << 25

_BEYOND = -torch.inf
"""What a block sums to beyond the ends of a sequence: nothing that is added makes it active."""


def serves(model: SequenceModel) -> bool:
    """Tell whether a model is gtrack's CNN and nothing that was derived from it."""
    kinds: tuple[type, type] = type(model), type(model.network)
    return kinds == (Cnn, CnnForSequenceClassification)


class LocalCnn:
    """A batch of sequences under a CNN, ready to have single bases replaced.

    Parameters
    ----------
    network : CnnForSequenceClassification
        In eval mode; of a model that this `serves`.
    batch : BaseBatch
        The sequences, shape (rows, bases), padded.

    Attributes
    ----------
    outputs : Tensor, shape (rows, outputs)
        Of the sequences as they are, by the same arithmetic as those of the altered ones.
    """

    def __init__(self, network: nn.Module, batch: BaseBatch) -> None:
        assert isinstance(network, CnnForSequenceClassification)
        blocks = [folded(block) for block in network.blocks if isinstance(block, ConvBlock)]
        widths = [weight.shape[-1] for weight, _ in blocks]
        self._reached = (1 + np.cumsum(np.array(widths) - 1)).tolist()
        self._codes, self._classifier = batch.codes, network.classifier
        x = network.embed(batch.codes).transpose(1, 2)
        self._sums: list[Tensor] = []  # of every block, before ReLU: windows around each place
        for (weight, bias), reached in zip(blocks, self._reached, strict=True):
            z = F.conv1d(x, weight, bias, padding=weight.shape[-1] // 2)
            z = z.masked_fill(~batch.mask[:, None, :], _BEYOND)
            x = F.relu(z)
            self._sums.append(_windows(z, reached))
        self.outputs: Tensor = self._classifier(x.amax(dim=-1))
        beyond = self._reached[-1] // 2 + 1
        padded = F.pad(x, (beyond, beyond)).transpose(1, 2).contiguous()  # never below 0
        self._left = padded.cummax(dim=1).values
        self._right = padded.flip(1).cummax(dim=1).values.flip(1)
        first = F.pad(blocks[0][0], (0, 0, 0, 1)).permute(1, 2, 0).flip(1)  # N, the last, is zero
        self._steps = first[None] - first[:, None]  # from one base to another, (5, 5, width, C)
        self._weights = [
            weight[:, :, None].contiguous(memory_format=torch.channels_last)
            for weight, _ in blocks[1:]
        ]

    def replaced(
        self, row: NDArray[np.int64], place: NDArray[np.int64], codes: NDArray[np.uint8]
    ) -> Tensor:
        """Return the outputs with one base replaced.

        Parameters
        ----------
        row, place : ndarray of int64, shape (P,)
            Of each base.
        codes : ndarray of uint8, shape (P, draws)
            What it is replaced by.

        Returns
        -------
        Tensor, shape (P, draws, outputs)
        """
        device, draws = self._codes.device, codes.shape[1]
        rows, places, others = (
            torch.from_numpy(np.ascontiguousarray(array, np.int64)).to(device)
            for array in (row, place, codes)
        )
        largest = max(sums.shape[2] * sums.shape[3] for sums in self._sums)
        floats = _FLOATS if device.type == "cpu" else _FLOATS_ELSEWHERE
        step = max(1, floats // (largest * draws))
        cuts = pairwise([*range(0, len(row), step), len(row)])
        found = [self._replaced(rows[a:b], places[a:b], others[a:b]) for a, b in cuts]
        none = self.outputs.new_zeros((0, draws, self.outputs.shape[1]))
        return torch.cat([none, *found])

    def _replaced(self, row: Tensor, place: Tensor, codes: Tensor) -> Tensor:
        """Return the outputs of one step."""
        added = self._steps[self._codes[row, place][:, None], codes]  # (P, draws, width, C)
        for index, sums in enumerate(self._sums):
            if index:
                added = _reaching(added, self._weights[index - 1])
            was = sums[row, place][:, None]
            now = added.add_(was)
            if index < len(self._sums) - 1:
                added = now.relu_().sub_(F.relu(was))
        rest = torch.maximum(
            self._left[row, place], self._right[row, place + self._reached[-1] + 1]
        )
        out: Tensor = self._classifier(torch.maximum(now.amax(dim=2), rest[:, None]))
        return out


def _reaching(changed: Tensor, weight: Tensor) -> Tensor:
    """Return what changes, shape (P, draws, width, C), add to the sums of the next block."""
    rows = changed.flatten(0, 1).transpose(1, 2)[:, :, None]  # channels last in memory
    added = F.conv2d(rows, weight, padding=(0, weight.shape[-1] - 1))
    shape = (*changed.shape[:2], added.shape[-1], added.shape[1])
    return added[:, :, 0].transpose(1, 2).reshape(shape)


def _windows(sums: Tensor, width: int) -> Tensor:
    """Return what lies around each place, a view of shape (rows, places, width, channels)."""
    around = F.pad(sums, (width // 2, width // 2), value=_BEYOND).transpose(1, 2).contiguous()
    return around.unfold(1, width, 1).transpose(2, 3)

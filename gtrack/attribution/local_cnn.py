"""The CNN with one base replaced: of each layer only the outputs that the base reaches.

A base reaches k1 outputs of the first block, k1 + k2 - 1 of the second, and so on. The rest is as
it was, and of the global maximum the rest is one number on either side of what was reached.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from gtrack.attribution.rules.cnn import folded
from gtrack.models.cnn import BaseBatch, CnnForSequenceClassification

_FLOATS = {"cpu": 1 << 18}
"""Numbers of the largest array of a step, by kind of device; a CPU's should stay in its cache."""

_FLOATS_ELSEWHERE = 1 << 25


class LocalCnn:
    """A batch of sequences under a CNN, ready to have single bases replaced.

    Parameters
    ----------
    network : CnnForSequenceClassification
        In eval mode.
    batch : BaseBatch
        The sequences, shape (rows, bases), padded.

    Attributes
    ----------
    outputs : Tensor, shape (rows, outputs)
        Of the sequences as they are, by the same arithmetic as those of the altered ones.
    """

    def __init__(self, network: CnnForSequenceClassification, batch: BaseBatch) -> None:
        blocks = [folded(block) for block in network.blocks]
        self._blocks, self._classifier = blocks, network.classifier
        self._codes, self._lengths = batch.codes, batch.mask.sum(dim=1)
        widths = [weight.shape[-1] for weight, _ in blocks]
        self._reached = np.cumsum([1, *(width - 1 for width in widths)])[1:].tolist()
        mask = batch.mask[:, None, :].to(blocks[0][0].dtype) if batch.padded else None
        x = network.embed(batch.codes).transpose(1, 2)
        self._read: list[Tensor] = []  # of every block, windows of what it reads
        for index, (weight, bias) in enumerate(blocks):
            if index:
                self._read.append(_windows(x, self._reached[index - 1] + 2 * (widths[index] - 1)))
            z = F.conv1d(x, weight, bias, padding=widths[index] // 2)
            if not index:
                self._first = _windows(z, widths[0])
            x = F.relu(z)
            x = x if mask is None else x * mask
        beyond = self._reached[-1] // 2 + 1
        padded = F.pad(x, (beyond, beyond)).transpose(1, 2)  # activations are never below 0
        self._left = padded.cummax(dim=1).values
        self._right = padded.flip(1).cummax(dim=1).values.flip(1)
        self.outputs: Tensor = self._classifier(x.amax(dim=-1))
        weight = F.pad(blocks[0][0], (0, 0, 0, 1)).flip(-1).transpose(0, 1)  # the last is N: zero
        self._steps = weight[None] - weight[:, None]  # from a base to another

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
        where = self._codes.device
        rows, places, others = (
            torch.from_numpy(np.ascontiguousarray(array, np.int64)).to(where)
            for array in (row, place, codes)
        )
        largest = max(
            *(self._reached[0] * self._first.shape[1], *(w.shape[1] * w.shape[3] for w in self._read))
        )
        step = _FLOATS.get(where.type, _FLOATS_ELSEWHERE) // (largest * codes.shape[1])
        step = max(1, step)
        cuts = [*range(0, len(row), step), len(row)]
        found = [
            self._replaced(rows[a:b], places[a:b], others[a:b]) for a, b in pairwise(cuts) if a < b
        ]
        none = self.outputs.new_zeros((0, codes.shape[1], self.outputs.shape[1]))
        return torch.cat([none, *found])

    def _replaced(self, row: Tensor, place: Tensor, codes: Tensor) -> Tensor:
        """Return the outputs of one step."""
        count, draws = codes.shape
        inside = self._inside(row, place)
        was = self._codes[row, place]
        z = self._first[row, :, place][:, None] + self._steps[was[:, None], codes]
        x = F.relu(z, inplace=True)
        x = self._masked(x, inside)
        for read, (weight, bias), width in zip(
            self._read, self._blocks[1:], self._reached, strict=False
        ):
            around = read[row, :, place][:, None].repeat(1, draws, 1, 1)
            reach = weight.shape[-1] - 1
            around[..., reach : reach + width] = x
            z = F.conv1d(around.flatten(0, 1), weight, bias)
            x = F.relu(z, inplace=True).unflatten(0, (count, draws))
            x = self._masked(x, inside)
        rest = torch.maximum(
            self._left[row, place], self._right[row, place + self._reached[-1] + 1]
        )
        out: Tensor = self._classifier(torch.maximum(x.amax(dim=-1), rest[:, None]))
        return out

    def _inside(self, row: Tensor, place: Tensor) -> Tensor | None:
        """Return which places around a base lie in its sequence; None when all do."""
        reach = self._reached[-1] // 2
        last = self._lengths[row] - 1
        if bool((place >= reach).all()) and bool((place + reach <= last).all()):
            return None
        at = place[:, None] + torch.arange(-reach, reach + 1, device=place.device)
        return (at >= 0) & (at <= last[:, None])

    def _masked(self, x: Tensor, inside: Tensor | None) -> Tensor:
        """Set what lies beyond the ends of a sequence to zero, as a convolution sees it."""
        if inside is None:
            return x
        cut = (inside.shape[1] - x.shape[-1]) // 2
        return x * inside[:, None, None, cut : cut + x.shape[-1]]


def _windows(x: Tensor, width: int) -> Tensor:
    """Return what lies around each place, a view of shape (rows, channels, places, width)."""
    half = width // 2
    return F.pad(x, (half, half)).unfold(-1, width, 1)

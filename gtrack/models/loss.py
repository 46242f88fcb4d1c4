"""The loss of a network by what its outputs are: classes, labels or values."""

from __future__ import annotations

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor

from gtrack.core.heads import head_of
from gtrack.models.network_config import NetworkConfig


class Outputs(NamedTuple):
    """What a network says of a batch; trainers take the loss by its place.

    Attributes
    ----------
    loss : Tensor of one number, or None
        None where no labels were given.
    logits : Tensor, shape (B, outputs)
    """

    loss: Tensor | None
    logits: Tensor


def head_loss(config: NetworkConfig, logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean loss of a batch.

    Parameters
    ----------
    config : NetworkConfig
        Says by ``problem_type`` what the outputs are. Where it says nothing, one output is a
        label and several are classes: so gtrack has always trained.
    logits : Tensor, shape (B, outputs)
        What the network gives.
    labels : Tensor
        Classes: indices, shape (B,), for cross entropy. Labels: 0 or 1, shape (B, outputs), for
        binary cross entropy, the mean over labels. Values: numbers, shape (B, outputs), for the
        mean squared error. One output also takes shape (B,).

    Raises
    ------
    ValueError
        When the shapes do not fit.
    ModelError
        When the config names no problem that its outputs can have.
    """
    names = tuple(config.id2label[i] for i in range(config.num_labels))
    outputs = head_of(config.problem_type, names, own=True).outputs
    if outputs == "classes":
        return F.cross_entropy(logits, labels)
    truth = (labels[:, None] if labels.ndim == 1 else labels).to(logits.dtype)
    if truth.shape != logits.shape:
        raise ValueError(
            f"labels of shape {tuple(labels.shape)} for logits of {tuple(logits.shape)}"
        )
    if outputs == "labels":
        return F.binary_cross_entropy_with_logits(logits, truth)
    return F.mse_loss(logits, truth)

"""What a network on its way says of sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from gtrack.core.sequences import reverse_complement
from gtrack.core.training.batches import alike
from gtrack.workflows.training.batches import pad_batch
from gtrack.workflows.training.networks import Trainee

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def predict(
    trainee: Trainee, sequences: list[str], *, both_strands: bool, device: str
) -> NDArray[np.float64]:
    """Return logits, shape (sequences, labels), averaged over both strands if asked.

    Sequences are read in batches of like length whose make-up depends on the sequences alone.
    """
    if both_strands:
        strands = sequences, [reverse_complement(sequence) for sequence in sequences]
        one, other = (
            predict(trainee, strand, both_strands=False, device=device) for strand in strands
        )
        return (one + other) / 2
    network = trainee.network.eval()
    network.to(device)
    logits = torch.empty((len(sequences), len(trainee.model.labels)), dtype=torch.float64)
    for rows in alike([len(each) for each in sequences], trainee.model.default_batch_units * 4):
        batch = pad_batch(trainee.read([sequences[row] for row in rows]), trainee.pad)
        with torch.no_grad():
            out = network(**{name: tensor.to(device) for name, tensor in batch.items()}).logits
        logits[rows] = out.double().cpu()
    found: NDArray[np.float64] = logits.numpy()
    return found

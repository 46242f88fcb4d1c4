"""Where the numbers of a model are, and of which type."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from gtrack.core.ports import SequenceModel

if TYPE_CHECKING:
    from torch import Tensor


def like(model: SequenceModel) -> Tensor:
    """Return a number of a model's network, for its device and its type.

    A parameter; of a network that has none, as one that scans with fixed matrices, a buffer; of one
    that has neither, a number of torch's own.
    """
    network = model.network
    numbers = chain(network.parameters(), network.buffers())
    found = next((each for each in numbers if each.is_floating_point()), None)
    if found is None:
        import torch  # noqa: PLC0415  (seconds)

        return torch.zeros(())
    return found

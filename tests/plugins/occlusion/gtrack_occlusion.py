"""Occlusion as a package beside gtrack: what a score loses when a base is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from gtrack.core.encodings import Explained
from gtrack.core.parameters import complete
from gtrack.core.ports import Explain, SequenceModel

_ROWS = 64  # altered sequences in a batch


class Occlusion:
    """Score of the sequence minus its score with `width` bases around each base as N."""

    name, per_base = "occlusion", True
    allowed: ClassVar[Mapping[str, Sequence[str]]] = {"width": ("1", "3", "5")}

    def __init__(self, parameters: Mapping[str, str], precision: str = "fp32") -> None:
        self._reach = int(self.validated(parameters)["width"]) // 2

    @classmethod
    def validated(cls, given: Mapping[str, str]) -> dict[str, str]:
        """Return all parameters."""
        return complete(cls.name, given, cls.allowed)

    def used(self, kind: str) -> dict[str, str]:
        """Return the width, which matters to every kind of model."""
        return {"width": str(2 * self._reach + 1)}

    @contextmanager
    def applied(self, model: SequenceModel) -> Iterator[Explain]:
        """Yield what explains a batch by reading altered sequences."""
        yield partial(self._explain, model)

    def _explain(
        self,
        model: SequenceModel,
        batch: Any,
        contrasts: NDArray[np.float64],
        sequences: Sequence[str] = (),
    ) -> Explained:
        with torch.no_grad():
            outputs = model.forward(model.embed(batch), batch).double().cpu().numpy()
        longest = max(map(len, sequences), default=0)
        relevance = np.zeros((len(contrasts), len(outputs), longest))
        for row, sequence in enumerate(sequences):
            lost = outputs[row] - _outputs(model, list(self._altered(sequence)))
            relevance[:, row, : len(sequence)] = contrasts @ lost.T
        return Explained(outputs, relevance)

    def _altered(self, sequence: str) -> Iterator[str]:
        for at in range(len(sequence)):
            low, high = max(0, at - self._reach), min(len(sequence), at + self._reach + 1)
            yield sequence[:low] + "N" * (high - low) + sequence[high:]


def _outputs(model: SequenceModel, sequences: list[str]) -> NDArray[np.float64]:
    found = []
    for first in range(0, len(sequences), _ROWS):
        rows = model.encode(sequences[first : first + _ROWS])
        batch = model.collate(rows, len(rows), int(rows.lengths.max()))
        with torch.no_grad():
            found.append(model.forward(model.embed(batch), batch).double().cpu().numpy())
    return np.concatenate(found)

"""What the batches of a pool answer, put back into the order of its rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Explained, one_length, positions
from gtrack.core.scan.batches import BatchShape


class Answers:
    """Outputs and relevance of all rows of a pool.

    Parameters
    ----------
    lengths : ndarray of int64, shape (N,)
        Units of each row, or bases where the method answers per base.
    outputs, targets : int
        Of the model, and those that are explained.

    Attributes
    ----------
    outputs : ndarray of float64, shape (N, outputs)
    relevance : ndarray of float64, shape (targets, sum of lengths)
        Row after row.
    """

    def __init__(self, lengths: NDArray[np.int64], outputs: int, targets: int) -> None:
        self._lengths = lengths
        self._edges = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self.outputs = np.zeros((len(lengths), outputs))
        self.relevance = np.zeros((targets, int(self._edges[-1])))
        self._width = one_length(lengths)

    def add(self, batch: BatchShape, answer: Explained) -> None:
        """Put one batch in its place; rows and units beyond its own are padding."""
        self.outputs[batch.rows] = answer.logits[: len(batch.rows)]
        if not len(self.relevance):  # nothing was asked but the outputs
            return
        if self._width is not None:
            table = self.relevance.reshape(-1, len(self._lengths), self._width)
            table[:, batch.rows] = answer.relevance[:, : len(batch.rows), : self._width]
            return
        size = self._lengths[batch.rows]
        inside = np.arange(answer.relevance.shape[-1]) < size[:, None]
        found = answer.relevance[:, : len(batch.rows)][:, inside]
        self.relevance[:, positions(self._edges[batch.rows], size)] = found

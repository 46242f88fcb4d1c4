"""What the batches of a pool answer, put back into the order of its rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Explained
from gtrack.core.scan.batches import BatchShape
from gtrack.core.scan.pool_layout import PoolLayout


class Answers:
    """Outputs and relevance of all rows of a pool.

    Parameters
    ----------
    outputs : ndarray of float64, shape (N, outputs)
    relevance : ndarray of float64, shape (targets, sum of lengths)
        Row after row.
    """

    def __init__(self, outputs: NDArray[np.float64], relevance: NDArray[np.float64]) -> None:
        self.outputs, self.relevance = outputs, relevance

    @classmethod
    def laid(
        cls,
        layout: PoolLayout,
        lengths: NDArray[np.int64],
        outputs: NDArray[np.floating],
        relevance: NDArray[np.floating],
    ) -> Answers:
        """Take what all batches answered, one after the other.

        Parameters
        ----------
        layout : PoolLayout
            Of the answers.
        lengths : ndarray of int64, shape (N,)
            Units of each row, or bases where the method answers per base.
        outputs : ndarray, shape (rows of all batches, outputs)
        relevance : ndarray, shape (targets, numbers of all batches)
            Rows and units beyond their own are padding.
        """
        taken = layout.take(relevance, lengths) if len(relevance) else np.zeros((0, lengths.sum()))
        return cls(outputs[layout.slot].astype(np.float64), taken.astype(np.float64))

    @classmethod
    def of(
        cls,
        batches: Sequence[BatchShape],
        answers: Sequence[Explained],
        lengths: NDArray[np.int64],
        outputs: int,
        targets: int,
    ) -> Answers:
        """Put batches in their places.

        Parameters
        ----------
        batches : sequence of BatchShape
        answers : sequence of Explained
            One for each.
        lengths : ndarray of int64, shape (N,)
            Units of each row, or bases where the method answers per base.
        outputs, targets : int
            Of the model, and those that are explained; 0 where nothing was asked but the outputs.
        """
        if not batches:
            return cls(np.zeros((0, outputs)), np.zeros((targets, 0)))
        shapes = [answer.relevance.shape[1:] for answer in answers]
        layout = PoolLayout.of(batches, [(rows, width) for rows, width in shapes])
        said = np.concatenate([answer.logits for answer in answers])
        found = [answer.relevance.reshape(targets, -1) for answer in answers] if targets else []
        laid = np.concatenate(found, axis=1) if found else np.zeros((0, 0))
        return cls.laid(layout, lengths, said, laid)

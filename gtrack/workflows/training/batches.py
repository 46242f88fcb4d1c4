"""What the loop is fed: the draws of a training as batches of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.utils.data import Dataset

from gtrack.core.training.batches import Ids, padded
from gtrack.core.training.examples import ExampleSet
from gtrack.core.training.showing import POOL, Showing, order_pool
from gtrack.workflows.training.networks import Trainee

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """Draws that are read and ordered together."""

    number: int
    ids: list[Ids]
    order: NDArray[np.int64]


class ShownBatches(Dataset[dict[str, Tensor]]):
    """All draws of a training in the order in which they are shown, a batch at a time.

    A pool of batches is encoded and ordered when its first batch is asked for; what a batch holds
    depends on its number alone, so that a resumed training sees what an uninterrupted one would.

    Parameters
    ----------
    examples : ExampleSet
        All rows.
    truth : ndarray, shape (rows,) or (rows, outputs)
        What the loss compares with, of every row.
    showing : Showing
        The draws.
    trainee : Trainee
        Reads the sequences.
    batch, seed : int
        Of the training.
    """

    def __init__(
        self,
        examples: ExampleSet,
        truth: NDArray[Any],
        showing: Showing,
        trainee: Trainee,
        batch: int,
        seed: int,
    ) -> None:
        self._examples, self._truth = examples, truth
        self._showing, self._trainee = showing, trainee
        self._batch, self._seed = batch, seed
        self._pool: _Pool | None = None

    def __len__(self) -> int:
        return len(self._showing)

    def __getitems__(self, draws: list[int]) -> dict[str, Tensor]:
        """Return the batch that starts at draw ``draws[0]``, a multiple of the batch size."""
        size = POOL * self._batch
        number, at = divmod(draws[0], size)
        first = number * size
        if self._pool is None or number != self._pool.number:
            self._pool = self._read(number, range(first, min(first + size, len(self))))
        chosen = self._pool.order[at : at + len(draws)]
        batch = pad_batch([self._pool.ids[i] for i in chosen.tolist()], self._trainee.pad)
        truth = self._truth[self._showing.rows[first + chosen]]
        return batch | {"labels": torch.from_numpy(truth)}

    def _read(self, number: int, draws: range) -> _Pool:
        sequences = [self._showing.sequence(self._examples, draw) for draw in draws]
        ids = self._trainee.read(sequences)
        order = order_pool([len(row) for row in ids], self._batch, self._seed, number)
        return _Pool(number, ids, order)


def pad_batch(rows: Sequence[Ids], pad: int) -> dict[str, Tensor]:
    """Return ``input_ids`` (rows, longest), and ``attention_mask`` where a row is shorter."""
    ids, mask = padded(rows, pad)
    batch = {"input_ids": torch.from_numpy(ids)}
    return batch if mask is None else batch | {"attention_mask": torch.from_numpy(mask)}

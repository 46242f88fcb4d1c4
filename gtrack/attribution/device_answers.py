"""What the batches of a pool answer on a device: kept there, and fetched in one copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gtrack.core.scan.answers import Answers
from gtrack.core.scan.batches import BatchShape
from gtrack.core.scan.pool_layout import PoolLayout


class DeviceAnswers:
    """Outputs, relevance and a flag per row of all batches of a pool, in one buffer of a device.

    Nothing here waits for the device but `answers`.

    Parameters
    ----------
    batches : sequence of BatchShape
        In the order in which they are computed.
    """

    def __init__(self, batches: Sequence[BatchShape]) -> None:
        self._batches, self._layout = batches, PoolLayout.of(batches)
        self._there: Tensor | None = None
        self._here: NDArray[np.floating] | None = None
        self._event: torch.cuda.Event | None = None
        self._outputs = self._targets = self._row = self._at = 0

    def add(self, outputs: Tensor, relevance: Tensor) -> None:
        """Keep what the next batch answers, shapes (rows, outputs) and (targets, rows, units)."""
        if self._there is None:
            self._outputs, self._targets = outputs.shape[1], len(relevance)
            n_rows, size = self._layout.n_rows, self._layout.size
            self._there = outputs.new_empty(n_rows * (self._outputs + 1) + self._targets * size)
        good, said, found = self._parts(self._there)
        rows = slice(self._row, self._row + len(outputs))
        flat = relevance.flatten(1)
        said[rows] = outputs
        found[:, self._at : self._at + flat.shape[1]] = flat
        fine = torch.isfinite(outputs).all(1) & torch.isfinite(relevance).all(2).all(0)
        good[rows] = fine
        self._row += len(outputs)
        self._at += flat.shape[1]

    def fetch(self) -> None:
        """Ask for all of it in host memory."""
        there = self._there
        assert there is not None
        if there.device.type != "cuda":
            self._here = there.cpu().numpy()
            return
        here = torch.empty(there.shape, dtype=there.dtype, pin_memory=True)
        here.copy_(there, non_blocking=True)
        self._event = torch.cuda.current_stream(there.device).record_event()
        self._here = here.numpy()

    def answers(self, lengths: NDArray[np.int64]) -> Answers | BatchShape:
        """Wait for it, and return it in the order of the pool; or a batch that is not finite."""
        if self._event is not None:
            self._event.synchronize()
        assert self._here is not None
        good, outputs, relevance = self._parts(self._here)
        row = 0
        for batch in self._batches:
            if not good[row : row + batch.n_rows].all():
                return batch
            row += batch.n_rows
        return Answers.laid(self._layout, lengths, outputs, relevance)

    def _parts(self, buffer: Any) -> tuple[Any, Any, Any]:
        """Return flags, outputs and relevance: views of the buffer, here or there."""
        rows, size = self._layout.n_rows, self._layout.size
        flags, outputs = rows, rows * (1 + self._outputs)
        return (
            buffer[:flags],
            buffer[flags:outputs].reshape(rows, self._outputs),
            buffer[outputs:].reshape(self._targets, size),
        )

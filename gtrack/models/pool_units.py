"""The units of a whole pool: laid on the host in one buffer, taken to the device in one copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gtrack.core.encodings import Encodings
from gtrack.core.scan.batches import BatchShape
from gtrack.core.scan.pool_layout import PoolLayout

_LENGTH = torch.int32.itemsize


@dataclass(frozen=True, slots=True, eq=False)
class PoolUnits:
    """Lengths and units of all batches of a pool, in host memory.

    Parameters
    ----------
    buffer : Tensor of uint8
        The lengths of all rows (int32), then their units; pinned where they go to a CUDA device.
    dtype : torch.dtype
        Of the units there.
    shapes : sequence of (int, int, bool)
        Rows and units of each batch, and whether there is padding in it.
    """

    buffer: Tensor
    dtype: torch.dtype
    shapes: Sequence[tuple[int, int, bool]]

    @classmethod
    def of(
        cls,
        rows: Encodings,
        batches: Sequence[BatchShape],
        *,
        pad: int,
        dummy: Sequence[int],
        dtype: torch.dtype,
        pinned: bool,
    ) -> PoolUnits:
        """Lay the rows of a pool.

        Parameters
        ----------
        rows : Encodings
        batches : sequence of BatchShape
            Which hold each row once.
        pad : int
            Id at padding.
        dummy : sequence of int
            Ids of a row that is missing.
        dtype : torch.dtype
            That holds every id.
        pinned : bool
            Lay them where a CUDA device reads by itself.
        """
        layout = PoolLayout.of(batches)
        head = _LENGTH * layout.n_rows
        size = head + dtype.itemsize * layout.size
        buffer = torch.empty(size, dtype=torch.uint8, pin_memory=pinned)
        lengths: NDArray[np.int32] = buffer[:head].view(torch.int32).numpy()
        units: NDArray[np.integer] = buffer[head:].view(dtype).numpy()
        lengths[:] = len(dummy)
        lengths[layout.slot] = rows.lengths
        units[:] = pad
        layout.lay(rows, units)
        shapes, row, at = [], 0, 0
        for batch in batches:
            here = lengths[row : row + batch.n_rows]
            if dummy:
                laid = units[at : at + batch.n_rows * batch.n_units].reshape(batch.n_rows, -1)
                laid[len(batch.rows) :, : len(dummy)] = dummy
            shapes.append((batch.n_rows, batch.n_units, bool((here < batch.n_units).any())))
            row += batch.n_rows
            at += batch.n_rows * batch.n_units
        return cls(buffer, dtype, shapes)

    def on(self, device: torch.device) -> Iterator[tuple[Tensor, Tensor, bool]]:
        """Copy them once, without waiting, and yield the ids and mask of each batch.

        Yields
        ------
        ids : Tensor of int64, shape (rows, units)
        mask : Tensor of bool, shape (rows, units)
            False at padding; made where it is needed.
        padded : bool
            Whether the mask is False anywhere.
        """
        there = self.buffer.to(device, non_blocking=True)
        head = _LENGTH * sum(rows for rows, _, _ in self.shapes)
        lengths = there[:head].view(torch.int32)
        ids = there[head:].view(self.dtype).long()
        place = torch.arange(max((units for _, units, _ in self.shapes), default=0), device=device)
        row = at = 0
        for n_rows, n_units, padded in self.shapes:
            size = lengths[row : row + n_rows, None]
            yield (
                ids[at : at + n_rows * n_units].view(n_rows, n_units),
                place[:n_units] < size,
                padded,
            )
            row += n_rows
            at += n_rows * n_units

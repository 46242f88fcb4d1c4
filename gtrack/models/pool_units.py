"""The units of a whole pool: laid on the host in one buffer, taken to the device in one copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

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
        at = 0
        for batch in batches:
            missing = batch.n_rows - len(batch.rows)
            if dummy and missing:
                laid = units[at : at + batch.n_rows * batch.n_units].reshape(batch.n_rows, -1)
                laid[-missing:, : len(dummy)] = dummy
            at += batch.n_rows * batch.n_units
        first = np.cumsum([0] + [batch.n_rows for batch in batches])[:-1]
        shortest = np.minimum.reduceat(lengths, first).tolist() if batches else []
        shapes = [
            (batch.n_rows, batch.n_units, least < batch.n_units)
            for batch, least in zip(batches, shortest, strict=True)
        ]
        return cls(buffer, dtype, shapes)

    def on(self, device: torch.device) -> Iterator[tuple[Tensor, Tensor, bool]]:
        """Copy them once, without waiting, and yield the ids and mask of each batch.

        Yields
        ------
        ids : Tensor of int64, shape (rows, units)
        mask : Tensor of bool, shape (rows, units)
            False at padding; made where it is needed, for batches of one shape at once.
        padded : bool
            Whether the mask is False anywhere.
        """
        buffer = self.buffer.to(device, non_blocking=True)
        head = _LENGTH * sum(rows for rows, _, _ in self.shapes)
        lengths = buffer[:head].view(torch.int32)
        ids = buffer[head:].view(self.dtype).long()
        place = torch.arange(max((units for _, units, _ in self.shapes), default=0), device=device)
        row = at = 0
        for (n_rows, n_units), alike in groupby(self.shapes, itemgetter(0, 1)):
            flags = [padded for _, _, padded in alike]
            there, size = len(flags) * n_rows, len(flags) * n_rows * n_units  # of all these
            mask = place[:n_units] < lengths[row : row + there, None]
            both = (
                all_of.view(len(flags), n_rows, n_units).unbind()
                for all_of in (ids[at : at + size], mask)
            )
            yield from zip(*both, flags, strict=True)
            row += there
            at += size

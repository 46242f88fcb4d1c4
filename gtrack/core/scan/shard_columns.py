"""The results of a shard's pools, laid end to end as they come, in memory that is taken once.

Results that were kept pool by pool would lie among what the next pools need for a moment, and leave
holes there: memory would grow from shard to shard.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.shard import OF_ROWS, ShardResult


class ShardColumns:
    """One model's results, pool after pool; :meth:`clear` begins the next shard.

    Parameters
    ----------
    targets : int
        How many are explained.
    """

    def __init__(self, targets: int) -> None:
        empty = ShardResult.empty(targets)
        self._columns = [getattr(empty, name) for name in ShardResult.columns()]
        self._used = [0] * len(self._columns)

    def add(self, grid: WindowGrid, shard: tuple[int, int], part: ShardResult) -> None:
        """Take the results of the next pool.

        Parameters
        ----------
        grid : WindowGrid
        shard : (int, int)
            First window and end of the whole shard: there will be room for all of it.
        part : ShardResult
            Is not kept.
        """
        if not any(self._used):
            self._make_room(grid, shard, part)
        for at, name in enumerate(ShardResult.columns()):
            given = getattr(part, name)
            end = self._used[at] + given.shape[-1]
            self._columns[at][..., self._used[at] : end] = given
            self._used[at] = end

    def result(self) -> ShardResult:
        """Return all of it; views, which the next shard overwrites."""
        return ShardResult(
            *(each[..., :end] for each, end in zip(self._columns, self._used, strict=True))
        )

    def clear(self) -> None:
        """Forget what came, and keep the memory."""
        self._used = [0] * len(self._columns)

    def _make_room(self, grid: WindowGrid, shard: tuple[int, int], part: ShardResult) -> None:
        strands = grid.strands[slice(*shard)]
        rows, bases = int(((strands & 1) + (strands >> 1)).sum()), grid.owned(*shard)
        for at, name in enumerate(ShardResult.columns()):
            kept = getattr(part, name).shape[-1] > 0
            self._columns[at] = _room(self._columns[at], rows if at < OF_ROWS else kept * bases)


def _room(column: NDArray[np.generic], size: int) -> NDArray[np.generic]:
    """Return a column of at least a size: this one, or another."""
    if column.shape[-1] >= size:
        return column
    return np.empty((*column.shape[:-1], size), column.dtype)

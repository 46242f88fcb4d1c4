"""A shard's results in parts: what is made of them takes memory by the pool, not by the shard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.shard import OF_ROWS, ShardResult


def cut_by_windows(
    grid: WindowGrid, pools: Sequence[tuple[int, int, int]], result: ShardResult
) -> Iterator[tuple[int, int, ShardResult]]:
    """Yield first window, end, and the results of each pool of a shard; views, not copies.

    Parameters
    ----------
    grid : WindowGrid
    pools : sequence of (pool, first window, end)
        Of the shard; see :meth:`Plan.shard`.
    result : ShardResult
        Of all of them.
    """
    columns = [getattr(result, name) for name in ShardResult.columns()]
    base = 0
    for _, first, end in pools:
        rows = slice(*np.searchsorted(result.window, [first, end]).tolist())
        bases = slice(base, base := base + grid.owned(first, end))
        of_rows = (each[..., rows] for each in columns[:OF_ROWS])
        yield first, end, ShardResult(*of_rows, *(each[..., bases] for each in columns[OF_ROWS:]))

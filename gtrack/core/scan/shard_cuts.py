"""A shard's results in parts: what is made of them takes memory by the part, not by the shard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.shard import OF_ROWS, ShardResult

# Below this many, what NumPy takes for a call is a tenth of the merge (benchmarks/host_growth.py).
_ROWS = 1 << 11
_VALUES = 1 << 18


def cut_by_windows(
    grid: WindowGrid,
    pools: Sequence[tuple[int, int, int]],
    result: ShardResult,
    rows: int = _ROWS,
    values: int = _VALUES,
) -> Iterator[tuple[int, int, ShardResult]]:
    """Yield first window, end, and results of some pools of a shard; views, not copies.

    Parameters
    ----------
    grid : WindowGrid
    pools : sequence of (pool, first window, end)
        Of the shard; see :meth:`Plan.shard`.
    result : ShardResult
        Of all of them.
    rows, values : int
        Pools stand together up to so many, of all targets.
    """
    columns = [getattr(result, name) for name in ShardResult.columns()]
    base = 0
    for first, end in _together(grid, pools, result, rows, values):
        some = slice(*np.searchsorted(result.window, [first, end]).tolist())
        bases = slice(base, base := base + grid.owned(first, end))
        of_rows = (each[..., some] for each in columns[:OF_ROWS])
        yield first, end, ShardResult(*of_rows, *(each[..., bases] for each in columns[OF_ROWS:]))


def _together(
    grid: WindowGrid,
    pools: Sequence[tuple[int, int, int]],
    result: ShardResult,
    rows: int,
    values: int,
) -> Iterator[tuple[int, int]]:
    """Yield the first window and the end of one or more pools."""
    targets = len(result.score)
    low = high = pools[0][1] if pools else 0
    for _, _, end in pools:
        of_rows = np.searchsorted(result.window, end) - np.searchsorted(result.window, low)
        is_full = max(of_rows / rows, grid.owned(low, end) / values) * targets > 1
        if is_full and high > low:
            yield low, high
            low = high
        high = end
    if pools:
        yield low, high

"""The batch law: the plan fixes every batch, and so the bytes of a scan.

float32 results change in their last bits with the number of rows and the padded length of a batch.
Therefore windows in genome order form pools of 256; inside a pool the rows (one per window and
strand) are sorted by their number of units and cut into batches of one row count, each padded to a
multiple of 8 unless all rows of the pool are equally long, short ones filled with dummy rows.
Nothing but the pool and the budget decides a shape: how many shards, workers or interruptions there
were does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POOL = 256
"""Windows in a pool."""

LENGTH_STEP = 8
"""Padded lengths are multiples of this, so that shapes are few; of equal lengths there is one."""


@dataclass(frozen=True, slots=True, eq=False)
class BatchShape:
    """One batch of a pool.

    Parameters
    ----------
    rows : ndarray of int64
        Indices into the pool's rows, at most `n_rows`.
    n_rows, n_units : int
        The shape that the model computes; what is missing is filled with dummies and padding.
    """

    rows: NDArray[np.int64]
    n_rows: int
    n_units: int


def cut_batches(
    lengths: Sequence[int] | NDArray[np.int64],
    budget: int,
    step: int = LENGTH_STEP,
    limit: int | None = None,
) -> list[BatchShape]:
    """Cut the rows of one pool into batches.

    Parameters
    ----------
    lengths : sequence of int
        Units of each row.
    budget : int
        Units, padding included, that a batch should not exceed. A single longer row is still one
        batch: nothing is ever truncated.
    step : int
        Padded lengths are multiples of it unless all rows are equally long; 1 for a model whose
        input has one exact length.
    limit : int or None
        Units beyond which nothing is padded: the most that a model takes.

    Returns
    -------
    list of BatchShape
        Longest rows first; every row in exactly one batch.
    """
    sizes = np.asarray(lengths, np.int64)
    if not len(sizes):
        return []
    order = np.argsort(-sizes, kind="stable")
    one = sizes.min() == sizes.max()
    padded = sizes if one else -(-sizes // step) * step
    if limit is not None:
        padded = np.maximum(sizes, np.minimum(padded, limit))
    n_batches = -(-len(sizes) // max(1, budget // int(padded.max())))
    n_rows = -(-len(sizes) // n_batches)  # even, so that dummies are few
    return [
        BatchShape(order[at : at + n_rows], n_rows, units)
        for at, units in zip(
            range(0, len(order), n_rows), padded[order[::n_rows]].tolist(), strict=True
        )
    ]


def pool_bounds(n_windows: int) -> list[tuple[int, int]]:
    """Return the pools (first window, end) of a grid."""
    return [(at, min(at + POOL, n_windows)) for at in range(0, n_windows, POOL)]


def shard_range(n_pools: int, n_shards: int, shard: int) -> range:
    """Return the pools of one shard: whole ones, as even as can be; some shards may be empty."""
    if not 0 <= shard < n_shards:
        raise IndexError(f"there is no shard {shard} of {n_shards}")
    return range(n_pools * shard // n_shards, n_pools * (shard + 1) // n_shards)


def shard_pools(n_windows: int, n_shards: int, shard: int) -> list[tuple[int, int, int]]:
    """Return (pool, first window, end) of the pools of one shard, of however many there are.

    Examples
    --------
    >>> shard_pools(600, 2, 1)
    [(1, 256, 512), (2, 512, 600)]
    """
    pools = shard_range(-(-n_windows // POOL), n_shards, shard)
    return [(pool, pool * POOL, min((pool + 1) * POOL, n_windows)) for pool in pools]


def share(part: int, parts: int, *totals: int) -> tuple[int, ...]:
    """Return what one of some equal parts of a whole adds to every total, in whole numbers."""
    return tuple([total * (part + 1) // parts - total * part // parts for total in totals])

"""The pools of a scan: windows that are explained together, and what a model reads of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.null_windows import NullGrid
from gtrack.core.scan.plan import ModelPlan, Plan
from gtrack.core.scan.shard import Rows, ShardResult
from gtrack.core.scan.shard_columns import ShardColumns


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Windows `first` to `end` of a model's grid, or of its null's, which are `drawn`.

    Their sequences, before they are shuffled, have that `sha256`. The windows of the `whole` piece
    of work are from one to another, too.
    """

    model: ModelPlan
    first: int
    end: int
    sha256: str
    grid: WindowGrid
    drawn: NullGrid | None
    whole: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A pool as its model reads it: its sequences, and those of its rows as `texts`."""

    pool: Pool
    sequences: list[str]
    rows: Rows
    texts: list[str]

    def called(self, row: int) -> str:
        """Return what messages call a row."""
        return f"window {self.pool.grid.locus(int(self.rows.window[row]))}"


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a pool gave, and of the null its sequences: all that is kept until a piece is whole."""

    pool: Pool
    sequences: Sequence[str]
    result: ShardResult

    @classmethod
    def of(cls, read: Read, result: ShardResult) -> Found:
        """Let go of what the model read."""
        return cls(read.pool, () if read.pool.drawn is None else read.sequences, result)


class Kept:
    """What the pools of a piece of work gave, until it is whole and written."""

    def __init__(self, plan: Plan) -> None:
        self.columns = {model.name: ShardColumns(len(model.targets)) for model in plan.models}
        self.clear()

    def clear(self) -> None:
        """Begin the next piece."""
        self.pools: list[Pool] = []
        self.drawn: list[Found] = []
        for each in self.columns.values():
            each.clear()

    def take(self, found: Found) -> None:
        """Take what a pool gave; of a shard its values alone, which lie end to end."""
        pool = found.pool
        self.pools.append(pool)
        if pool.drawn is not None:
            self.drawn.append(found)
        else:
            self.columns[pool.model.name].add(pool.grid, pool.whole, found.result)


def pools_of(plan: Plan, shard: int) -> Iterator[Pool]:
    """Yield the pools of a shard, model by model."""
    for model in plan.models:
        cut = plan.shard(shard, model.name)
        for pool, first, end in cut:
            sha256, grid = plan.pools[model.name][pool], plan.grid(model.name)
            yield Pool(model, first, end, sha256, grid, None, (cut[0][1], cut[-1][2]))


def pools_of_null(plan: Plan, part: int) -> Iterator[Pool]:
    """Yield the pool of every model that is a part of the null.

    Nothing else than the sequences sets them apart: the same pools, batches and strands.
    """
    null = plan.null
    assert null is not None
    for model in plan.models:
        drawn, pools = plan.null_grids()[model.name], null.pools[model.name]
        if part < len(pools):
            first, end = pool_bounds(len(drawn))[part]
            yield Pool(model, first, end, pools[part], drawn.grid, drawn, (first, end))

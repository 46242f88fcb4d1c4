"""The batch law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gtrack.core.scan.batches import (
    LENGTH_STEP,
    POOL,
    cut_batches,
    pool_bounds,
    shard_pools,
    shard_range,
)

lengths_of = st.lists(st.integers(1, 400), max_size=60)
budgets = st.integers(1, 6000)


@given(lengths_of, budgets)
@example([512] * (2 * POOL), 4096)
@settings(deadline=None)
def test_the_law_of_a_batch(lengths: list[int], budget: int) -> None:
    batches = cut_batches(lengths, budget)
    rows = [row for batch in batches for row in batch.rows.tolist()]
    assert sorted(rows) == list(range(len(lengths))), "every row in exactly one batch"
    assert len({batch.n_rows for batch in batches}) <= 1, "one row count in a pool"
    for batch in batches:
        longest = max(lengths[row] for row in batch.rows)
        assert batch.n_units % LENGTH_STEP == 0 or {batch.n_units} == set(lengths)
        assert longest <= batch.n_units < longest + LENGTH_STEP, "nothing cut, no more padding"
        assert batch.n_rows == 1 or batch.n_rows * batch.n_units <= budget
    assert all(len(batch.rows) == batch.n_rows for batch in batches[:-1]), "only the last is short"
    descending = [lengths[row] for row in rows]
    assert descending == sorted(descending, reverse=True)


@given(lengths_of, budgets)
@settings(deadline=None)
def test_equal_lengths_give_equal_batches(lengths: list[int], budget: int) -> None:
    one, other = cut_batches(lengths, budget), cut_batches(np.array(lengths, np.int32), budget)  # type: ignore[arg-type]
    assert [(b.n_rows, b.n_units, b.rows.tolist()) for b in one] == [
        (b.n_rows, b.n_units, b.rows.tolist()) for b in other
    ]


@given(lengths_of, budgets, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_shapes_do_not_depend_on_the_order(lengths: list[int], budget: int, random: object) -> None:
    mixed = list(lengths)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    shapes = [
        [(b.n_rows, b.n_units, len(b.rows)) for b in cut_batches(given, budget)]
        for given in (lengths, mixed)
    ]
    assert shapes[0] == shapes[1]


@given(lengths_of, budgets)
@settings(deadline=None)
def test_the_budget_is_used(lengths: list[int], budget: int) -> None:
    """No more batches than rows of the longest padded length would need."""
    if lengths:
        longest = -(-max(lengths) // LENGTH_STEP) * LENGTH_STEP
        most = max(1, budget // longest)
        assert len(cut_batches(lengths, budget)) <= -(-len(lengths) // most)


def test_a_row_beyond_the_budget_is_a_batch() -> None:
    batches = cut_batches([100, 7, 3], 64)
    assert [(b.n_rows, b.n_units) for b in batches] == [(1, 104), (1, 8), (1, 8)]
    assert [(b.n_rows, b.n_units) for b in cut_batches([100, 100], 64)] == [(1, 100), (1, 100)]


def test_ties_keep_the_order_of_the_rows() -> None:
    assert [b.rows.tolist() for b in cut_batches([5, 9, 5, 9, 5], 48)] == [[1, 3, 0], [2, 4]]
    lengths = [20 + i % 3 for i in range(2 * POOL)]
    rows = np.concatenate([batch.rows for batch in cut_batches(lengths, 4096)])
    assert rows.tolist() == sorted(range(2 * POOL), key=lambda row: -lengths[row])


@given(st.integers(0, 5000))
def test_pools_cover_the_windows(n_windows: int) -> None:
    bounds = pool_bounds(n_windows)
    assert [w for first, end in bounds for w in range(first, end)] == list(range(n_windows))
    assert all(end - first == POOL for first, end in bounds[:-1])


@given(st.integers(0, 300), st.integers(1, 400))
def test_shards_are_whole_pools(n_pools: int, n_shards: int) -> None:
    shards = [shard_range(n_pools, n_shards, shard) for shard in range(n_shards)]
    assert [pool for shard in shards for pool in shard] == list(range(n_pools))
    sizes = [len(shard) for shard in shards]
    assert max(sizes) - min(sizes) <= 1


@given(st.integers(0, 9000), st.integers(1, 60), st.data())
def test_a_shard_is_cut_out_of_all_pools(n_windows: int, n_shards: int, data) -> None:
    shard = data.draw(st.integers(0, n_shards - 1))
    bounds = pool_bounds(n_windows)
    cut = [(pool, *bounds[pool]) for pool in shard_range(len(bounds), n_shards, shard)]
    assert shard_pools(n_windows, n_shards, shard) == cut
    for none in (-1, n_shards):
        with pytest.raises(IndexError, match="no shard"):
            shard_pools(n_windows, n_shards, none)


@given(lengths_of, budgets, st.integers(0, 30))
@settings(deadline=None)
def test_nothing_is_padded_beyond_what_a_model_takes(
    lengths: list[int], budget: int, spare: int
) -> None:
    limit = max(lengths, default=0) + spare
    for batch in cut_batches(lengths, budget, limit=limit):
        longest = max(lengths[row] for row in batch.rows)
        assert longest <= batch.n_units <= limit
        assert batch.n_units % LENGTH_STEP == 0 or batch.n_units == limit or len(set(lengths)) == 1


@given(st.integers(1, 400), st.integers(1, 60), budgets)
@settings(deadline=None)
def test_equal_rows_are_never_padded(length: int, rows: int, budget: int) -> None:
    for step in (1, LENGTH_STEP):
        batches = cut_batches([length] * rows, budget, step)
        assert {batch.n_units for batch in batches} == {length}

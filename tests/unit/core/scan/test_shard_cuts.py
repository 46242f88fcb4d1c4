"""A shard cut at its pools is the shard, so are its pools laid end to end; no part is too large."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.intervals import Interval
from gtrack.core.scan.shard import ShardResult, wanted_rows
from gtrack.core.scan.shard_columns import ShardColumns
from gtrack.core.scan.shard_cuts import cut_by_windows
from gtrack.core.scan.windows import lay_windows
from tests.joined import concatenate

PLACES = st.integers(0, 380) | st.integers(550, 900)
"""Of two strands, which share no window."""


@given(
    st.lists(st.tuples(PLACES, st.integers(1, 90)), min_size=1, max_size=8),
    st.sampled_from(["both", "forward", "region"]),
    st.integers(1, 2),
    st.booleans(),
    st.data(),
)
def test_parts_joined_are_the_whole(places, strand, targets, per_strand, data) -> None:
    regions = [
        Interval("c", at, at + size, strand="+-"[at > 500]) for at, size in sorted(set(places))
    ]
    grid = lay_windows(regions, {"c": 1000}, 50, 20, strand, exact=False)
    cuts = st.lists(st.integers(0, len(grid)), max_size=4)
    edges = sorted({0, len(grid), *data.draw(cuts)})
    first = data.draw(st.integers(0, len(edges) - 1))  # a shard need not begin with the scan
    pools = [(at, *edges[at : at + 2]) for at in range(first, len(edges) - 1)]
    low, end = edges[first], len(grid)
    window, reverse = wanted_rows(grid, low, end)
    rng, rows, bases = np.random.default_rng(7), len(window), grid.owned(low, end)
    whole = ShardResult(
        *(window, reverse, *rng.integers(0, 99, (2, rows))),
        *rng.normal(size=(4, targets, rows)),
        rng.normal(size=(targets, bases)).astype(np.float32),
        *rng.normal(size=(2, targets, bases * per_strand)).astype(np.float32),
    )
    most_rows, most_values = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 900))
    parts = list(cut_by_windows(grid, pools, whole, most_rows, most_values))
    of_pools = [pool[1:] for pool in pools]
    alone = cut_by_windows(grid, pools, whole, values=1)
    assert [(first, end) for first, end, _ in alone] == of_pools
    for first, end, part in parts:
        assert part.is_sound()
        assert set(part.window.tolist()) == set(range(first, end))
        assert part.values.shape[1] == grid.owned(first, end)
        is_small = part.score.size <= most_rows and part.values.size <= most_values
        assert is_small or (first, end) in of_pools
    for (low, middle, _), (_, high, _) in pairwise(parts):  # no two could stand together
        pool_end = next(end for first, end in of_pools if first == middle)
        rows = ((whole.window >= low) & (whole.window < pool_end)).sum() * targets
        assert pool_end <= high
        assert rows > most_rows or grid.owned(low, pool_end) * targets > most_values
    joined = [concatenate([part for _, _, part in parts], targets)]
    columns = ShardColumns(targets)
    for some in (parts[:1], parts, parts[1:]):  # a smaller shard, and another, in the same memory
        columns.clear()
        for _, _, part in some:
            columns.add(grid, (some[0][0], some[-1][1]), part)
    joined.append(columns.result())
    last = [concatenate([part for _, _, part in parts[1:]], targets)]
    for name in ShardResult.columns():
        of_whole, of_last = getattr(joined[0], name), getattr(joined[1], name)
        assert of_whole.tobytes() == getattr(whole, name).tobytes()
        np.testing.assert_array_equal(of_last, getattr(last[0], name), strict=True)

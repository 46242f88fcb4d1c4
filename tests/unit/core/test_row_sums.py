"""Sums of rows have the bits of each row's own, however the rows lie."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.row_sums import row_sums

lengths = st.lists(st.integers(0, 300), max_size=12) | st.tuples(
    st.integers(0, 300), st.integers(1, 9)
).map(lambda case: [case[0]] * case[1])


@given(sizes=lengths, seed=st.integers(0, 99))
def test_sums_are_those_of_each_row(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [rng.normal(size=size) * 10.0 ** rng.integers(-9, 9) for size in sizes]
    found = row_sums(np.concatenate([np.zeros(0), *rows]), np.array(sizes, np.int64))
    assert found.tolist() == [row.sum() for row in rows]

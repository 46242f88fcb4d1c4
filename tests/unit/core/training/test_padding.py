from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.training.batches import MOST_ROWS, alike, framed, padded


def test_padding_is_masked() -> None:
    ids, mask = padded([framed([], 1, 2), framed([2], 1, 3)], pad=9)
    assert ids.tolist() == [[1, 2, 9], [1, 2, 3]]
    assert mask is not None
    assert mask.tolist() == [[1, 1, 0], [1, 1, 1]]
    assert padded([np.array([1, 2])], pad=9)[1] is None


@given(st.lists(st.integers(1, 3000), max_size=600), st.integers(1, 50_000))
def test_batches_hold_every_row_once_and_like_lengths(lengths: list[int], units: int) -> None:
    batches = list(alike(lengths, units))
    shown = [row for batch in batches for row in batch]
    assert sorted(shown) == list(range(len(lengths)))
    assert [lengths[row] for row in shown] == sorted(lengths)
    for batch in batches:
        assert 1 <= len(batch) <= MOST_ROWS
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= units

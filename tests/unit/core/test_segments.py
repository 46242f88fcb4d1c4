from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.segments import cut_segments


@given(st.lists(st.tuples(st.integers(0, 4), st.none() | st.floats(-9, 9, width=32))))
def test_known_bases_with_relevance_are_kept_in_runs(bases: list[tuple[int, float | None]]) -> None:
    codes = np.array([code for code, _ in bases], np.uint8)
    relevance = np.array([np.nan if r is None else r for _, r in bases], np.float32)
    found = list(cut_segments("chr1", 5, codes, relevance))
    kept = {5 + at for at, (code, r) in enumerate(bases) if code < 4 and r is not None}
    assert {at for each in found for at in range(each.start, each.end)} == kept
    assert all(one.end < two.start for one, two in pairwise(found))

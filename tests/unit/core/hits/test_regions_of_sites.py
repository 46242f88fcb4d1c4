"""Which region a site lies in, against a plain search through all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.regions_of_sites import RegionIndex
from gtrack.core.intervals import Interval

SPANS = st.tuples(st.integers(0, 60), st.integers(1, 30))


@given(st.lists(SPANS, min_size=1, max_size=12), SPANS)
def test_the_region_that_shares_most(spans: list[tuple[int, int]], site: tuple[int, int]) -> None:
    regions = sorted(
        (Interval("chr1", start, start + n) for start, n in spans), key=lambda r: (r.start, r.end)
    )
    start, end = site[0], site[0] + site[1]
    shared = [min(end, r.end) - max(start, r.start) for r in regions]
    if max(shared) < 1:
        with pytest.raises(KeyError):
            RegionIndex(regions).of("chr1", start, end)
    else:
        assert RegionIndex(regions).of("chr1", start, end) is regions[shared.index(max(shared))]

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.intervals import Interval
from gtrack.core.shown_places import ShownPlaces

CHROMS = st.sampled_from(["chr1", "chr2"])
THINGS = st.lists(
    st.builds(
        lambda chrom, start, length: Interval(chrom, start, start + length),
        CHROMS, st.integers(0, 120), st.integers(1, 60),
    )
)  # fmt: skip


@given(
    st.lists(st.tuples(CHROMS, st.integers(0, 11), st.integers(1, 10)), max_size=12,
             unique_by=lambda place: place[:2]),
    THINGS,
)  # fmt: skip
def test_places_hold_what_shares_a_base_with_them(
    cells: list[tuple[str, int, int]], things: list[Interval]
) -> None:
    places = [(chrom, 10 * cell, 10 * cell + length) for chrom, cell, length in cells]
    assert ShownPlaces(places).holding(things) == [
        [each for each in things if each.chrom == chrom and each.start < end and each.end > start]
        for chrom, start, end in places
    ]

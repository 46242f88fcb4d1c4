"""Regions on copies of their chromosomes: none can own a base of another, and none is lost."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.intervals import Interval
from gtrack.core.scan.apart import RegionsApart
from gtrack.core.scan.region_scores import region_shares
from gtrack.core.scan.windows import lay_windows

SIZES = {"b": 300, "a": 40}


@st.composite
def some_regions(draw: st.DrawFn) -> list[Interval]:
    found = []
    for _ in range(draw(st.integers(0, 12))):
        chrom = draw(st.sampled_from(list(SIZES)))
        start = draw(st.integers(0, SIZES[chrom] - 1))
        end = draw(st.integers(start + 1, min(SIZES[chrom], start + 90)))
        name = draw(st.sampled_from(["x", "y"]))
        summit = draw(st.sampled_from([None, 0, end - start - 1]))
        found.append(Interval(chrom, start, end, name, draw(st.sampled_from("+-.")), summit))
    return found


@given(some_regions(), st.integers(1, 60), st.data())
def test_every_region_has_the_windows_that_it_has_alone(
    regions: list[Interval], window: int, data: st.DataObject
) -> None:
    stride = data.draw(st.integers(1, window))
    apart = RegionsApart.of(regions, SIZES, window)
    grid = lay_windows(apart.regions, apart.chrom_sizes, window, stride, "region")
    shares = region_shares(grid, apart.regions)
    for region in regions:
        alone = lay_windows([region], SIZES, window, stride, "region")
        mine = shares.region == apart.places[region]
        at, bases = shares.window[mine], shares.bases[mine]
        assert grid.start[at].tolist() == alone.start.tolist()
        assert grid.end[at].tolist() == alone.end.tolist()
        assert grid.strands[at].tolist() == alone.strands.tolist()
        assert bases.tolist() == region_shares(alone, [region]).bases.tolist()
        assert {apart.on_genome(grid).chroms[chrom] for chrom in grid.chrom[at]} == {region.chrom}


@given(some_regions(), st.integers(1, 60))
def test_on_one_copy_regions_are_more_than_a_window_apart(
    regions: list[Interval], window: int
) -> None:
    apart = RegionsApart.of(regions, SIZES, window)
    assert list(apart.chrom_sizes)[: len(SIZES)] == list(SIZES)
    assert sorted(apart.places.values()) == list(range(len({*regions})))
    for one, other in pairwise(apart.regions):
        assert one.chrom != other.chrom or other.start - one.end > window


def test_what_is_apart_stays_where_it_is() -> None:
    regions = [Interval("b", 0, 10), Interval("b", 21, 30), Interval("a", 0, 5)]
    apart = RegionsApart.of(regions, SIZES, 10)
    assert list(apart.regions) == regions
    assert (apart.chrom_sizes, apart.chroms) == (SIZES, ("b", "a"))

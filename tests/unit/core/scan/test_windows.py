"""Windows own bases: laws, and a twin that asks every window for every base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.scan.grid import BOTH, FORWARD, REVERSE, WindowGrid
from gtrack.core.scan.regions import canonical_regions, merge_regions
from gtrack.core.scan.windows import lay_windows

Case = tuple[list[Interval], dict[str, int], int, int]


@st.composite
def regions_on(draw: st.DrawFn, sizes: Mapping[str, int]) -> Interval:
    chrom = draw(st.sampled_from(sorted(sizes)))
    start = draw(st.integers(0, sizes[chrom] - 1))
    end = draw(st.integers(start + 1, sizes[chrom]))
    if draw(st.booleans()):  # short regions are the common ones
        end = min(end, start + 5)
    summit = draw(st.none() | st.integers(0, end - start - 1))
    return Interval(chrom, start, end, draw(st.sampled_from("abc")), summit=summit)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    lengths = draw(st.lists(st.integers(1, 70), min_size=1, max_size=3))
    sizes = {f"chr{i}": n for i, n in enumerate(lengths)}
    regions = draw(st.lists(regions_on(sizes), min_size=1, max_size=7))
    window_bp = draw(st.integers(1, 30))
    stride = draw(st.integers(1, window_bp))
    return canonical_regions(regions, sizes)[0], sizes, window_bp, stride


def slow_windows(
    regions: Sequence[Interval], sizes: Mapping[str, int], window_bp: int, stride: int
) -> dict[tuple[str, int], set[int]]:
    """Return (chrom, start) of every window laid, with the regions that asked for it."""
    laid: dict[tuple[str, int], set[int]] = {}
    for index, region in enumerate(regions):
        size = sizes[region.chrom]
        width = min(window_bp, size)
        if len(region) <= width:
            holding = [
                at
                for at in range(region.start - width, region.end)
                if at <= region.start and region.end <= at + width
            ]
            if region.summit is None:
                middle2 = region.start + region.end
                starts = [min(holding, key=lambda at: (abs(2 * at + width - middle2), at))]
            else:
                wish = region.start + region.summit - width // 2
                starts = [min(holding, key=lambda at: abs(at - wish))]
        else:
            starts = [region.start]
            while starts[-1] + width < region.end:
                starts.append(starts[-1] + stride)
        for at in starts:
            inside = min(range(size - width + 1), key=lambda b: abs(b - at))
            laid.setdefault((region.chrom, inside), set()).add(index)
    return laid


def slow_owners(
    regions: Sequence[Interval],
    laid: dict[tuple[str, int], set[int]],
    sizes: Mapping[str, int],
    window_bp: int,
) -> dict[tuple[str, int], tuple[str, int]]:
    """Return for each base of the union the window with the nearest centre, left on ties."""
    owners = {}
    for region in regions:
        width = min(window_bp, sizes[region.chrom])
        mine = [window for window in laid if window[0] == region.chrom]
        for base in range(region.start, region.end):
            owners[region.chrom, base] = min(
                mine, key=lambda w: (abs((2 * base + 1) - (2 * w[1] + width)), w[1])
            )
    return owners


def owners_of(grid: WindowGrid) -> dict[tuple[str, int], tuple[str, int]]:
    owners: dict[tuple[str, int], tuple[str, int]] = {}
    for window in range(len(grid)):
        chrom = grid.chroms[grid.chrom[window]]
        for start, end in grid.runs_of(window):
            for base in range(start, end):
                assert (chrom, base) not in owners, "owned twice"
                owners[chrom, base] = (chrom, int(grid.start[window]))
    return owners


def assert_same(one: WindowGrid, other: WindowGrid, *columns: str) -> None:
    for column in columns or WindowGrid.__slots__:
        assert np.array_equal(getattr(one, column), getattr(other, column)), column


@given(cases())
@settings(deadline=None, max_examples=300)
def test_the_grid_is_the_twins(case: Case) -> None:
    regions, sizes, window_bp, stride = case
    grid = lay_windows(regions, sizes, window_bp, stride)
    laid = slow_windows(regions, sizes, window_bp, stride)
    owners = slow_owners(regions, laid, sizes, window_bp)
    assert owners_of(grid) == owners
    kept = sorted(set(owners.values()))
    assert [(grid.chroms[c], s) for c, s in zip(grid.chrom, grid.start, strict=True)] == kept
    assert grid.dropped == len(laid) - len(kept)
    wanted = [(i, region) for i, window in enumerate(kept) for region in sorted(laid[window])]
    pairs = zip(grid.wanted_window.tolist(), grid.wanted_region.tolist(), strict=True)
    assert list(pairs) == wanted


@given(cases())
@settings(deadline=None)
def test_windows_are_whole_and_inside(case: Case) -> None:
    regions, sizes, window_bp, stride = case
    grid = lay_windows(regions, sizes, window_bp, stride)
    size = np.array(list(sizes.values()))[grid.chrom]
    assert (grid.end - grid.start == np.minimum(window_bp, size)).all()
    assert (grid.start >= 0).all()
    assert (grid.end <= size).all()
    assert len(set(zip(grid.chrom, grid.start, strict=True))) == len(grid)
    assert (grid.run_start >= grid.start[grid.run_window]).all(), "it answers only for what it read"
    assert (grid.run_end <= grid.end[grid.run_window]).all()
    assert set(grid.run_window) == set(range(len(grid))), "a window that owns nothing is dropped"


@given(cases())
@settings(deadline=None)
def test_runs_are_sorted_disjoint_and_are_the_union(case: Case) -> None:
    regions, sizes, window_bp, stride = case
    grid = lay_windows(regions, sizes, window_bp, stride)
    chrom = grid.chrom[grid.run_window]
    assert (np.diff(grid.run_window) >= 0).all()
    assert (grid.run_end > grid.run_start).all()
    assert ((np.diff(chrom) > 0) | (grid.run_start[1:] >= grid.run_end[:-1])).all()
    union = {(r.chrom, base) for r in regions for base in range(r.start, r.end)}
    assert set(owners_of(grid)) == union


@given(cases())
@settings(deadline=None)
def test_the_window_of_a_short_region_holds_it(case: Case) -> None:
    regions, sizes, window_bp, stride = case
    grid = lay_windows(regions, sizes, window_bp, stride)
    for window, index in zip(grid.wanted_window, grid.wanted_region, strict=True):
        region = regions[index]
        if len(region) <= grid.end[window] - grid.start[window]:
            assert grid.start[window] <= region.start
            assert region.end <= grid.end[window]


@given(cases(), st.data())
@settings(deadline=None)
def test_duplicates_change_nothing(case: Case, data: st.DataObject) -> None:
    regions, sizes, window_bp, stride = case
    twice = sorted(
        [*range(len(regions)), *data.draw(st.lists(st.integers(0, len(regions) - 1), max_size=4))]
    )
    one = lay_windows(regions, sizes, window_bp, stride)
    other = lay_windows([regions[i] for i in twice], sizes, window_bp, stride)
    same = [name for name in WindowGrid.__slots__ if not name.startswith("wanted")]
    assert_same(one, other, *same)


@given(cases(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_file_changes_nothing(case: Case, random: object) -> None:
    regions, sizes, window_bp, stride = case
    mixed = list(regions)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    again = canonical_regions(mixed, sizes)[0]
    assert_same(
        lay_windows(regions, sizes, window_bp, stride),
        lay_windows(again, sizes, window_bp, stride),
    )


@given(cases())
@settings(deadline=None)
def test_the_union_joins_what_touches(case: Case) -> None:
    regions = case[0]
    union = merge_regions(regions)
    bases = {(r.chrom, base) for r in regions for base in range(r.start, r.end)}
    assert {(c, b) for c, runs in union.items() for s, e in runs for b in range(s, e)} == bases
    for runs in union.values():
        assert all(left[1] < right[0] for left, right in pairwise(runs))


def only(region: Interval, size: int, window_bp: int, stride: int = 1) -> list[tuple[int, int]]:
    grid = lay_windows([region], {"c": size}, window_bp, stride)
    return list(zip(grid.start.tolist(), grid.end.tolist(), strict=True))


@pytest.mark.parametrize(
    ("region", "start"),
    [
        (Interval("c", 40, 60), 25),  # centred
        (Interval("c", 40, 61), 25),  # half a base: to the left
        (Interval("c", 40, 60, summit=0), 15),
        (Interval("c", 40, 60, summit=10), 25),
        (Interval("c", 40, 60, summit=19), 34),
        (Interval("c", 31, 80, summit=2), 30),  # shifted the least that holds the region
        (Interval("c", 31, 80, summit=47), 31),
        (Interval("c", 0, 4), 0),  # the left edge
        (Interval("c", 196, 200), 150),  # the right edge
    ],
)
def test_where_a_window_of_50_lies(region: Interval, start: int) -> None:
    assert only(region, 200, 50) == [(start, start + 50)]


def test_a_short_chromosome_is_one_window() -> None:
    assert only(Interval("c", 3, 9), 20, 50) == [(0, 20)]
    assert only(Interval("c", 0, 20), 20, 50, stride=50) == [(0, 20)]


def test_a_long_region_is_tiled() -> None:
    grid = lay_windows([Interval("c", 10, 110)], {"c": 1000}, 40, 20)
    assert grid.start.tolist() == [10, 30, 50, 70]
    assert [grid.runs_of(w) for w in range(4)] == [[(10, 40)], [(40, 60)], [(60, 80)], [(80, 110)]]


def test_tiles_that_the_edge_pushes_together_are_one() -> None:
    grid = lay_windows([Interval("c", 0, 100)], {"c": 100}, 40, 35)
    assert grid.start.tolist() == [0, 35, 60]
    grid = lay_windows([Interval("c", 50, 100), Interval("c", 95, 100)], {"c": 100}, 40, 39)
    assert grid.start.tolist() == [50, 60]
    assert grid.wanted_region.tolist() == [0, 0, 1]


def test_equal_windows_are_one_and_both_regions_are_told() -> None:
    regions = [Interval("c", 40, 60, "a"), Interval("c", 45, 55, "b")]
    grid = lay_windows(regions, {"c": 100}, 30, 15)
    assert len(grid) == 1
    assert grid.wanted_region.tolist() == [0, 1]
    assert grid.runs_of(0) == [(40, 60)]


def test_a_window_that_owns_nothing_is_dropped_and_counted() -> None:
    """The second tile, 50 to 90, loses its only base to the window of the other region."""
    regions = [Interval("c", 10, 51), Interval("c", 58, 60)]
    assert lay_windows(regions[:1], {"c": 200}, 40, 40).start.tolist() == [10, 50]
    grid = lay_windows(regions, {"c": 200}, 40, 40)
    assert grid.start.tolist() == [10, 39]
    assert grid.dropped == 1
    assert grid.runs_of(0) == [(10, 45)]
    assert grid.runs_of(1) == [(45, 51), (58, 60)], "one window may own several runs"
    assert grid.wanted_window.tolist() == [0, 1]
    assert grid.wanted_region.tolist() == [0, 1]


@pytest.mark.parametrize(("strand", "bits"), [("both", BOTH), ("forward", 1), ("reverse", 2)])
def test_one_choice_of_strand_holds_for_all(strand: str, bits: int) -> None:
    regions = [Interval("c", 0, 5, strand="-"), Interval("c", 50, 55, strand="+")]
    assert lay_windows(regions, {"c": 90}, 10, 5, strand).strands.tolist() == [bits, bits]


def test_each_region_may_choose_its_strand() -> None:
    regions = [Interval("c", 20 * i, 20 * i + 5, strand=s) for i, s in enumerate("+-.")]  # type: ignore[arg-type]
    grid = lay_windows(regions, {"c": 90}, 10, 5, "region")
    assert grid.strands.tolist() == [FORWARD, REVERSE, BOTH]
    for one, other in ("-.", ".-", "+.", ".+"):
        shared = [Interval("c", 40, 46, strand=one), Interval("c", 41, 45, strand=other)]  # type: ignore[arg-type]
        assert lay_windows(shared, {"c": 90}, 10, 5, "region").strands.tolist() == [BOTH]


@pytest.mark.parametrize(("first", "second"), [("+", "-"), ("-", "+")])
def test_opposite_strands_in_one_window_are_refused(first: str, second: str) -> None:
    regions = [
        Interval("c", 40, 46, strand=first, origin="a.bed:3"),  # type: ignore[arg-type]
        Interval("c", 41, 45, strand=".", origin="a.bed:5"),
        Interval("c", 41, 45, strand=second, origin="a.bed:9"),  # type: ignore[arg-type]
    ]
    with pytest.raises(InputError) as caught:
        lay_windows(regions, {"c": 90}, 10, 5, "region")
    message = str(caught.value)
    assert "a.bed:3" in message
    assert "a.bed:9" in message
    assert "a.bed:5" not in message
    assert "c:41-46" in message
    assert "c:42-45" in message
    assert "--strand both" in message
    assert len(lay_windows(regions, {"c": 90}, 10, 5, "both")) == 1


@pytest.mark.parametrize(
    ("window_bp", "stride", "message"),
    [
        (0, 1, "--window"),
        (-5, 1, "--window"),
        (10, 11, "stride 11 must be between 1 and the window of 10 bp"),
        (10, 0, "stride 0"),
        (10, -1, "stride -1"),
    ],
)
def test_a_grid_with_gaps_is_refused(window_bp: int, stride: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        lay_windows([Interval("c", 0, 5)], {"c": 90}, window_bp, stride)

"""Windows are laid in parts, in little memory, and are those of a twin that lays all at once."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gtrack.core.encodings import positions
from gtrack.core.narrow_columns import narrow
from gtrack.core.regions import Regions
from gtrack.core.scan import windows
from gtrack.core.scan.gathering import RegionBases
from gtrack.core.scan.grid import BOTH, WindowGrid
from gtrack.core.scan.one_axis import off_axis, on_axis
from gtrack.core.scan.regions import canonical_regions
from gtrack.core.scan.windows import lay_windows

SIZES = {"b": 90, "a": 3000, "c": 17, "d": 2**31 + 300}
REGIONS = 300_000
MOST = {"bases": 34, "even": 36, "uneven": 45}
"""Bytes a region that are taken beside the regions themselves; 56, 71 and 71 when all of it was
done at once."""


@st.composite
def beds(draw: st.DrawFn) -> Regions:
    """Random regions: many that touch, nest, or stand in one window, and some far out."""
    number, rng = draw(st.integers(0, 40)), np.random.default_rng(draw(st.integers(0, 2**32)))
    sizes = np.array([*SIZES.values()])
    chrom = rng.integers(0, len(SIZES), number)
    length = np.minimum(rng.integers(1, draw(st.sampled_from([9, 90])), number), sizes[chrom])
    start = rng.integers(0, sizes[chrom] - length + 1)
    near = rng.random(number) < draw(st.sampled_from([0, 0.5, 1]))
    start[near] = np.minimum(start, 80)[near] % (sizes[chrom] - length + 1)[near]
    summit = np.where(rng.random(number) < 0.5, rng.integers(0, length, number), -1)
    given_ = Regions([*SIZES], chrom, start, start + length, None, summit)
    return canonical_regions(given_, SIZES)[0]


def slow_own(
    regions: Regions,
    rank: NDArray[np.integer],
    chrom: NDArray[np.integer],
    start: NDArray[np.integer],
    end: NDArray[np.integer],
) -> list[NDArray[np.integer]]:
    """Cut the union of all regions at once, as gtrack did."""
    left = on_axis(rank, regions.start)
    right = np.maximum.accumulate(on_axis(rank, regions.end))
    apart = left[1:] > right[:-1]
    left = left[np.flatnonzero(np.append(True, apart)[: len(left)])]
    right = right[np.flatnonzero(np.append(apart, True)[: len(right)])]
    edges = np.zeros(len(start) + 1, np.int64)
    edges[-1] = np.iinfo(np.int64).max
    centres = start.astype(np.int64) + end
    edges[1:-1] = on_axis(chrom[:-1], (centres[:-1] + centres[1:] - 2) // 4 + 1)
    other = np.flatnonzero(chrom[1:] != chrom[:-1])
    edges[1:-1][other] = on_axis(chrom[1:][other], 0)
    first = np.searchsorted(edges[1:-1], left, side="right")
    number = np.searchsorted(edges[1:-1], right) - first + 1
    run, window = np.repeat(np.arange(len(left)), number), positions(first, number)
    run_start = np.maximum(edges[window], left[run])
    run_end = np.minimum(edges[1:][window], right[run])
    filled = run_end > run_start
    places = (off_axis(each[filled])[1] for each in (run_start, run_end))
    return [narrow(window[filled]), *map(narrow, places)]


def laid(regions: Regions, window_bp: int, stride: int, **replaced: object) -> WindowGrid:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in replaced.items():
            patch.setattr(windows, name, value)
        return lay_windows(regions, SIZES, window_bp, stride)


@given(beds(), st.integers(1, 30), st.data())
@settings(deadline=None, max_examples=300)
def test_the_parts_are_those_of_a_twin(
    regions: Regions, window_bp: int, data: st.DataObject
) -> None:
    stride = data.draw(st.integers(1, window_bp))
    whole = laid(regions, window_bp, stride, _AT_ONCE=10**6, _own=slow_own)
    for at_once in (1, 2, 7):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gtrack.core.scan.regions._AT_ONCE", at_once)
            parts = laid(regions, window_bp, stride, _AT_ONCE=at_once)
        for name in WindowGrid.__slots__:
            one, other = getattr(parts, name), getattr(whole, name)
            assert np.array_equal(one, other), name
            assert getattr(one, "dtype", None) == getattr(other, "dtype", None), name


class Genome:
    """A genome of A alone."""

    chrom_sizes: Mapping[str, int] = {"a": REGIONS * 250}

    def letters(self, chrom: str, start: int, end: int) -> bytes:
        return b"A" * (end - start)


def regions_of(width: int) -> Regions:
    start = np.arange(REGIONS) * 250
    return Regions(["a"], np.zeros(REGIONS, np.int8), start, start + width)


STEPS: dict[str, tuple[Regions, Callable[[Regions], object]]] = {
    "bases": (regions_of(200), lambda r: RegionBases.of(Genome(), r)),  # type: ignore[arg-type]
    "even": (regions_of(200), lambda r: lay_windows(r, Genome.chrom_sizes, 200, 100)),
    "uneven": (regions_of(190), lambda r: lay_windows(r, Genome.chrom_sizes, 200, 100)),
}


@pytest.mark.parametrize("step", STEPS)
def test_planning_takes_little_memory_a_region(step: str) -> None:
    regions, do = STEPS[step]
    do(regions[:1000])  # what is imported or made once
    tracemalloc.start()
    try:
        do(regions)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST[step] * REGIONS


def test_each_region_has_its_window() -> None:
    grid = lay_windows(regions_of(190), Genome.chrom_sizes, 200, 100)
    assert len(grid) == REGIONS
    assert (grid.strands == BOTH).all()
    assert (grid.run_end - grid.run_start == 190).all()

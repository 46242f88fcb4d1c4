"""Scores of regions, against a loop over bases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.intervals import Interval
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.region_scores import (
    RegionShares,
    means_over,
    region_shares,
    windows_near,
)
from gtrack.core.scan.regions import canonical_regions
from gtrack.core.scan.shard import ShardResult, wanted_rows
from gtrack.core.scan.window_scores import WindowScores
from gtrack.core.scan.windows import lay_windows


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Interval], dict[str, int], int, int, list[float]]:
    """Return regions, sizes, window, stride, and more values than windows, some missing."""
    sizes = {"c1": draw(st.integers(20, 60)), "unused": 9, "c2": draw(st.integers(20, 60))}
    regions = []
    for _ in range(draw(st.integers(1, 6))):
        chrom = draw(st.sampled_from(["c1", "c2"]))
        start = draw(st.integers(0, sizes[chrom] - 1))
        end = draw(st.integers(start + 1, min(start + 25, sizes[chrom])))
        regions.append(Interval(chrom, start, end))
    window_bp = draw(st.integers(2, 20))
    value = st.one_of(st.just(math.nan), st.floats(-100, 100))
    values = draw(st.lists(value, min_size=70, max_size=70))
    return (
        canonical_regions(regions, sizes)[0],
        sizes,
        window_bp,
        draw(st.integers(1, window_bp)),
        values,
    )


@given(cases())
@settings(deadline=None)
def test_shares_and_means_equal_the_loop(
    case: tuple[list[Interval], dict[str, int], int, int, list[float]],
) -> None:
    regions, sizes, window_bp, stride, values = case
    grid = lay_windows(regions, sizes, window_bp, stride)
    owner = {
        (grid.chroms[grid.chrom[w]], base): w
        for w in range(len(grid))
        for start, end in grid.runs_of(w)
        for base in range(start, end)
    }
    asked = set(zip(grid.wanted_window.tolist(), grid.wanted_region.tolist(), strict=True))
    scores = np.resize(np.array(values), len(grid))
    shares = region_shares(grid, regions)
    means = means_over(shares, scores)
    assert len(shares.counts) == len(shares.owned) == len(means) == len(regions)
    for index, region in enumerate(regions):
        of = shares.region == index
        windows, bases = shares.window[of], shares.bases[of]
        owners = [owner[region.chrom, base] for base in range(region.start, region.end)]
        assert windows.tolist() == sorted(set(owners))
        assert shares.counts[index] == len(windows)
        assert bases.tolist() == [owners.count(w) for w in sorted(set(owners))]
        assert shares.owned[index] == sum((w, index) in asked for w in owners)
        there = [scores[w] for w in owners if not math.isnan(scores[w])]
        mean = sum(there) / len(there) if there else math.nan
        assert means[index] == pytest.approx(mean, rel=1e-10, abs=1e-10, nan_ok=True)
        np.testing.assert_equal(means[index], mean_alone(windows, bases, scores))


def mean_alone(windows: np.ndarray, bases: np.ndarray, values: np.ndarray) -> float:
    """Return the mean of one region by itself: its last bits are those of the table."""
    chosen = values[windows]
    there = np.isfinite(chosen)
    if not there.any():
        return math.nan
    return float((chosen[there] * bases[there]).sum() / bases[there].sum())


@given(st.lists(st.integers(0, 300), min_size=1, max_size=12), st.integers(0, 99))
@settings(deadline=None)
def test_the_last_bits_of_long_means_are_those_of_each_alone(counts: list[int], seed: int) -> None:
    random, total = np.random.default_rng(seed), sum(counts)
    values = random.normal(size=total + 9) * 10.0 ** random.integers(-6, 6, total + 9)
    values[random.random(len(values)) < 0.1] = math.nan
    region = np.repeat(np.arange(len(counts)), counts)
    window, bases = random.permutation(total), random.integers(1, 500, total)
    shares = RegionShares(region, window, bases, np.array(counts), np.zeros(len(counts), np.int64))
    alone = [
        mean_alone(window[region == k], bases[region == k], values) for k in range(len(counts))
    ]
    np.testing.assert_array_equal(means_over(shares, values), alone)


def test_a_mean_of_nothing_is_no_number() -> None:
    one = np.array([7])
    share = RegionShares(np.array([0, 0]), np.array([0, 2]), np.array([3, 4]), np.array([2]), one)
    assert math.isnan(means_over(share, np.array([math.nan, 1.0, math.nan]))[0])
    assert means_over(share, np.array([math.nan, 1.0, 5.0])) == [5.0]
    assert means_over(share, np.array([1.0, 9.0, 8.0])) == [(3 * 1 + 4 * 8) / 7]


def said_of_all(grid: WindowGrid, values: list[float]) -> ShardResult:
    """Return what is said of both strands of all windows."""
    window, reverse = wanted_rows(grid, 0, len(grid))
    counts = np.zeros(len(window), np.int64)
    said = np.resize(np.array(values), (4, 1, len(window)))
    return ShardResult(window, reverse, counts, counts, *said, *np.zeros((3, 1, 0), np.float32))


@given(cases(), st.integers(1, 5))
@settings(deadline=None)
def test_some_regions_say_what_they_say_among_all(
    case: tuple[list[Interval], dict[str, int], int, int, list[float]], step: int
) -> None:
    regions, sizes, window_bp, stride, values = case
    grid = lay_windows(regions, sizes, window_bp, stride)
    scores = WindowScores(1)
    scores.add(said_of_all(grid, values))
    known = [len(region) for region in regions]
    whole = scores.of_regions(grid, regions, known)
    parts = [
        scores.of_regions(grid, regions[low : low + step], known[low : low + step], low)
        for low in range(0, len(regions), step)
    ]
    for name in ("windows", "scores", "probabilities", "owned", "elsewhere", "n_share"):
        joined = np.concatenate([getattr(part, name) for part in parts], axis=-1)
        np.testing.assert_array_equal(joined, getattr(whole, name), strict=True)


@given(cases(), st.integers(1, 4), st.integers(1, 3))
@settings(deadline=None)
def test_windows_that_come_in_parts_and_go_when_they_are_used(
    case: tuple[list[Interval], dict[str, int], int, int, list[float]], pool: int, step: int
) -> None:
    """What is said of a region the moment its last window came is what is said of it in the end."""
    regions, sizes, window_bp, stride, values = case
    grid = lay_windows(regions, sizes, window_bp, stride)
    every, whole, passing = said_of_all(grid, values), WindowScores(1), WindowScores(1)
    whole.add(every)
    low = 0
    for first in range(0, len(grid), pool):
        rows = np.flatnonzero((every.window >= first) & (every.window < first + pool))
        columns = [getattr(every, name) for name in ShardResult.columns()]
        passing.add(ShardResult(*(each[..., rows] for each in columns[:8]), *columns[8:]))
        while low < len(regions):
            some = regions[low : low + step]
            near, needed = windows_near(grid, some)
            passing.forget(near)
            if passing.end < needed:
                break
            known = [len(region) for region in some]
            found, wanted = (each.of_regions(grid, some, known, low) for each in (passing, whole))
            for name in ("windows", "scores", "probabilities", "owned"):
                np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))
            low += step
    assert low >= len(regions)
    passing.forget(len(grid))
    assert not passing._parts
    np.testing.assert_allclose(passing.agreement(0), whole.agreement(0), atol=1e-9)

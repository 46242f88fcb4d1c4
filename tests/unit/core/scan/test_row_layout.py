"""Windows that are alike are laid without a place for every base: the same values, bit by bit."""

from __future__ import annotations

import numpy as np
import pytest

from gtrack.core.intervals import Interval
from gtrack.core.scan.row_layout import AnyLayout, EvenLayout, row_layout
from gtrack.core.scan.shard import wanted_rows
from gtrack.core.scan.windows import lay_windows

SIZES = {"c": 5000}


def grid_of(regions: list[tuple[int, int]], strand: str = "both", window: int = 30):
    intervals = [Interval("c", start, end) for start, end in regions]
    return lay_windows(intervals, SIZES, window, window // 2, strand)


@pytest.mark.parametrize("per_strand", [False, True])
@pytest.mark.parametrize("size", [1, 7, 29, 30])
def test_windows_that_are_alike(size: int, per_strand: bool) -> None:
    grid = grid_of([(at, at + size) for at in range(100, 4000, 40)])
    rng = np.random.default_rng(size)
    for first, end in ((0, len(grid)), (3, 4), (5, 60)):
        window, reverse = wanted_rows(grid, first, end)
        even, every = EvenLayout.of(grid, window), AnyLayout.of(grid, window, reverse)
        assert even is not None
        assert even.edges.tolist() == every.edges.tolist()
        assert even.lengths.tolist() == every.lengths.tolist()
        bases = rng.normal(size=int(even.edges[-1]))
        bases[rng.random(len(bases)) < 0.1] = np.nan
        for one, other in zip(
            even.owned(bases, per_strand), every.owned(bases, per_strand), strict=True
        ):
            assert one.dtype == other.dtype == np.float32
            assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize(
    "grid",
    [
        grid_of([(100, 120), (200, 221)]),
        grid_of([(0, 20), (200, 220)]),  # shifted to lie on the chromosome
        grid_of([(100, 120), (200, 220)], "forward"),
        grid_of([(0, 5), (10, 20)], window=60),  # one owns both
        grid_of([(1000, 1200)]),
    ],
)
def test_windows_that_are_not(grid) -> None:
    window, reverse = wanted_rows(grid, 0, len(grid))
    assert EvenLayout.of(grid, window) is None
    assert isinstance(row_layout(grid, window, reverse), AnyLayout)


def test_no_windows() -> None:
    grid = grid_of([(100, 120)])
    window, reverse = wanted_rows(grid, 0, 0)
    assert EvenLayout.of(grid, window) is None
    assert not len(AnyLayout.of(grid, window, reverse).lengths)

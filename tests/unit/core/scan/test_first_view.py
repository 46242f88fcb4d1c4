"""The first view: the strongest stretch, however the runs are cut."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.manifest import FIRST_VIEW
from gtrack.core.scan.first_view import StrongestTiles, place_around

TILE = 10


def add(peak: StrongestTiles, chrom: str, start: int, run: np.ndarray) -> None:
    peak.add(chrom, np.array([start]), np.array([len(run)]), run)


def slow(values: np.ndarray, size: int) -> dict[str, object]:
    """Sum every pair of tiles, base by base."""
    sums: dict[int, int] = {}
    for base, value in enumerate(values):
        if np.isfinite(value):
            sums[base // TILE] = sums.get(base // TILE, 0) + abs(float(value))
    pairs = {tile: total + sums.get(tile - 1, 0) for tile, total in sums.items()}
    best = min(pairs, key=lambda tile: (-pairs[tile], tile))
    return place_around("chr1", best * TILE, size)


@given(
    st.lists(st.integers(-3, 3).map(float) | st.just(float("nan")), min_size=1, max_size=400),
    st.integers(0, 300),
    st.lists(st.integers(1, 399)),
)
def test_it_is_the_strongest_pair_of_tiles_whatever_the_cuts(
    values: list[float], start: int, cuts: list[int]
) -> None:
    track = np.array([np.nan] * start + values, np.float32)
    size = len(track) + 17
    finite = np.isfinite(track)
    if not finite.any():
        return
    borders = {0, len(track), *(np.flatnonzero(np.diff(finite)) + 1), *(start + c for c in cuts)}
    ordered = sorted(border for border in borders if border <= len(track))
    peak = StrongestTiles()
    for low, high in pairwise(ordered):
        if finite[low:high].all():
            add(peak, "chr1", low, track[low:high])
    assert peak.place({"chr1": size}) == slow(track, size)


@given(
    st.lists(st.integers(0, 1), min_size=250, max_size=400),
    st.sampled_from([1e-30, 0.1, 1e9]),
    st.lists(st.integers(1, 399)),
    st.integers(0, 9),
)
def test_small_differences_are_ties_at_every_scale(
    values: list[int], unit: float, cuts: list[int], seed: int
) -> None:
    size, exact = len(values) + 9, np.array(values, np.float32)
    noise = np.random.default_rng(seed).uniform(-1, 1, len(values))
    noisy = (exact * unit * (1 + 1e-6 * noise)).astype(np.float32)
    peak = StrongestTiles()
    for low, high in pairwise(sorted({0, len(values), *(c for c in cuts if c < len(values))})):
        add(peak, "chr1", low, noisy[low:high])
    assert peak.place({"chr1": size}) == slow(exact, size)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 40)), min_size=1, max_size=25),
    st.sets(st.integers(1, 24)),
    st.integers(0, 9),
)
def test_runs_together_are_runs_one_by_one(
    laid: list[tuple[int, int]], cuts: set[int], seed: int
) -> None:
    gaps, sizes = np.array(laid).T
    starts = np.cumsum(gaps + sizes) - sizes
    values = np.random.default_rng(seed).normal(size=sizes.sum()).astype(np.float32)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    one, together = StrongestTiles(), StrongestTiles()
    for k, start in enumerate(starts.tolist()):
        add(one, "chr1", start, values[offsets[k] : offsets[k + 1]])
    for low, high in pairwise(sorted({0, len(laid), *(c for c in cuts if c < len(laid))})):
        part = values[offsets[low] : offsets[high]]
        together.add("chr1", starts[low:high], sizes[low:high], part)
    size = {"chr1": int(starts[-1] + sizes[-1])}
    assert (one.place(size), one._sums) == (together.place(size), together._sums)


def test_chromosomes_are_not_joined() -> None:
    peak = StrongestTiles()
    add(peak, "chr1", 0, np.full(TILE, 2, np.float32))
    add(peak, "chr2", 30 * TILE, np.full(TILE, 3, np.float32))
    assert peak.place({"chr1": 900, "chr2": 900}) == {"chrom": "chr2", "start": 230, "end": 370}


@given(st.integers(0, 999), st.integers(1, 1000))
def test_a_place_lies_on_its_chromosome(centre: int, size: int) -> None:
    centre = min(centre, size - 1)
    place = place_around("c", centre, size)
    assert 0 <= place["start"] <= centre < place["end"] <= size
    assert place["end"] - place["start"] == min(FIRST_VIEW, size)

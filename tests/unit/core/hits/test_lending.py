"""Loans: always the relevance of the same offset, however a scan is cut."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.blocks import blocks
from gtrack.core.hits.lending import Lender, NullWindows, OwnedRuns
from gtrack.core.hits.relevance_null import RelevanceNull
from gtrack.core.segments import Segment

WINDOW = 60


def shuffled(count: int, size: int = WINDOW, first: int = 0) -> list[Segment]:
    """Return windows whose relevance tells the offset, and in thousands which one it is."""
    return [
        Segment(
            f"w{k}",
            0,
            np.zeros(size, np.uint8),
            (np.arange(size) + 1000 * (first + k)).astype(np.float32),
        )
        for k in range(count)
    ]


def stretch(chrom: str, start: int, length: int) -> Segment:
    return Segment(chrom, start, np.zeros(length, np.uint8), np.zeros(length, np.float32))


def lent(lender: Lender, null: RelevanceNull, parts: Sequence[Segment], size: int) -> np.ndarray:
    """Return what world 3 lends to each base of the parts, in the track's unit."""
    found = []
    for block in blocks(parts, 5, size):
        (z,) = lender.loans(block, [3])
        values = null.relevance(z)
        for at, lead, own in zip(block.offset, block.lead, block.own, strict=True):
            found.append(values[at + lead : at + lead + own])
    return np.concatenate(found)


def tiles(count: int) -> OwnedRuns:
    """Return windows every 20 bp, each of which owns its middle third."""
    start = 20 * np.arange(count)
    chrom = np.zeros(count, np.int64)
    return OwnedRuns(("c",), chrom, start + 20, start + 40, start, start + WINDOW)


@given(st.integers(1, 30), st.integers(1, 200), st.integers(0, 5))
def test_tiles_borrow_at_their_own_offset(count: int, size: int, seed: int) -> None:
    segments = shuffled(40)
    null = RelevanceNull(segments)
    lender = Lender(null, NullWindows.of(segments), tiles(count), seed=seed)
    parts = [stretch("c", 20, 20 * count)]
    values = lent(lender, null, parts, size)
    offset = np.rint(values).astype(int) % 1000
    assert offset.tolist() == [20 + k % 20 for k in range(20 * count)]
    window = np.rint(values).astype(int).reshape(count, 20) // 1000
    assert (window == window[:, :1]).all(), "one window lends to a run"
    np.testing.assert_array_equal(values, lent(lender, null, parts, 10_000))


def test_the_nearer_end_tells_in_windows_of_another_length() -> None:
    segments = shuffled(60, 50)
    null = RelevanceNull(segments)
    runs = OwnedRuns(
        ("c",), *(np.array(x, np.int64) for x in ([0, 0], [0, 70], [10, 80], [0, 0], [80, 80]))
    )
    lender = Lender(null, NullWindows.of(segments), runs)
    near, far = (
        np.rint(lent(lender, null, [stretch("c", at, 10)], 99)).astype(int) % 1000 for at in (0, 70)
    )
    assert near.tolist() == list(range(10))
    assert far.tolist() == list(range(40, 50))


def test_a_run_that_no_window_covers_is_halved() -> None:
    halves = [
        Segment(f"w{k}", 30 * (k % 2), np.zeros(30, np.uint8), each.relevance[:30])
        for k, each in enumerate(shuffled(80))
    ]
    null = RelevanceNull(halves)
    windows = NullWindows.of(halves, [(0, WINDOW)] * 80)
    lender = Lender(null, windows, OwnedRuns.of([stretch("c", 500, WINDOW)]))
    values = np.rint(lent(lender, null, [stretch("c", 500, WINDOW)], 99)).astype(int)
    assert (values % 1000).tolist() == [*range(30), *range(30)]
    assert values[0] // 1000 % 2 == 0
    assert values[-1] // 1000 % 2 == 1


def test_what_nobody_can_lend_is_zero() -> None:
    middle = [Segment(s.chrom, 20, s.codes[:20], s.relevance[:20]) for s in shuffled(200)]
    null = RelevanceNull(middle)
    windows = NullWindows.of(middle, [(0, WINDOW)] * 200)
    lender = Lender(null, windows, OwnedRuns.of([stretch("c", 0, WINDOW)]))
    (block,) = blocks([stretch("c", 0, WINDOW), stretch("elsewhere", 0, 9)], 5)
    (z,) = lender.loans(block, [0])
    assert (z[:20] == 0).all()
    assert (z[20:40] != 0).any()
    assert (z[40:] == 0).all()


def test_worlds_and_seeds_differ_and_repeat() -> None:
    segments = shuffled(200)
    null = RelevanceNull(segments)
    (block,) = blocks([stretch("c", 0, WINDOW * 30)], 5)
    runs = OwnedRuns.of([stretch("c", WINDOW * k, WINDOW) for k in range(30)])
    lenders = [Lender(null, NullWindows.of(segments), runs, seed=seed) for seed in (1, 1, 2)]
    one, again, other = (list(each.loans(block, range(3))) for each in lenders)
    np.testing.assert_array_equal(one, again)
    assert len({z.tobytes() for z in [*one, *other]}) == 6
    louder = Lender(null, NullWindows.of(segments), runs, seed=1, louder=2.0)
    np.testing.assert_allclose(next(louder.loans(block, [0])), 2 * one[0])

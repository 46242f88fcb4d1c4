"""Which windows are shuffled, how often, and what is kept: laws, and a slow twin."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.intervals import Interval
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.null_windows import NullGrid, NullPlan, lay_null
from gtrack.core.scan.windows import lay_windows

SIZES = {"chr2": 4_000, "chr1": 900, "tiny": 30}


@st.composite
def grids(draw: st.DrawFn) -> WindowGrid:
    regions = []
    for chrom in SIZES:
        for _ in range(draw(st.integers(0 if regions else 1, 4))):
            start = draw(st.integers(0, SIZES[chrom] - 1))
            end = draw(st.integers(start + 1, min(SIZES[chrom], start + 700)))
            regions.append(Interval(chrom, start, end))
        regions.sort(key=lambda r: (list(SIZES).index(r.chrom), r.start, r.end))
    window = draw(st.integers(10, 200))
    return lay_windows(regions, SIZES, window, draw(st.integers(1, window)))


@settings(max_examples=80, deadline=None)
@given(grids(), st.integers(1, 20_000))
def test_the_drawn_windows(grid: WindowGrid, bases: int) -> None:
    null = lay_null(grid, bases)
    drawn = null.grid
    real = {
        (c, s, e, b): grid.runs_of(w)
        for w, (c, s, e, b) in enumerate(
            zip(
                *(x.tolist() for x in (grid.chrom, grid.start, grid.end, grid.strands)), strict=True
            )
        )
    }
    keys = list(
        zip(
            *(x.tolist() for x in (drawn.chrom, drawn.start, drawn.end, drawn.strands)),
            strict=True,
        )
    )
    for window, key in enumerate(keys):  # each is a real one, with what that owns
        assert drawn.runs_of(window) == real[key]
    counts = Counter(keys)
    assert max(counts.values()) - min(counts.get(key, 0) for key in real) <= 1, "evenly"
    assert sorted(keys, key=keys.index) == keys, "copies of a window stand together"
    for key in counts:
        copies = [c for k, c in zip(keys, null.copy.tolist(), strict=True) if k == key]
        assert copies == list(range(len(copies)))
    longest = int((grid.end - grid.start).max())
    most = max(1, 8 * bases // longest)
    owned = drawn.owned(0, len(drawn))
    assert len(null) <= most
    if len(null) < most:
        assert bases <= owned < bases + longest
    assert drawn.wanted_region.size == 0


def test_the_draw_is_a_function_of_the_windows() -> None:
    grid = lay_windows([Interval("chr2", 100, 3_900)], SIZES, 100, 50)
    one, other = lay_null(grid, 1_000), lay_null(grid, 1_000)
    assert one.grid.start.tolist() == other.grid.start.tolist()
    assert one.grid.start.tolist() != lay_null(grid, 500).grid.start.tolist()
    starts = one.grid.start
    assert (np.diff(starts) > 0).all(), "a sample, in the order of the genome"
    assert starts.max() - starts.min() > 2_000, "from everywhere"


@pytest.fixture
def null() -> tuple[NullGrid, list[str]]:
    regions = [Interval("chr2", 100, 300), Interval("chr1", 20, 60), Interval("tiny", 3, 9)]
    grid = lay_windows(regions, SIZES, 80, 40)
    drawn = lay_null(grid, 900)
    rng = np.random.default_rng(1)
    genome = {
        c: "".join(rng.choice(list("ACGTN"), n, p=[0.24] * 4 + [0.04])) for c, n in SIZES.items()
    }
    sequences = [
        genome[drawn.grid.chroms[c]][s:e]
        for c, s, e in zip(drawn.grid.chrom, drawn.grid.start, drawn.grid.end, strict=True)
    ]
    return drawn, sequences


def test_shuffles_keep_what_they_must(null: tuple[NullGrid, list[str]]) -> None:
    drawn, sequences = null
    shuffled = drawn.shuffled(0, sequences)
    assert len(shuffled) == len(drawn) > 12
    for before, after in zip(sequences, shuffled, strict=True):
        assert Counter(pairwise(before)) == Counter(pairwise(after))
        assert [i for i, b in enumerate(before) if b == "N"] == [
            i for i, b in enumerate(after) if b == "N"
        ]
    assert len(set(shuffled)) == len(shuffled), "every copy is another shuffle"


def test_it_does_not_matter_where_the_work_was_cut(null: tuple[NullGrid, list[str]]) -> None:
    drawn, sequences = null
    whole = drawn.shuffled(0, sequences)
    for cut in (1, 5, len(sequences) - 1):
        assert drawn.shuffled(0, sequences[:cut]) + drawn.shuffled(cut, sequences[cut:]) == whole


def test_segments_are_the_known_owned_bases(null: tuple[NullGrid, list[str]]) -> None:
    """A plain loop over bases finds the same runs."""
    drawn, sequences = null
    values, expected = [], []
    rng = np.random.default_rng(2)
    for window, sequence in enumerate(sequences):
        offset = int(drawn.grid.start[window])
        for start, end in drawn.grid.runs_of(window):
            last = None
            for at in range(start, end):
                base = sequence[at - offset]
                values.append(np.nan if base == "N" else rng.normal())
                if base == "N":
                    last = None
                    continue
                if last is None:
                    last = [window, at, "", []]
                    expected.append(last)
                last[2] += base
                last[3].append(np.float32(values[-1]))
    found = drawn.segments(0, sequences, np.array(values, np.float32))
    assert len(found) == len(expected)
    labels: dict[str, int] = {}
    for segment, (window, start, bases, relevance) in zip(found, expected, strict=True):
        assert segment.start == start
        assert "".join("ACGT"[c] for c in segment.codes) == bases
        assert segment.relevance.tolist() == relevance
        assert labels.setdefault(segment.chrom, window) == window, "a name is of one window"


def test_parts_cover_the_null_once() -> None:
    plan = NullPlan(100, {"a": ("x",) * 7, "b": ("y",) * 3})
    assert plan.n_parts == 7
    for shards in (1, 2, 7, 20):
        parts = [part for shard in range(shards) for part in plan.parts(shard, shards)]
        assert parts == list(range(7))


def test_the_seal_of_a_null_is_of_its_plan_target_size_and_part() -> None:
    plan, larger = NullPlan(100, {}), NullPlan(101, {})
    seals = [
        null.seal(digest, stem, part)
        for null in (plan, larger)
        for digest in ("00", "01")
        for stem in ("m", "m.a")
        for part in (None, 0, 1)
    ]
    assert len(set(seals)) == len(seals)

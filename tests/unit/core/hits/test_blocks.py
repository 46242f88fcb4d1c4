"""Blocks: every site of every segment belongs to exactly one, however they are cut."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.blocks import FLANK, blocks
from gtrack.core.segments import Segment


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)), min_size=1, max_size=12),
    st.integers(1, 8),
    st.integers(1, 80),
)
def test_every_site_has_one_block(shapes: list[tuple[int, int]], width: int, size: int) -> None:
    rng = np.random.default_rng(0)
    segments, at = [], 0
    for length, apart in shapes:
        values = rng.normal(size=length).astype(np.float32)
        codes = rng.integers(0, 4, length, dtype=np.uint8)
        segments.append(Segment("chr1", at, codes, values))
        at += length + apart
    expected = {
        s.start + k: (s.codes[k : k + width].tolist(), s.relevance[k : k + width].tolist())
        for s in segments
        for k in range(len(s) - width + 1)
    }
    found: dict[int, tuple[list[int], list[float]]] = {}
    total = 0
    for block in blocks(segments, width, size):
        total += block.bases
        codes = block.words.codes
        starts = np.array(
            [k for k in range(len(codes) - width + 1) if (codes[k : k + width] < 4).all()], np.int64
        )
        own, _, position = block.place(starts)
        for k, place in zip(starts[own].tolist(), position[own].tolist(), strict=True):
            assert place not in found
            span = slice(k, k + width)
            found[place] = (codes[span].tolist(), block.relevance[span].tolist())
    assert found == expected
    assert total == sum(map(len, segments))


def test_a_cut_segment_keeps_its_flanks_and_says_how_far_it_is() -> None:
    codes = np.random.default_rng(1).integers(0, 4, 95, dtype=np.uint8)
    segment = Segment("chr1", 7, codes, np.zeros(95, np.float32))
    pieces = list(blocks([segment], 5, 40))
    assert [(block.lead.tolist(), block.own.tolist()) for block in pieces] == [
        ([0], [40]),
        ([FLANK], [40]),
        ([FLANK], [15]),
    ]
    assert [block.frontier for block in pieces] == [(0, 47), (0, 87), (0, 102)]
    assert len(pieces[0].words) == 40 + 4 + FLANK + 1

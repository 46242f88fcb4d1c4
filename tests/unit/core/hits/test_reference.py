"""The first look: bases, loudness, and what stands for a null that is not there."""

from __future__ import annotations

import numpy as np
import pytest

from gtrack.core.hits.lending import NullWindows
from gtrack.core.hits.reference import REFERENCE, SAMPLE, look_over
from gtrack.core.hits.relevance_null import RelevanceNull
from gtrack.core.segments import Segment


def noise(count: int, length: int, sd: float, seed: int, chrom: str = "c") -> list[Segment]:
    rng = np.random.default_rng(seed)
    return [
        Segment(
            chrom,
            2 * length * k,
            np.zeros(length, np.uint8),
            rng.normal(scale=sd, size=length).astype(np.float32),
        )
        for k in range(count)
    ]


def test_it_counts_what_there_is() -> None:
    segments = [*noise(3, 500, 1, 0), *noise(1, 900, 1, 1, "d")]
    looked = look_over(lambda: segments, NullWindows.of(segments), 10)
    assert (looked.bases, looked.longest) == (2400, 900)
    assert looked.total == pytest.approx(sum(float(np.abs(s.relevance).sum()) for s in segments))
    assert looked.reference == tuple(segments)


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_loudness_is_a_ratio_of_medians(ratio: float) -> None:
    segments, null = noise(40, 500, ratio, 2), noise(40, 500, 1, 3)
    looked = look_over(lambda: segments, NullWindows.of(null), 10)
    assert looked.loudness(RelevanceNull(null)) == pytest.approx(ratio, rel=0.05)


def test_a_large_scan_is_sampled_evenly() -> None:
    segments = noise(3, SAMPLE, 1, 4)
    looked = look_over(lambda: segments, NullWindows.of(noise(9, 500, 1, 5)), 10)
    assert SAMPLE / 2 < len(looked.sample) < 1.5 * SAMPLE
    step = -(-looked.bases // SAMPLE) | 1
    expected = [s.relevance[(s.start + np.arange(len(s))) % step == 0] for s in segments]
    np.testing.assert_array_equal(looked.sample, np.concatenate(expected))


def test_without_a_null_the_quieter_half_stands_for_it() -> None:
    """Sites on a third of the tiles leave no trace in it; how segments come does not matter."""
    segments = noise(60, 1000, 1, 6)
    for segment in segments:
        segment.relevance[0::150] += 50
    looked = look_over(lambda: segments, None, 12)
    values = np.concatenate([s.relevance for s in looked.reference])
    assert len(values) == sum(map(len, segments)) / 2
    assert np.abs(values).max() < 10
    assert all(len(s) == 50 for s in looked.reference)
    wide = look_over(lambda: segments, None, 40)
    assert all(len(s) <= 80 for s in wide.reference), "a tile holds the widest motif"


def test_of_a_large_track_a_part_is_enough() -> None:
    segments = noise(2, 3 * REFERENCE, 1, 7)
    looked = look_over(lambda: segments, None, 10)
    kept = sum(map(len, looked.reference))
    assert 0.35 * REFERENCE < kept < 0.65 * REFERENCE

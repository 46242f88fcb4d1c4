"""Relevance loci without a motif."""

from __future__ import annotations

import numpy as np
import pytest

from gtrack.core.loci import call_loci
from gtrack.core.segments import Segment


def windows(count: int, seed: int, chrom: str = "") -> list[Segment]:
    rng = np.random.default_rng(seed)
    return [
        Segment(
            chrom or f"w{k}",
            600 * k if chrom else 0,
            rng.integers(0, 4, 500, dtype=np.uint8),
            rng.laplace(scale=0.2, size=500).astype(np.float32),
        )
        for k in range(count)
    ]


def test_planted_runs_of_both_signs_are_found() -> None:
    targets = windows(60, 0, "chr1")
    for segment in targets[::2]:
        sign = np.where(np.arange(14) % 3 == 0, -1, 1)  # single bases carry both signs
        segment.relevance[200:214] += (1.5 * sign).astype(np.float32)
    targets[0].relevance[205] = -9
    table = call_loci(iter(targets), windows(100, 1))
    found = table.q < 0.05
    middle = {int(s.start) + 207 for s in targets[::2]}
    spans = list(zip(table.start[found], table.end[found], strict=True))
    assert all(any(start <= at < end for start, end in spans) for at in middle)
    assert len(spans) <= len(middle) + 3
    assert ((table.end - table.start) > table.peak).all()
    assert int((table.start + table.peak)[found][0]) == 205


def test_columns_say_what_lies_in_the_run() -> None:
    targets = windows(20, 2, "chr1")
    targets[3].relevance[100:120] -= 2
    table = call_loci(targets, windows(50, 3))
    k = int(table.score.argmax())
    inside = targets[3].relevance[table.start[k] - 1800 : table.end[k] - 1800].astype(float)
    assert table.relevance_sum[k] == pytest.approx(inside.sum())
    assert table.relevance_abs[k] == pytest.approx(np.abs(inside).sum())
    assert table.peak[k] == np.abs(inside).argmax()
    assert (np.diff(table.start) > 0).all()


def test_noise_is_not_significant() -> None:
    for seed in range(10, 20):
        assert not (call_loci(windows(40, seed, "chr1"), windows(40, 99)).q < 0.05).any()


def test_no_target_gives_an_empty_table() -> None:
    assert len(call_loci([], windows(50, 4))) == 0

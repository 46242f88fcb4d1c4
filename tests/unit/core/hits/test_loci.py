"""Relevance loci without a motif."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gtrack.core.hits.loci import call_loci
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
    assert table.peak[k] == np.abs(inside).argmax()
    assert (np.diff(table.start) > 0).all()
    assert table.below(0.5) == [row for row in range(len(table)) if table.q[row] < 0.5]
    assert table.below(0) == []


def test_noise_is_not_significant() -> None:
    for seed in range(10, 20):
        assert not (call_loci(windows(40, seed, "chr1"), windows(40, 99)).q < 0.05).any()


def test_bases_that_only_equal_the_null_are_no_locus() -> None:
    """Where most of the null is alike, its quantile is that value, and so is every dead base."""
    null, targets = windows(20, 6), windows(20, 7, "chr1")
    for segment in (*null, *targets):
        segment.relevance[:] = 0.3
    null = [replace(s, codes=s.codes[:200], relevance=s.relevance[:200]) for s in null]
    null[0].relevance[195:] = 5  # too few to be the top 1 %
    for segment in targets:  # less relevant bases give the sums after them other last bits
        segment.relevance[:50] = np.linspace(0.3, 0.308, 50)
    targets[3].relevance[200:220] = 5
    table = call_loci(targets, null)
    assert len(table) == 1
    assert table.start[0] in range(targets[3].start + 190, targets[3].start + 201)


def test_the_peak_is_the_first_of_equals() -> None:
    targets = windows(20, 8, "chr1")
    noise = np.random.default_rng(9).uniform(-1e-6, 1e-6, 12)
    targets[3].relevance[100:112] = np.repeat([2, -5, 1], 4) * (1 + noise)
    table = call_loci(targets, windows(50, 9))
    k = int(table.score.argmax())
    assert table.start[k] + table.peak[k] == targets[3].start + 104


def test_no_target_gives_an_empty_table() -> None:
    assert len(call_loci([], windows(50, 4))) == 0

"""Scores of windows on the bases that they own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.intervals import Interval
from gtrack.core.scan.score_values import StrandMeans, mean_scores, score_runs, stretches
from gtrack.core.scan.windows import lay_windows

SIZES = {"a": 5000, "b": 700}
REGIONS = [Interval("a", 100, 180), Interval("a", 150, 900), Interval("b", 0, 700)]


def grid(strand: str = "both"):
    return lay_windows(REGIONS, SIZES, 200, 100, strand)


def rows(laid, score=lambda window, strand: window + strand / 2):
    for window in range(len(laid)):
        for strand in (1, 2):
            if laid.strands[window] & strand:
                yield {
                    "chrom": laid.chroms[laid.chrom[window]],
                    "start": str(laid.start[window]),
                    "end": str(laid.end[window]),
                    "score": str(score(window, strand)),
                }


def test_every_owned_base_has_the_score_of_its_window() -> None:
    laid = grid()
    scores = np.arange(len(laid)) * 1.5 - 3
    seen = {chrom: np.full(size, np.nan) for chrom, size in SIZES.items()}
    for chrom, runs in score_runs(laid, scores):
        ends = np.cumsum(runs.size)
        for start, size, end in zip(runs.start, runs.size, ends, strict=True):
            assert np.isnan(seen[chrom][start : start + size]).all(), "disjoint"
            seen[chrom][start : start + size] = runs.values[end - size : end]
    wanted = {chrom: np.full(size, np.nan) for chrom, size in SIZES.items()}
    for window in range(len(laid)):
        for start, end in laid.runs_of(window):
            wanted[laid.chroms[laid.chrom[window]]][start:end] = np.float32(scores[window])
    for chrom in SIZES:
        np.testing.assert_array_equal(seen[chrom], wanted[chrom])


def read(given, strand: str = "both"):
    means = StrandMeans(grid(strand), tuple(SIZES))
    for row in given:
        means.add(row)
    return means.values().tolist()


@pytest.mark.parametrize("strand", ["both", "forward", "reverse"])
def test_the_score_is_the_mean_of_the_strands_that_were_read(strand: str) -> None:
    laid = grid(strand)
    extra = {"both": 0.75, "forward": 0.5, "reverse": 1.0}[strand]
    assert read(rows(laid), strand) == [window + extra for window in range(len(laid))]


@pytest.mark.parametrize(
    "change",
    [
        lambda given: given[1:],
        lambda given: given[:-1],
        lambda given: [*given, given[0]],
        lambda given: [given[0], *given],
        lambda given: [{**given[0], "start": "1"}, *given[1:]],
        lambda given: [{**given[0], "score": "nan"}, *given[1:]],
        lambda given: [{**given[0], "score": "NA"}, *given[1:]],
        lambda given: given[::-1],
    ],
)
def test_a_table_of_other_windows_is_refused(change) -> None:
    given = change(list(rows(grid())))
    with pytest.raises((LookupError, ValueError)):
        read(given)


def test_the_score_of_an_ensemble_is_the_mean_of_its_members() -> None:
    one, two = np.array([1.0, 1e30]), np.array([2.0, -1e30])
    three = np.array([6.0, 1.0])
    assert mean_scores([one, two, three]).tolist() == mean_scores([three, one, two]).tolist()
    assert mean_scores([one, two, three])[0] == 3


runs = st.lists(st.integers(1, 40), min_size=1, max_size=12)


@given(runs, runs, st.integers(1, 50))
def test_stretches_hold_every_base_once_and_not_too_many(gaps, lengths, most) -> None:
    start, union = 0, []
    for gap, length in zip(gaps, lengths, strict=False):
        union.append((start + gap, start + gap + length))
        start += gap + length
    seen = []
    for chrom, found in stretches({"c": union, "d": [(0, 3)]}, most):
        assert sum(end - first for first, end in found) <= max(most, 1)
        seen += [(chrom, base) for first, end in found for base in range(first, end)]
    wanted = [("c", base) for first, end in union for base in range(first, end)]
    assert seen == [*wanted, *(("d", base) for base in range(3))]

"""From tokens to bases and back: loops as twins, and laws."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.evaluation.similarity import MEASURES, cosine, pearson, spearman
from gtrack.evaluation.units import projected, spread, sums, token_ceiling


@st.composite
def cut(draw: st.DrawFn, overlap: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Draw a map with holes, and spans: tokens with gaps, or any stretches."""
    n = draw(st.integers(1, 20))
    value = st.one_of(st.just(math.nan), st.integers(-5, 5).map(float))
    values = draw(st.lists(value, min_size=n, max_size=n))
    if overlap:
        ends = st.tuples(st.integers(0, n), st.integers(0, n)).map(sorted)
        spans = draw(st.lists(ends, max_size=6))
    else:
        edges = sorted(draw(st.lists(st.integers(0, n), max_size=9)))
        kept = draw(st.lists(st.booleans(), min_size=9, max_size=9))
        spans = [s for s, k in zip(itertools.pairwise(edges), kept, strict=False) if k]
    return np.array(values), np.array(spans, np.int64).reshape(-1, 2)


def slow_sum(values: np.ndarray, start: int, end: int) -> float:
    held = [v for v in values[start:end] if not math.isnan(v)]
    return math.fsum(held) if held else math.nan


def slow_spread(values: np.ndarray, spans: np.ndarray, length: int) -> list[float]:
    found = [math.nan] * length
    for value, (start, end) in zip(values, spans, strict=True):
        for j in range(start, end):
            if not math.isnan(value):
                found[j] = value / (end - start) + (0.0 if math.isnan(found[j]) else found[j])
    return found


@given(st.one_of(cut(), cut(overlap=True)))
def test_sums_and_spread_equal_loops(case):
    values, spans = case
    got = sums(values, spans)
    assert got == pytest.approx([slow_sum(values, *span) for span in spans], nan_ok=True)
    back = spread(got, spans, len(values))
    assert back == pytest.approx(slow_spread(got, spans, len(values)), nan_ok=True)


@given(cut())
def test_a_projection_keeps_totals_and_is_one(case):
    values, spans = case
    tokens = sums(values, spans)
    through = projected(values, spans)
    assert np.nansum(through) == pytest.approx(np.nansum(tokens), abs=1e-12)
    assert sums(through, spans) == pytest.approx(tokens, abs=1e-12, nan_ok=True)
    assert projected(through, spans) == pytest.approx(through, abs=1e-12, nan_ok=True)


def test_a_small_token_beside_a_huge_one_is_not_lost():
    values = np.array([1e17, 3.0, 1.0, -1e17])
    assert sums(values, np.array([[0, 1], [1, 3], [3, 4]]))[1] == 4.0


@given(st.integers(0, 2**32 - 1))
def test_no_map_of_tokens_comes_nearer_than_the_ceiling(seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, 8)
    ends = np.cumsum(sizes)
    spans = np.stack([ends - sizes, ends], 1)
    values = rng.normal(size=ends[-1])
    for measure in (pearson, cosine):
        best = token_ceiling(values, spans, measure)
        assert best == pytest.approx(measure(values, projected(values, spans)))
        for _ in range(20):
            other = spread(rng.normal(size=8), spans, ends[-1])
            assert measure(values, other) <= best + 1e-12


def test_a_map_that_is_even_within_tokens_reaches_one():
    spans = np.array([[0, 3], [3, 4], [4, 6]])
    even = spread([1.0, -2.0, 5.0], spans, 6)
    for name, measure in MEASURES.items():
        assert token_ceiling(even, spans, measure) == pytest.approx(1.0), name
    assert math.isnan(token_ceiling(np.ones(6), spans, spearman))


def test_spans_that_fit_no_map_are_refused():
    for spans in ([[0, 4]], [[-1, 2]], [[2, 1]]):
        with pytest.raises(ValueError, match="not within"):
            sums([1.0, 2.0, 3.0], np.array(spans))
    with pytest.raises(ValueError, match="shape"):
        sums([1.0], np.array([0, 1]))
    with pytest.raises(ValueError, match="for 1 tokens"):
        spread([1.0, 2.0], np.array([[0, 1]]), 3)

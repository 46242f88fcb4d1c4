"""Bounds by brute force over token orders, and masks of other sequences."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.evaluation.localisation import mass_accuracy, rank_accuracy
from gtrack.evaluation.localisation_bounds import mass_ceiling, rank_ceiling
from gtrack.evaluation.units import spread


@st.composite
def tokens_and_mask(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Draw up to five tokens, with gaps and one without bases, and a mask over them."""
    parts = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), min_size=1, max_size=5))
    at, spans = 0, [(0, 0)]
    for gap, size in parts:
        spans.append((at + gap, at + gap + size))
        at += gap + size
    mask = draw(st.lists(st.booleans(), min_size=at, max_size=at))
    return np.array(spans), np.array(mask)


@given(tokens_and_mask())
def test_the_best_order_of_tokens_reaches_the_rank_ceiling(case):
    spans, mask = case
    sizes = np.diff(spans, axis=1)[:, 0]
    best = [
        rank_accuracy(spread(np.array([0, *order]) * sizes, spans, len(mask)), mask)
        for order in itertools.permutations(range(len(spans) - 1))
    ]
    got = rank_ceiling(mask, spans)
    assert got == pytest.approx(max(best), abs=1e-12, nan_ok=True)


def even_maps(spans: np.ndarray, length: int, seed: int) -> list[np.ndarray]:
    """Return maps even within tokens, with ties between tokens and without."""
    rng = np.random.default_rng(seed)
    few = [spread(rng.integers(-1, 3, len(spans)), spans, length) for _ in range(10)]
    return [*few, *(spread(rng.normal(size=len(spans)), spans, length) for _ in range(10))]


@given(tokens_and_mask(), st.integers(0, 2**32 - 1))
def test_no_map_of_tokens_beats_a_ceiling(case, seed):
    spans, mask = case
    for even in even_maps(spans, len(mask), seed):
        for measure, ceiling in ((mass_accuracy, mass_ceiling), (rank_accuracy, rank_ceiling)):
            got, best = measure(even, mask), ceiling(mask, spans)
            assert math.isnan(got) or got <= best + 1e-12


@given(tokens_and_mask())
def test_one_token_reaches_the_mass_ceiling(case):
    spans, mask = case
    alone = [mass_accuracy(spread(row, spans, len(mask)), mask) for row in np.eye(len(spans))[1:]]
    got = mass_ceiling(mask, spans)
    assert got == pytest.approx(max(alone), abs=1e-12, nan_ok=True)


def test_a_dinucleotide_in_a_token_of_seven():
    spans, mask = np.array([[0, 5], [5, 12], [12, 16]]), np.zeros(16, bool)
    mask[7:9] = True
    assert mass_ceiling(mask, spans) == rank_ceiling(mask, spans) == pytest.approx(2 / 7)


@pytest.mark.parametrize("ceiling", [mass_ceiling, rank_ceiling])
def test_ceilings_of_nothing_and_of_overlap(ceiling):
    spans = np.array([[0, 2], [2, 4]])
    assert math.isnan(ceiling([False] * 4, spans))
    assert math.isnan(ceiling([True] * 4, spans))
    assert math.isnan(ceiling([True, False], np.zeros((0, 2), np.int64)))
    with pytest.raises(ValueError, match="overlap"):
        ceiling([True, False, False, False], np.array([[1, 4], [0, 2]]))
    with pytest.raises(ValueError, match="not within"):
        ceiling([True, False], spans)

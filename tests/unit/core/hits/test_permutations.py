"""Permuted motifs: none like its motif, CG together, the same for the same matrix and seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.permutations import MOST_SIMILAR, complemented_columns, permuted_columns
from tests.words import motif

FLAT = np.full(4, 0.25)
WORDS = st.text("ACGT", min_size=6, max_size=14)


def profile(counts: np.ndarray) -> np.ndarray:
    p = (counts + 0.1 * FLAT) / (counts.sum(axis=1, keepdims=True) + 0.1)
    information = (p * np.log2(p / FLAT)).sum(axis=1)
    return (p - FLAT) * np.sqrt(information)[:, None]


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest cosine over every shift and both strands, column by column."""
    a, best = profile(one), 0.0
    for b in (profile(other), profile(other[::-1, ::-1])):
        for shift in range(-len(b) + 1, len(a)):
            pairs = [(i, i - shift) for i in range(len(a)) if 0 <= i - shift < len(b)]
            best = max(best, sum(float(a[i] @ b[j]) for i, j in pairs))
    return best / float(np.linalg.norm(a) * np.linalg.norm(profile(other)))


@given(WORDS, st.integers(0, 9))
def test_no_decoy_is_like_its_motif(word: str, seed: int) -> None:
    one = motif(word)
    orders = permuted_columns(one, FLAT, 10, seed)
    for order in orders:
        assert sorted(order.tolist()) == list(range(len(word)))
        assert likeness(one.counts, one.counts[order]) <= MOST_SIMILAR + 1e-4
    spelled = {"".join(word[k] for k in order) for order in orders}
    assert len(spelled) == len(orders), "no word twice"


@given(WORDS)
def test_cg_stays_together(word: str) -> None:
    for order in permuted_columns(motif(word), FLAT, 10, 0):
        spelled = "".join(word[k] for k in order)
        assert word.count("CG") <= spelled.count("CG") <= word.count("CG") + 0.5


@pytest.mark.parametrize("word", ["AAAAAAAA", "GGGGGGGGGG", "TTTTTT"])
def test_a_run_of_one_base_has_no_permutation(word: str) -> None:
    assert permuted_columns(motif(word), FLAT, 10, 0) == []
    orders = complemented_columns(motif(word), FLAT, 10, 0)
    assert orders
    for order in orders:
        columns = np.concatenate([motif(word).counts, motif(word).counts[:, ::-1]])
        assert likeness(motif(word).counts, columns[order]) <= MOST_SIMILAR + 1e-4


def test_the_matrix_and_the_seed_decide() -> None:
    one, again = motif("TGACTCAGG"), Motif("other", "name", motif("TGACTCAGG").counts)
    same = [permuted_columns(each, FLAT, 10, 3) for each in (one, again)]
    np.testing.assert_array_equal(*same)
    assert not np.array_equal(same[0], permuted_columns(one, FLAT, 10, 4))
    np.testing.assert_array_equal(same[0][:4], permuted_columns(one, FLAT, 4, 3))

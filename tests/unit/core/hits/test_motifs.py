"""A motif checks itself, and its formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.hits.motifs import Motif, checked_background, symmetric_background

GOOD = np.array([[8.0, 0, 1, 1], [0, 10, 0, 0], [2, 2, 4, 2]])
SKEWED = (0.4, 0.1, 0.2, 0.3)


def changed(value: float) -> np.ndarray:
    counts = GOOD.copy()
    counts[1, 2] = value
    return counts


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (np.zeros((3, 4)), "all zero"),
        (np.array([[1, 2, 3, 4], [0, 0, 0, 0]]), "position 2 of its matrix is all zero"),
        (GOOD[:1], "1 column(s); a motif has at least 2"),
        (GOOD[:0], "0 column(s)"),
        (GOOD.T, "shape (4, 3), not (width, 4)"),
        (GOOD[0], "shape (4,), not (width, 4)"),
        (np.ones((301, 4)), "301 columns, more than 300"),
        (changed(-0.1), "a negative value"),
        (changed(np.nan), "no finite number"),
        (changed(np.inf), "no finite number"),
        (changed(2e9), "a count above 1e+09"),
    ],
)
def test_a_bad_matrix_is_refused_by_the_name_of_its_motif(counts: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=r"^motif MA1: ") as caught:
        Motif("MA1", "one", counts)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("", "one"), "an empty id or name"),
        (("MA1", " "), "an empty id or name"),
        (("MA1", "a\tb"), "its name has"),
        (("MA\n1", "one"), "its id has"),
        (("x" * 256, "one"), "its id has more than 255"),
    ],
)
def test_a_name_that_breaks_a_bed_line_is_refused(names: tuple[str, str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        Motif(*names, GOOD)
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_motif_keeps_its_own_counts() -> None:
    counts = GOOD.copy()
    motif = Motif("MA1", "one", counts)
    counts[:] = 0
    np.testing.assert_array_equal(motif.counts, GOOD)
    with pytest.raises(ValueError, match="read-only"):
        motif.counts[0, 0] = 1


def test_formulas_by_hand() -> None:
    motif = Motif("MA1", "one", [[8, 0, 1, 1], [1, 1, 1, 1]])
    p = motif.probabilities((0.25,) * 4, pseudocount=2)
    np.testing.assert_allclose(p, [[8.5 / 12, 0.5 / 12, 1.5 / 12, 1.5 / 12], [0.25] * 4])
    np.testing.assert_allclose(motif.log_odds((0.25,) * 4, pseudocount=2), np.log2(p * 4))
    information = motif.information((0.25,) * 4, pseudocount=2)
    assert information[0] == pytest.approx(2 + (p[0] * np.log2(p[0])).sum())
    assert information[1] == 0


@given(st.integers(0, 10**6), st.integers(2, 40), st.floats(1e-3, 100))
def test_laws_of_the_formulas(seed: int, width: int, pseudocount: float) -> None:
    rng = np.random.default_rng(seed)
    motif = Motif("MA1", "one", rng.integers(0, 50, (width, 4)) + np.array([0, 0, 0, 1]))
    p = motif.probabilities(SKEWED, pseudocount)
    assert (p > 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1)
    # A random base has no more than its background's share: the expected odds are 1.
    odds = 2 ** motif.log_odds(SKEWED, pseudocount)
    np.testing.assert_allclose(odds @ np.array(SKEWED), 1)
    assert (motif.information(SKEWED, pseudocount) >= 0).all()

    other = replace(motif, counts=motif.counts[::-1, ::-1])
    mirrored = other.log_odds(SKEWED[::-1], pseudocount)[::-1, ::-1]
    np.testing.assert_allclose(mirrored, motif.log_odds(SKEWED, pseudocount))


@pytest.mark.parametrize(
    "background", [(0.5, 0.5), (1, 0, 0, 0), (0.3, 0.3, 0.3, 0.3), (np.nan,) * 4, (2, -1, 0.5, 0.5)]
)
def test_a_bad_background_is_refused(background: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="background"):
        checked_background(background)


@pytest.mark.parametrize("pseudocount", [0.0, -1.0, np.nan, np.inf])
def test_a_bad_pseudocount_is_refused(pseudocount: float) -> None:
    with pytest.raises(InputError, match="pseudocount"):
        Motif("MA1", "one", GOOD).log_odds(SKEWED, pseudocount)


@given(st.lists(st.integers(0, 10**12), min_size=4, max_size=4))
def test_the_background_of_both_strands_is_its_own_complement(counts: list[int]) -> None:
    background = symmetric_background(counts)
    np.testing.assert_array_equal(background, background[::-1])
    np.testing.assert_allclose(checked_background(background).sum(), 1)
    np.testing.assert_array_equal(background, symmetric_background(counts[::-1]))

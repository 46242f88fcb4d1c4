"""Chance, and what counts of matches say of it, against loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.calling import call_hits
from gtrack.core.hits.lending import NullWindows
from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.pwm import Pwm
from gtrack.core.hits.sites import scan
from gtrack.core.hits.table import HitTable
from gtrack.core.hits.verdict import Counts
from gtrack.core.segments import Segment
from tests.words import codes_of, motif, windows

FLAT = np.full(4, 0.25)


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(0, 6))
def test_matches_as_good_are_counted(found: list[int], asked: int) -> None:
    tail = np.array([1e-5, 1e-5, 3e-5, 1e-4, 5e-4, 1e-3])  # a loss that no word has repeats a p
    counts = Counts({0: tail}, {0: np.zeros(6, np.int64)}, frozenset(), np.zeros(0, np.int64))
    p = tail[found]
    np.add.at(counts.found[0], np.searchsorted(tail, p), 1)
    limit = np.append(tail, 1.0)[asked]
    assert counts.as_good(0, np.array([limit])).tolist() == [sum(p <= limit)]


@pytest.fixture(scope="module")
def called() -> tuple[HitTable, list[Segment], list[Segment], list[Motif]]:
    targets, null = windows(60, 1, "chr1"), windows(90, 2)
    for segment in targets[::2]:
        segment.codes[100:107] = codes_of("TGACTCA")
        segment.relevance[100:107] += 3
    motifs = [motif("TGACTCA"), motif("GCGCATGC")]
    table = call_hits(lambda: targets, NullWindows.of(null), motifs, background=FLAT)
    return table, targets, null, motifs


def matches(segments: list[Segment], one: Motif) -> np.ndarray:
    """Return the p-values of all matches, segment by segment."""
    return np.concatenate([scan(s.codes, Pwm.of(one, FLAT), 1e-3)[2] for s in segments])


def test_chance_is_what_its_formula_says(
    called: tuple[HitTable, list[Segment], list[Segment], list[Motif]],
) -> None:
    table, targets, null, motifs = called
    assert len(table) > 20
    for k, one in enumerate(motifs):
        here, there = matches(targets, one), matches(null, one)
        for row in np.flatnonzero(table.motif == k):
            p = table.p_sequence[row]
            expected = (1 + sum(there <= p)) * table.bases / table.null_bases
            assert table.chance[row] == pytest.approx(min(1, expected / sum(here <= p)))


def test_a_chance_that_is_not_known_hides_nothing(
    called: tuple[HitTable, list[Segment], list[Segment], list[Motif]],
) -> None:
    table, targets, _, motifs = called
    limit = float(np.median(table.chance))
    assert not (table.hits(1.1, limit) & (table.chance > limit)).any()
    bare = call_hits(lambda: targets, None, motifs, background=FLAT)
    assert np.isnan(bare.chance).all()
    assert bare.hits(1.1, 0.0).all()


def test_motifs_that_no_word_reaches_are_named() -> None:
    targets, null = windows(20, 3, "chr1"), NullWindows.of(windows(20, 4))
    motifs = [motif("ACG"), motif("TGACTCAGG")]
    table = call_hits(lambda: targets, null, motifs, background=FLAT)
    assert table.weak.tolist() == [0]  # 1 / 64 is more than .001

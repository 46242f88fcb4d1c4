"""Backing: places of motifs counted by loops, and what it is for: one word among many motifs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits import backing, verdict
from gtrack.core.hits.backing import MOST_PLACES, Backing, weight
from gtrack.core.hits.calling import call_hits
from gtrack.core.hits.candidates import Candidates
from gtrack.core.hits.lending import NullWindows
from tests.words import codes_of, motif, windows

FLAT = np.full(4, 0.25)
ROUNDS = 2


def candidates(seed: int, count: int) -> Candidates:
    """Return candidates of three motifs in worlds 0 to 3, of which 3 is a loan; some are copies."""
    rng = np.random.default_rng(seed)
    world = rng.integers(0, 4, count)
    flanks = rng.integers(0, 2**48, 6, dtype=np.uint64)[rng.integers(0, 6, count)]
    flanks ^= rng.integers(0, 2, count, dtype=np.uint64) << np.uint64(8)  # one base of 24 differs
    start, zeros = rng.integers(0, 500, count), np.zeros(count)
    return Candidates(
        np.zeros(count, np.int64),
        world,
        (world > 0) & (world <= ROUNDS),
        start,
        start + 9,
        rng.random(count) < 0.5,
        rng.integers(0, 3, count),
        *(rng.choice([-1.0, 1.0], count), zeros, zeros + 1, zeros + 1),
        *(rng.integers(1, 30, count).astype(float), flanks, np.zeros(count, np.uint64)),
    )


def differ(one: int, two: int) -> int:
    return sum((one >> 2 * k) & 3 != (two >> 2 * k) & 3 for k in range(24))


def slowly(found: Candidates) -> np.ndarray:
    """Count the candidates of each lane that are no copy of a better one that counts."""
    counts = np.zeros((ROUNDS + 1, 3, 2), np.int64)
    leaders: dict[tuple[int, int, int], list[int]] = {}
    rows = sorted(range(len(found)), key=lambda k: (-found.score[k], found.flanks[k]))
    for k in rows:
        lane = (int(found.world[k]), int(found.motif[k]), int(found.opposing[k]))
        flank = int(found.flanks[k])
        if lane[0] <= ROUNDS and all(differ(flank, each) > 8 for each in leaders.get(lane, [])):
            leaders.setdefault(lane, []).append(flank)
            counts[lane] += 1
    return counts


@given(st.integers(0, 999), st.integers(0, 80), st.integers(0, 80))
def test_places_equal_a_slow_twin_whatever_the_pieces(seed: int, count: int, cut: int) -> None:
    found = candidates(seed, count)
    whole, pieces = Backing(ROUNDS, 3), Backing(ROUNDS, 3)
    whole.add(found)
    for part in (slice(cut, None), slice(0, cut)):
        pieces.add(found.at(np.arange(count)[part]))
    expected = slowly(found)
    np.testing.assert_array_equal(whole.places(frozenset()), expected)
    np.testing.assert_array_equal(pieces.places(frozenset()), expected)


def test_no_more_than_so_many_places_are_counted() -> None:
    rng = np.random.default_rng(1)
    found = candidates(1, 4 * MOST_PLACES)
    whole, size = np.zeros(len(found), np.int64), len(found)
    many = Candidates(
        *(whole, whole, whole > 0, found.start, found.end, found.reverse, whole),
        *(np.ones(size), found.relevance_z, found.p_sequence, found.p_relevance, found.score),
        *(rng.integers(0, 2**48, size, dtype=np.uint64), found.unknown),
    )
    counter = Backing(0, 1)
    counter.add(many)
    ((supporting, opposing),) = counter.places(frozenset())[0].tolist()
    assert 0.98 * MOST_PLACES < supporting <= MOST_PLACES  # a few are alike by chance
    assert opposing == 0


def test_letting_go_of_all_but_the_best_counts_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    found = candidates(2, 20 * MOST_PLACES)
    found = replace(
        found, flanks=np.random.default_rng(2).integers(0, 2**48, len(found), np.uint64)
    )
    whole, frugal = Backing(ROUNDS, 3), Backing(ROUNDS, 3)
    whole.add(found)
    monkeypatch.setattr(backing, "MANY", 100)
    for first in range(0, len(found), 70):
        frugal.add(found.at(np.arange(first, min(first + 70, len(found)))))
    counted = whole.places(frozenset())
    assert counted.max() > MOST_PLACES // 2
    np.testing.assert_array_equal(frugal.places(frozenset()), counted)


def test_a_score_never_falls_and_grows_with_places() -> None:
    factor = weight(np.arange(400))
    assert factor[0] == 1
    assert (np.diff(factor) > 0).all()


def test_one_word_is_found_among_many_motifs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sites are hardly louder than the rest, but they are many; without backing few pass."""
    targets, null = windows(160, 1, "chr1"), NullWindows.of(windows(120, 2))
    for segment in targets[::2]:
        segment.codes[100:107] = codes_of("TGACTCA")
        segment.relevance[100:107] += np.float32(1.5)
    rng = np.random.default_rng(3)
    others = [motif("".join(rng.choice(list("ACGT"), 11)), f"M{k}") for k in range(60)]
    motifs = [motif("TGACTCA", "A0"), *others]

    def found() -> tuple[int, int]:
        table = call_hits(lambda: targets, null, motifs, background=FLAT)
        hit = table.hits(0.05)
        return int((hit & (table.motif == 0)).sum()), int((hit & (table.motif != 0)).sum())

    backed, others_found = found()
    monkeypatch.setattr(verdict, "weight", lambda places: np.ones(np.shape(places)))
    alone, _ = found()
    assert backed >= alone + 10
    assert others_found <= 2

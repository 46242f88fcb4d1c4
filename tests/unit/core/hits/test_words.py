"""Recurrent words: a slow twin, laws, and adversaries without any signal."""

from __future__ import annotations

import math
import re
import struct
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.word_copies import MOST_PLACES, Copies, first_copies
from gtrack.core.hits.word_groups import Word, WordTable, consensus
from gtrack.core.hits.word_names import named_words
from gtrack.core.hits.word_places import (
    FLANK,
    LEAST_RUNS,
    UNKNOWN,
    low_complexity,
    stretches,
)
from gtrack.core.hits.words import LEAST_PLACES, TOP, _count, _tested, find_words
from gtrack.core.segments import Segment
from gtrack.core.sequences import base_codes, reverse_complement

WORD = "CACGTGAC"


def letters(codes) -> str:
    return "".join("ACGTN"[code] for code in codes)


def planted(seed: int, word: str = WORD, count: int = 60, loud: float = 1.5) -> list[Segment]:
    """Return 300 windows of 200 bases of noise; in some of them a word that the model likes."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, (300, 200)).astype(np.uint8)
    relevance = rng.normal(size=codes.shape)
    for row in range(count):
        at = int(rng.integers(0, 200 - len(word)))
        site = word if rng.random() < 0.5 else reverse_complement(word)
        codes[row, at : at + len(word)] = base_codes(site)
        relevance[row, at : at + len(word)] += loud
    return segments(codes, relevance)


def segments(codes, relevance) -> list[Segment]:
    return [
        Segment(f"chr{row % 7}", row * 1000, one.astype(np.uint8), values.astype(np.float32))
        for row, (one, values) in enumerate(zip(codes, relevance, strict=True))
    ]


def same(one: WordTable, other: WordTable) -> None:
    """Hold two tables equal, means up to rounding."""
    assert (one.places, one.low) == (other.places, other.low)
    assert len(one.words) == len(other.words)
    for a, b in zip(one.words, other.words, strict=True):
        assert (a.word, a.consensus, a.members, a.top) == (b.word, b.consensus, b.members, b.top)
        assert a.counts.tolist() == b.counts.tolist()
        assert (a.places, a.expected, a.q) == (b.places, b.expected, b.q)
        assert a.mean_relevance == pytest.approx(b.mean_relevance, rel=1e-9)


# --- the twin -----------------------------------------------------------------------------------


def slow_low(bases: str) -> list[bool]:
    low = [False] * len(bases)
    for period, least in LEAST_RUNS:
        for first in range(len(bases)):
            last = first + period
            while last < len(bases) and bases[last] == bases[last - period]:
                last += 1
            if last - first >= least and "N" not in bases[first:last]:
                low[first:last] = [True] * (last - first)
    return low


def slow_bucket(value: float) -> int:
    return struct.unpack("<i", struct.pack("<f", value))[0] >> 16


def slow_tested(given: list[Segment], width: int) -> dict[str, tuple[float, ...]]:
    """Return (top, places, share, score) of every word, one place after the other."""
    places = []
    for segment in given:
        bases = letters(segment.codes)
        low = slow_low(bases)
        for at in range(len(bases) - width + 1):
            if not any(low[at : at + width]):
                word = bases[at : at + width]
                value = sum(float(v) for v in segment.relevance[at : at + width])
                places.append((min(word, reverse_complement(word)), value))
    high = sorted((slow_bucket(value) for _, value in places if value > 0), reverse=True)
    least = high[0]
    reached = Counter(high)
    for bucket in sorted(reached, reverse=True)[1:]:  # at most 1 % reach the least, ties and all
        if sum(reached[b] for b in reached if b >= bucket) > TOP * len(places):
            break
        least = bucket
    everywhere = Counter(word for word, _ in places)
    top = Counter(word for word, v in places if v > 0 and slow_bucket(v) >= least)
    kinds = defaultdict(set)
    for word in everywhere:
        kinds[slow_kind(word)].add(word)
    found = {}
    for word, n in everywhere.items():
        others = kinds[slow_kind(word)] - {word}
        share = (sum(top[o] for o in others) + 1) / (sum(everywhere[o] for o in others) + 1)
        share = max(share, sum(top.values()) / len(places))
        x = top[word]
        score = 0.0
        if x > n * share:
            score = x * math.log(x / (n * share))
            score += (n - x) * math.log((n - x) / (n - n * share)) if n > x else 0.0
        if n >= LEAST_PLACES:
            found[word] = (x, n, share, score)
    return found


def slow_kind(word: str) -> tuple[str, int]:
    """Return bases and CG pairs, of the strand whose bases sort first."""
    return min("".join(sorted(word)), "".join(sorted(reverse_complement(word)))), word.count("CG")


@pytest.mark.parametrize("seed", range(2))
def test_the_slow_twin_counts_and_scores_the_same(seed: int) -> None:
    given = planted(seed, count=40)[:120]
    found = _tested(_count(lambda: given))
    for width in (6, 7, 8):
        expected = slow_tested(given, width)
        rows = np.flatnonzero(found.width == width)
        named = {
            "".join(
                "ACGT"[(int(found.word[row]) >> 2 * at) & 3] for at in range(width - 1, -1, -1)
            ): (found.top[row], found.places[row], found.share[row], found.score[row])
            for row in rows
        }
        assert set(named) == set(expected)
        assert len(named) > (width == 6) * 100
        for word, row in expected.items():
            assert named[word] == pytest.approx(row, rel=1e-9, abs=1e-9), word
    assert (found.spread == 1).all(), "too few places to tell that words differ"


@given(st.text("ACGTN", min_size=3, max_size=80) | st.text("AC", min_size=3, max_size=40))
def test_low_complexity_is_what_the_slow_twin_says(bases: str) -> None:
    assert low_complexity(base_codes(bases)).tolist() == slow_low(bases)


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=30)
def test_copies_are_what_the_slow_twin_says(seed: int, both: bool) -> None:
    rng = np.random.default_rng(seed)
    word = base_codes("CACGTG")
    bases = np.full((14, 34), UNKNOWN, np.uint8)
    for row in range(14):
        flanks = rng.integers(0, 4, 24)
        if row and rng.random() < 0.7:  # a copy, more or less like one before
            flanks = np.r_[bases[(k := rng.integers(row)), :FLANK], bases[k, 18:30]].astype(int)
            for at in rng.choice(24, rng.integers(0, 13), replace=False):
                flanks[at] = rng.integers(0, 4)
        bases[row, :30] = np.r_[flanks[:12], word, flanks[12:]]
        if rng.random() < 0.3:
            bases[row, : rng.integers(0, 12)] = UNKNOWN
        if both and rng.random() < 0.5:
            bases[row, :30] = base_codes(reverse_complement(letters(bases[row, :30])))

    def differ(a: str, b: str) -> tuple[int, int]:
        known = [(x, y) for x, y in zip(a, b, strict=True) if "N" not in x + y]
        return sum(x != y for x, y in known), len(known)

    def copies(a: str, b: str) -> bool:
        (left, k), (right, m) = differ(a[:12], b[:12]), differ(a[18:], b[18:])
        one_side = (left <= 2 and k == 12) or (right <= 2 and m == 12)
        return one_side or (3 if k + m >= 18 else 6) * (left + right) <= k + m

    read = [letters(row[:30]) for row in bases]
    group = list(range(14))
    for _ in range(14):
        for a in range(14):
            for b in range(14):
                turned = both and copies(read[a], reverse_complement(read[b]))
                if copies(read[a], read[b]) or turned:
                    group[a] = group[b] = min(group[a], group[b])
    assert first_copies(bases, 6, both).tolist() == sorted(set(group))


# --- laws ---------------------------------------------------------------------------------------


@given(st.integers(0, 1000), st.sampled_from([WORD, "CACGTG", "GATAAGA"]), st.randoms())
@settings(max_examples=5)
def test_neither_strand_nor_order_nor_cut_matters(seed: int, word: str, random) -> None:
    given = planted(seed, word, loud=2.5)
    found = find_words(lambda: given)
    assert found.words
    shuffled = random.sample(given, len(given))
    same(find_words(lambda: shuffled), found)
    same(find_words(lambda: given, size=random.randint(30, 700)), found)
    turned = [
        replace(one, codes=(3 - one.codes)[::-1].copy(), relevance=one.relevance[::-1].copy())
        for one in given
    ]
    same(find_words(lambda: turned), found)


def test_long_segments_are_cut_without_a_loss() -> None:
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 4, 5000).astype(np.uint8)
    (one,) = segments(codes[None], rng.normal(size=(1, 5000)))
    for size in (37, 400, 5000):
        counts: Counter[str] = Counter()
        for stretch in stretches([one], size):
            for layer in stretch.layers():
                at = np.flatnonzero(layer.is_place)
                counts.update(letters(stretch.codes[a : a + layer.width]) for a in at)
        whole, low = letters(codes), low_complexity(codes)
        assert counts == Counter(
            whole[at : at + width]
            for width in range(6, 11)
            for at in range(5001 - width)
            if not low[at : at + width].any()
        )


def test_of_a_word_that_stands_everywhere_200_places_speak_for_all() -> None:
    given = planted(1, count=300, loud=3.0)
    counted = _count(lambda: given)
    tested = _tested(counted)
    best = int(np.argmax(tested.score))
    copies = Copies(tested.width[best:][:1], tested.word[best:][:1], counted.least)
    for _ in range(3):
        for stretch in stretches(given):
            copies.add(stretch)
    kept = copies.different()
    assert kept.top[0] == len(kept.bases)
    assert 0.97 * MOST_PLACES <= kept.top[0] <= MOST_PLACES, "few look like copies by chance"
    assert kept.top[0] / kept.share[0] == pytest.approx(tested.top[best], rel=0.15)


# --- what is found, and what not ----------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_word_is_found_with_its_consensus(seed: int) -> None:
    found = find_words(lambda: planted(seed)).words
    assert WORD in found[0].consensus
    assert found[0].q < 1e-10
    assert found[0].top > 5 * found[0].expected
    assert len(found) == 1, "its pieces and neighbours are part of it"


def test_opposing_words_are_left_out() -> None:
    assert not find_words(lambda: planted(0, loud=-3.0)).words


def smooth(values, width):
    return np.array([np.convolve(row, np.ones(width) / width, "same") for row in values])


def adversary(name: str, rng) -> list[Segment]:
    codes = rng.choice(4, (300, 200), p=[0.3, 0.2, 0.2, 0.3])
    relevance = rng.normal(size=codes.shape)
    if name == "smooth":
        relevance = smooth(relevance, 8)
    elif name == "loud windows":
        relevance = smooth(relevance, 4) * np.exp(rng.normal(size=(300, 1)))
    elif name == "position":
        relevance += 3 * np.exp(-0.5 * ((np.arange(200) - 100) / 8) ** 2)
    elif name == "GC":
        relevance += 3 * smooth((codes == 1) | (codes == 2), 15)
    elif name == "CG":
        pair = np.zeros(codes.shape)
        pair[:, :-1] = (codes[:, :-1] == 1) & (codes[:, 1:] == 2)
        relevance = 0.5 * relevance + 2 * pair
        relevance[:, 1:] += 2 * pair[:, :-1]
    elif name in ("poly-A", "dinucleotide"):
        unit = [0] if name == "poly-A" else [1, 0]
        for row in range(0, 300, 3):
            at, length = rng.integers(0, 170), rng.integers(12, 30)
            codes[row, at : at + length] = np.resize(unit, length)
            relevance[row, at : at + length] += 3
    elif name == "repeat":
        repeat, liked = rng.integers(0, 4, 300), 2 * rng.normal(size=300)
        for row in range(0, 300, 4):
            first, at = rng.integers(0, 200), rng.integers(0, 101)
            piece = repeat[first : first + 100].copy()
            changed = rng.random(100) < 0.05
            piece[changed] = rng.integers(0, 4, changed.sum())
            codes[row, at : at + 100] = piece
            relevance[row, at : at + 100] += liked[first : first + 100]
    return segments(codes, relevance)


@pytest.mark.parametrize(
    "name",
    ["noise", "smooth", "loud windows", "position", "GC", "CG", "poly-A", "dinucleotide", "repeat"],
)
def test_without_a_word_none_is_found(name: str) -> None:
    with_words = [
        bool(find_words(lambda seed=seed: adversary(name, np.random.default_rng(seed))).words)
        for seed in range(6)
    ]
    assert sum(with_words) <= 1


def test_low_complexity_is_counted() -> None:
    found = find_words(lambda: adversary("poly-A", np.random.default_rng(0)))
    assert found.low > 100


def test_nothing_positive_or_no_place_is_no_word() -> None:
    nothing = WordTable((), 0, 0)
    codes = np.random.default_rng(0).integers(0, 4, (5, 50))
    for values in (np.zeros((5, 50)), -np.ones((5, 50))):
        same(find_words(lambda values=values: segments(codes, values)), nothing)
    same(find_words(lambda: segments(codes[:, :4], np.ones((5, 4)))), nothing)
    same(find_words(list), nothing)


def test_equal_relevance_everywhere_is_no_word() -> None:
    codes = np.random.default_rng(0).integers(0, 4, (300, 200))
    assert not find_words(lambda: segments(codes, np.ones(codes.shape))).words


# --- names and letters --------------------------------------------------------------------------


def word_of(consensus_: str, counts: np.ndarray) -> Word:
    return Word(consensus_, consensus_, 1, 9, 20, 1.0, 2.0, 1e-4, counts)


def counts_of(bases: str, sites: int = 50) -> np.ndarray:
    return np.eye(4, dtype=np.int64)[base_codes(bases)] * sites


def test_the_nearest_motif_is_named_on_either_strand() -> None:
    motifs = [
        Motif("M3", "other", counts_of("GGATTAGCA").astype(float)),
        Motif("M2", "late", counts_of("TTGTCACGTGAA").astype(float)),
        Motif("M1", "early", counts_of("TTGTCACGTGAA").astype(float)),
        Motif("M0", "longer", counts_of("TTGTCACGTGAATTT").astype(float)),
    ]
    far, near = word_of("TCTGCTTC", counts_of("TCTGCTTC")), word_of(WORD, counts_of(WORD))
    found = named_words([far, near], motifs)
    assert (found[0].nearest_id, found[0].similarity) == ("", 0.0)
    assert (found[1].nearest_id, found[1].nearest_name) == ("M1", "early")
    beside = 4 / 8  # columns of the motif that the word does not have, per column that it has
    assert found[1].similarity == pytest.approx((1 + beside / 10) ** -0.5, abs=1e-3)
    assert named_words([near], []) == (near,)


def test_consensus_letters() -> None:
    counts = np.array([[9, 0, 0, 1], [5, 0, 5, 0], [3, 3, 2, 2], [1, 4, 0, 5]], float)
    assert consensus(counts) == "ARNY"
    turned = consensus(counts[::-1, ::-1])
    assert turned == "RNYT"


def test_words_are_in_order_of_evidence() -> None:
    given = [*planted(0), *planted(1, "GATAAGAT", count=40)]
    found = find_words(lambda: given).words
    assert any(WORD in each.consensus for each in found[:2])
    assert any("GATAAGAT" in each.consensus or "ATCTTATC" in each.consensus for each in found[:2])
    assert all(a.q <= b.q for a, b in pairwise(found))
    assert re.fullmatch("[ACGT]{6,10}", found[0].word)

"""Exact p-values, and scans of both strands, against tables of every word."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gtrack.core.hits import sites
from gtrack.core.hits.motifs import Motif, symmetric_background
from gtrack.core.hits.pwm import GRID, Pwm
from gtrack.core.hits.sites import Words, scan

BACKGROUNDS = [(0.25, 0.25, 0.25, 0.25), (0.4, 0.1, 0.2, 0.3), (0.05, 0.15, 0.75, 0.05)]

Site = tuple[int, bool, float]


def motif(rng: np.random.Generator, width: int) -> Motif:
    sharp = rng.choice([0.1, 0.5, 3.0])
    return Motif("M1", "one", rng.dirichlet([sharp] * 4, width) * rng.integers(5, 2000))


def sequence(rng: np.random.Generator, length: int, unknown: float = 0.0) -> NDArray[np.uint8]:
    codes = rng.integers(0, 4, length).astype(np.uint8)
    codes[rng.random(length) < unknown] = 4
    return codes


def flipped(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.where(codes > 3, codes, 3 - codes)[::-1].astype(np.uint8)


def site_list(codes: NDArray[np.uint8] | Words, pwm: Pwm, p: float) -> list[Site]:
    starts, reverse, pvalue = scan(codes, pwm, p)
    assert (starts.dtype, reverse.dtype, pvalue.dtype) == (np.int64, np.bool_, np.float64)
    return list(zip(starts.tolist(), reverse.tolist(), pvalue.tolist(), strict=True))


def slow_sites(codes: NDArray[np.uint8], pwm: Pwm, p: float) -> list[Site]:
    """Twin: one place and one strand after the other."""
    found = []
    for start in range(len(codes) - pwm.width + 1):
        word = codes[start : start + pwm.width]
        if (word > 3).any():
            continue
        for reverse in (False, True):
            read = flipped(word) if reverse else word
            score = pwm.best - sum(int(pwm.losses[at, base]) for at, base in enumerate(read))
            pvalue = float(pwm.pvalue(score))
            if pvalue <= p:
                found.append((start, reverse, pvalue))
    return found


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("width", range(2, 9))
def test_p_values_are_the_shares_of_all_words(width: int, background: tuple[float, ...]) -> None:
    rng = np.random.default_rng(width)
    one = motif(rng, width)
    pwm = Pwm.of(one, background)
    words = np.array(list(product(range(4), repeat=width)))
    columns = np.arange(width)
    score = pwm.best - pwm.losses[columns, words].sum(axis=1)
    share = np.asarray(background)[words].prod(axis=1)

    order = np.argsort(-score, kind="stable")
    total = np.cumsum(share[order])
    last = np.searchsorted(-score[order], -score, side="right") - 1
    np.testing.assert_allclose(pwm.pvalue(score), total[last], rtol=1e-11)
    assert pwm.pvalue(score.max() + 1) == 0
    assert pwm.pvalue(score.min() - 1) == pytest.approx(1, rel=1e-12)

    # The rounded score is within half a step per column of the real one, so the p-values are too.
    real = one.log_odds(background)[columns, words].sum(axis=1) * GRID
    assert np.abs(score - real).max() <= width / 2
    for at in rng.integers(0, len(words), 20):
        low, high = (share[real >= real[at] + slack].sum() for slack in (width, -width))
        assert low * (1 - 1e-9) <= pwm.pvalue(score[at]) <= high * (1 + 1e-9)


@given(st.integers(0, 10**6), st.integers(2, 30), st.floats(1e-12, 1))
def test_the_cutoff_is_the_lowest_score_of_that_p(seed: int, width: int, p: float) -> None:
    pwm = Pwm.of(motif(np.random.default_rng(seed), width), BACKGROUNDS[1])
    cutoff = pwm.cutoff(p)
    assert pwm.pvalue(cutoff) <= p
    assert pwm.pvalue(cutoff - 1) > p or cutoff - 1 <= pwm.best - len(pwm.tail)
    assert (np.diff(pwm.pvalue(np.arange(cutoff - 50, pwm.best + 2))) <= 0).all()


@given(
    st.integers(0, 10**6),
    st.integers(2, 40),
    st.integers(0, 300),
    st.sampled_from([0.0, 0.02, 0.3]),
    st.sampled_from([1e-4, 1e-2, 0.2, 1.0]),
)
@settings(deadline=None)
def test_the_scan_finds_what_the_slow_twin_finds(
    seed: int, width: int, length: int, unknown: float, p: float
) -> None:
    rng = np.random.default_rng(seed)
    pwm = Pwm.of(motif(rng, width), BACKGROUNDS[seed % 3])
    codes = sequence(rng, length, unknown)
    found = site_list(codes, pwm, p)
    assert found == slow_sites(codes, pwm, p)
    assert found == site_list(Words(codes), pwm, p)


@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(0, 300))
@settings(deadline=None)
def test_the_other_strand_gives_the_mirrored_sites(seed: int, width: int, length: int) -> None:
    rng = np.random.default_rng(seed)
    pwm = Pwm.of(motif(rng, width), BACKGROUNDS[seed % 3])
    codes = sequence(rng, length, 0.02)
    mirrored = [
        (length - width - start, not reverse, p)
        for start, reverse, p in site_list(flipped(codes), pwm, 0.05)
    ]
    assert site_list(codes, pwm, 0.05) == sorted(mirrored)


@given(st.integers(0, 10**6), st.integers(2, 30))
@settings(deadline=None)
def test_the_reversed_motif_has_the_same_sites_on_the_other_strand(seed: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    background = symmetric_background(rng.integers(1, 1000, 4))
    one = motif(rng, width)
    turned = replace(one, counts=one.counts[::-1, ::-1])
    codes = sequence(rng, 400, 0.01)
    ours = site_list(codes, Pwm.of(one, background), 0.02)
    theirs = site_list(codes, Pwm.of(turned, background), 0.02)
    swapped = sorted((start, not reverse, p) for start, reverse, p in theirs)
    assert [site[:2] for site in ours] == [site[:2] for site in swapped]
    np.testing.assert_allclose([s[2] for s in ours], [s[2] for s in swapped], rtol=1e-9)


def test_a_planted_site_is_found_on_each_strand_and_not_across_n() -> None:
    rng = np.random.default_rng(5)
    counts = np.full((12, 4), 1.0)
    word = rng.integers(0, 4, 12).astype(np.uint8)
    counts[np.arange(12), word] = 97
    pwm = Pwm.of(Motif("M1", "one", counts), BACKGROUNDS[0])
    codes = np.full(60, 4, np.uint8)
    codes[3:15] = word
    codes[20:32] = flipped(word)
    codes[48:60] = word  # up to the last base
    lowest = float(pwm.tail[0])
    assert site_list(codes, pwm, 1e-6) == [
        (3, False, lowest),
        (20, True, lowest),
        (48, False, lowest),
    ]
    for at in range(12):
        broken = codes.copy()
        broken[3 + at] = 4
        assert [start for start, _, _ in site_list(broken, pwm, 1.0) if start < 15] == []


def test_a_palindrome_is_a_site_on_both_strands() -> None:
    counts = np.eye(4)[[0, 1, 2, 3, 0, 1, 2, 3]] * 100  # ACGTACGT
    pwm = Pwm.of(Motif("M1", "one", counts), BACKGROUNDS[0])
    codes = np.array([0, 1, 2, 3, 0, 1, 2, 3], np.uint8)
    assert [site[:2] for site in site_list(codes, pwm, 1e-3)] == [(0, False), (0, True)]


def test_what_cannot_hold_a_site_gives_none() -> None:
    rng = np.random.default_rng(0)
    pwm = Pwm.of(motif(rng, 9), BACKGROUNDS[0])
    for length in (0, 1, 8):
        assert site_list(sequence(rng, length), pwm, 1.0) == []
        assert site_list(Words(sequence(rng, length)), pwm, 1.0) == []
    short = Pwm.of(Motif("M1", "one", np.eye(4)[[0, 1, 2]]), BACKGROUNDS[0])
    assert short.cutoff(1e-3) == short.best + 1  # the best of 64 words has p = 1 / 64
    assert site_list(sequence(rng, 500), short, 1e-3) == []


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    codes = sequence(rng, 5000, 0.001)
    for width in (4, 7, 12, 33):
        pwm = Pwm.of(motif(rng, width), BACKGROUNDS[0])
        whole = site_list(Words(codes), pwm, 0.05)
        assert whole
        for chunk in (1, 33, 64, 4999):
            monkeypatch.setattr(sites, "CHUNK", chunk)
            assert site_list(codes, pwm, 0.05) == whole


def test_sites_of_random_sequence_are_as_frequent_as_their_p_says() -> None:
    rng = np.random.default_rng(2)
    background = (0.3, 0.2, 0.2, 0.3)
    codes = rng.choice(4, 400_000, p=background).astype(np.uint8)
    for width in (7, 11, 20):
        pwm = Pwm.of(Motif("M1", "one", rng.dirichlet([0.5] * 4, width) * 100), background)
        true = float(pwm.pvalue(pwm.cutoff(1e-3)))
        _, reverse, pvalue = scan(codes, pwm, 1e-3)
        assert pvalue.max() <= 1e-3
        for strand in (False, True):  # a place is a site by chance; neighbours share bases
            assert (reverse == strand).sum() == pytest.approx(true * 400_000, rel=0.25)

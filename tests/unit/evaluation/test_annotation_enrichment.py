"""Enrichment on annotations against plain loops, and against maps that know nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.evaluation.annotation_enrichment import against_background, against_shifts

VALUE = st.one_of(st.floats(-5, 5), st.just(math.nan))


@st.composite
def regions(draw):
    """Draw some regions: relevance, mask and bases each."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        length = draw(st.integers(1, 24))
        found.append(
            (
                draw(st.lists(VALUE, min_size=length, max_size=length)),
                draw(st.lists(st.booleans(), min_size=length, max_size=length)),
                draw(st.text("ACGTN", min_size=length, max_size=length)),
            )
        )
    return found


def slow_shifts(given_regions):
    """Return observed and expected shares by moving every mask to every place."""
    inside = chance = total = 0.0
    for values, mask, _ in given_regions:
        kept = [(max(v, 0.0), m) for v, m in zip(values, mask, strict=True) if not math.isnan(v)]
        total += sum(v for v, _ in kept)
        moves = [
            sum(v for k, (v, _) in enumerate(kept) if kept[(k - by) % len(kept)][1])
            for by in range(len(kept))
        ]
        inside += moves[0] if moves else 0.0
        chance += sum(moves) / len(moves) if moves else 0.0
    return inside, chance, total


def slow_background(given_regions, tolerance):
    """Return relevance inside, expected and in all, and how many stretches have a match."""
    stretches, candidates, total = [], [], 0.0
    for values, mask, bases in given_regions:
        good = [b in "ACGT" and not math.isnan(v) for v, b in zip(values, bases, strict=True)]
        total += sum(max(v, 0.0) for v, ok in zip(values, good, strict=True) if ok)
        for start in range(len(values)):
            for end in range(start + 1, len(values) + 1):
                if not all(good[start:end]):
                    continue
                gc = sum(b in "CG" for b in bases[start:end]) / (end - start)
                size = sum(max(v, 0.0) for v in values[start:end])
                edges = (start == 0 or not mask[start - 1]) and (end == len(mask) or not mask[end])
                if all(mask[start:end]) and edges:
                    stretches.append((end - start, gc, size))
                if not any(mask[start:end]):
                    candidates.append((end - start, gc, size))
    inside = chance = 0.0
    matched = 0
    for length, gc, size in stretches:
        like = [
            s for n, share, s in candidates if n == length and abs(share - gc) <= tolerance + 1e-9
        ]
        if like:
            matched += 1
            inside += size
            chance += sum(like) / len(like)
    return inside, chance, total, matched, len(stretches)


def split(given_regions):
    return tuple(zip(*given_regions, strict=True))


@given(regions())
def test_shifts_equal_a_loop_over_all_places(given_regions) -> None:
    inside, chance, total = slow_shifts(given_regions)
    maps, masks, _ = split(given_regions)
    found = against_shifts(maps, masks, draws=20, resamples=0)
    if found.reason:
        assert total == 0 or chance == 0 or chance == pytest.approx(total, rel=1e-9)
        assert math.isnan(found.observed)
        return
    assert found.observed == pytest.approx(inside / total, abs=1e-9)
    assert found.expected == pytest.approx(chance / total, abs=1e-9)
    assert found.ratio == pytest.approx(inside / chance, rel=1e-6)
    assert 1 / 21 <= found.p <= 1


@given(regions(), st.sampled_from([0.0, 0.05, 0.3]))
def test_background_equals_a_loop_over_all_stretches(given_regions, tolerance) -> None:
    inside, chance, total, matched, stretches = slow_background(given_regions, tolerance)
    maps, masks, bases = split(given_regions)
    found = against_background(maps, masks, bases, tolerance=tolerance, draws=20, resamples=0)
    if math.isnan(found.observed):
        assert found.reason
        assert total == 0 or matched == 0 or chance == pytest.approx(0, abs=1e-9)
        return
    assert found.n == matched
    assert found.observed == pytest.approx(inside / total, abs=1e-9)
    assert found.expected == pytest.approx(chance / total, abs=1e-9)
    assert bool(found.reason) == (matched < stretches)


def sample(rng, regions=20, length=200, strength=0.0):
    """Return random maps, masks of a run each, and bases; more relevance on the masks if asked."""
    maps, masks, bases = [], [], []
    for _ in range(regions):
        mask = np.zeros(length, bool)
        start = int(rng.integers(length - 12))
        mask[start : start + 12] = True
        maps.append(rng.normal(size=length) + strength * mask)
        masks.append(mask)
        bases.append("".join(rng.choice(list("ACGT"), length)))
    return maps, masks, bases


def test_maps_that_know_nothing_have_uniform_p_values() -> None:
    """300 sets of random maps: both kinds of p spread over 0 to 1 as they must."""
    rng = np.random.default_rng(11)
    of_shifts, of_background, ratios = [], [], []
    for seed in range(300):
        maps, masks, bases = sample(rng, regions=6, length=120)
        one = against_shifts(maps, masks, draws=99, resamples=0, seed=seed)
        two = against_background(maps, masks, bases, draws=99, resamples=0, seed=seed)
        of_shifts.append(one.p)
        of_background.append(two.p)
        ratios.append((one.ratio, two.ratio))
    for each in (of_shifts, of_background):
        spread = np.sort(each)
        gap = np.abs(spread - (np.arange(300) + 0.5) / 300).max()
        assert gap < 1.63 / math.sqrt(300), "Kolmogorov and Smirnov, 1 %"
    assert np.mean(ratios, axis=0) == pytest.approx([1, 1], abs=0.03)


def clustered(rng, regions, length, clusters, zone):
    """Return maps of broad clusters, and annotations of stretches close to each other."""
    at, maps, masks, bases = np.arange(length), [], [], []
    for _ in range(regions):
        values, mask = 0.05 * np.abs(rng.normal(size=length)), np.zeros(length, np.bool_)
        for centre in rng.integers(0, length, clusters).tolist():
            away = np.abs(at - centre)
            away = np.minimum(away, length - away) / 60
            values += rng.lognormal() * np.exp(-(away**2) / 2)
        for start in range(0, zone - 12, 15):
            if rng.random() < 0.7:
                mask[start : start + 12] = True
        maps.append(values)
        masks.append(np.roll(mask, int(rng.integers(length))))
        bases.append("".join(rng.choice(list("ACGT"), length)))
    return maps, masks, bases


@pytest.mark.parametrize(
    "shape", [(20, 1000, 3, 300), (1, 12_000, 12, 2_000), (5, 400, 2, 90)], ids=str
)
def test_clusters_are_not_taken_for_so_many_observations(shape: tuple[int, ...]) -> None:
    """Neither map knows of the annotation; stretches drawn one by one said so in .15 to .3."""
    rng = np.random.default_rng(8)
    found = [
        against_background(*clustered(rng, *shape), draws=99, resamples=0, seed=seed).p
        for seed in range(200)
    ]
    assert np.mean(np.array(found) < 0.05) <= 0.09, "4 of 100 expected: four standard errors"


def test_relevance_on_the_annotation_is_found() -> None:
    maps, masks, bases = sample(np.random.default_rng(3), strength=2.0)
    for found in (against_shifts(maps, masks), against_background(maps, masks, bases)):
        assert found.ratio > 3
        assert found.ci_low > 2
        assert found.ci_low < found.ratio < found.ci_high
        assert found.p == pytest.approx(1 / 1001)
    assert against_shifts(maps, masks).n == 20


@pytest.mark.parametrize("regions", [6, 40])
def test_an_interval_holds_chance_where_few_regions_have_the_relevance(regions: int) -> None:
    """Peaks of very different height, most of them off the annotation, as chance has it."""
    rng, held, runs = np.random.default_rng(6), np.zeros(2), 150
    for seed in range(runs):
        maps, masks, bases = [], [], []
        for _ in range(regions):
            values, mask = 0.01 + np.zeros(200), np.zeros(200, np.bool_)
            peak, site = rng.integers(0, 180, 2)
            values[peak : peak + 20] += rng.lognormal(0, 1) * (rng.random() < 0.6)
            mask[site : site + 15] = True
            maps.append(values)
            masks.append(mask)
            bases.append("".join(rng.choice(list("ACGT"), 200)))
        given = {"draws": 300, "resamples": 200, "seed": seed}
        one = against_shifts(maps, masks, **given)
        two = against_background(maps, masks, bases, **given)
        held += [one.ci_low <= 1 <= one.ci_high, two.ci_low <= 1 <= two.ci_high]
    assert (held / runs > 0.88).all(), held / runs


def test_composition_alone_is_no_enrichment_against_like_background() -> None:
    """Relevance follows GC and the annotation does: shifts see it, matched background does not."""
    rng = np.random.default_rng(4)
    maps, masks, bases = [], [], []
    for _ in range(60):
        gc = np.repeat(rng.random(20) < 0.4, 15)
        letters = np.where(rng.random(300) < np.where(gc, 0.9, 0.1), "G", "A")
        starts = rng.permutation(np.flatnonzero(gc[::15]))[:2]
        mask = np.zeros(300, bool)
        for start in starts.tolist():
            mask[15 * start : 15 * start + 15] = True
        maps.append((letters == "G") + 0.1 * rng.normal(size=300))
        masks.append(mask)
        bases.append("".join(letters))
    assert against_shifts(maps, masks).ratio > 1.5
    matched = against_background(maps, masks, bases, tolerance=0.02)
    assert matched.ratio == pytest.approx(1, abs=0.06)


def test_hits_are_maps_of_counts() -> None:
    counts = np.zeros(100)
    counts[[10, 11, 60]] = 1, 2, 1
    mask = np.arange(100) < 20
    found = against_shifts([counts], [mask])
    assert (found.observed, found.expected) == (0.75, pytest.approx(0.2))
    assert math.isnan(found.ci_low), "one region has no interval"


def test_the_same_seed_gives_the_same_numbers() -> None:
    maps, masks, bases = sample(np.random.default_rng(5))
    assert against_shifts(maps, masks, seed=3) == against_shifts(maps, masks, seed=3)
    one = against_background(maps, masks, bases, seed=3)
    assert one == against_background(maps, masks, bases, seed=3)
    assert one != replace(one, p=0.5)


@pytest.mark.parametrize(
    ("values", "mask", "reason"),
    [
        ([-1.0, -2.0], [True, False], "no relevance is positive"),
        ([math.nan, math.nan], [True, False], "no relevance is positive"),
        ([1.0, 2.0], [False, False], "none or all"),
        ([1.0, 2.0], [True, True], "none or all"),
        ([1.0, math.nan], [True, False], "none or all"),
    ],
)
def test_without_a_number_there_is_a_reason(values, mask, reason) -> None:
    found = against_shifts([values], [mask])
    assert reason in found.reason
    assert math.isnan(found.observed)
    assert math.isnan(found.p)
    assert against_background([values], [mask], ["AC"]).reason


def test_no_regions_are_no_numbers() -> None:
    assert against_shifts([], []).reason
    assert against_background([], [], []).reason


def test_shapes_and_infinities_are_refused() -> None:
    with pytest.raises(ValueError, match="two equal vectors"):
        against_shifts([[1.0]], [[True, False]])
    with pytest.raises(ValueError, match="one length"):
        against_background([[1.0]], [[True]], ["AC"])
    for infinite in (
        lambda: against_shifts([[math.inf]], [[True]]),
        lambda: against_background([[math.inf]], [[True]], ["A"]),
    ):
        with pytest.raises(ValueError, match="infinite"):
            infinite()

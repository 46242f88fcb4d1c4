"""q-values against a slow twin, and what they must promise."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.qvalues import Estimate, estimate, fuller

SCORES = st.lists(st.integers(0, 12), max_size=30)


@given(SCORES, SCORES, st.floats(0.01, 50))
def test_equals_the_slow_twin(targets: list[int], decoys: list[int], scale: float) -> None:
    got = estimate(np.array(targets, float), np.array(decoys, float), scale).q
    for score, q in zip(targets, got, strict=True):
        rates = [
            (1 + sum(d >= cut for d in decoys)) * scale / sum(t >= cut for t in targets)
            for cut in targets
            if cut <= score
        ]
        assert np.isclose(q, min(1.0, *rates))


@given(SCORES, SCORES, st.floats(0.01, 50))
def test_better_scores_never_have_larger_q(
    targets: list[int], decoys: list[int], scale: float
) -> None:
    scores = np.sort(np.array(targets, float))
    q = estimate(scores, np.array(decoys, float), scale).q
    assert (np.diff(q) <= 0).all()
    assert ((q > 0) & (q <= 1)).all()


@given(SCORES, SCORES, st.integers(0, 9))
def test_last_bits_do_not_matter(targets: list[int], decoys: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)

    def noisy(scores: list[int]) -> np.ndarray:
        return np.array(scores, float) * (1 + 1e-13 * rng.uniform(-1, 1, len(scores)))

    exact = estimate(np.array(targets, float), np.array(decoys, float), 0.3).q
    np.testing.assert_array_equal(estimate(noisy(targets), noisy(decoys), 0.3).q, exact)


def test_chance_alone_is_rarely_called() -> None:
    """Targets and decoys of one law: at most 5 % of runs have q < 0.05, whatever the scale."""
    rng = np.random.default_rng(0)
    for targets, decoys in ((30, 900), (300, 300), (3_000, 100)):
        runs = [
            (estimate(rng.random(targets), rng.random(decoys), targets / decoys).q < 0.05).any()
            for _ in range(400)
        ]
        assert np.mean(runs) <= 0.05


@given(SCORES, SCORES, st.data())
def test_an_estimate_equals_the_slow_twin(
    targets: list[int], decoys: list[int], data: st.DataObject
) -> None:
    """Weighted decoys, targets that do not count, and how many decoys stand behind a q."""
    weights = [data.draw(st.sampled_from([1.0, 2.0, 5.0])) for _ in decoys]
    counted = [data.draw(st.booleans()) for _ in targets]
    said = estimate(
        *(np.array(targets, float), np.array(decoys, float), 0.2),
        weights=np.array(weights),
        counted=np.array(counted, bool),
    )
    for score, q, behind in zip(targets, said.q, said.decoys, strict=True):
        rates = {}
        for cut in sorted(cut for cut in targets if cut <= score):
            false = 1 + sum(w for d, w in zip(decoys, weights, strict=True) if d >= cut)
            calls = sum(ok for t, ok in zip(targets, counted, strict=True) if t >= cut)
            rates[cut] = false * 0.2 / max(1, calls)
        least = min(rates.values())
        assert np.isclose(q, min(1.0, least))
        reached = max(cut for cut, rate in rates.items() if np.isclose(rate, least))
        assert behind >= sum(d >= reached for d in decoys)


@given(SCORES, SCORES, SCORES, st.floats(0.01, 1))
def test_of_two_estimates_one_is_taken_whole(
    targets: list[int], decoys: list[int], others: list[int], scale: float
) -> None:
    scores = np.array(targets, float)
    one, other = (estimate(scores, np.array(each, float), scale) for each in (decoys, others))
    chosen = fuller(one, other)
    calls, most = ((each.q < 0.05).sum() for each in (chosen, max(one, other, key=_calls)))
    assert calls == most
    assert chosen is (one if _calls(one) == most else other)


def _calls(said: Estimate) -> int:
    return int((said.q < 0.05).sum())


def test_two_rankings_together_keep_the_share_of_false_calls() -> None:
    """200 used places stand out in both rankings: the lower of two q-values has .079 false."""
    rng = np.random.default_rng(0)
    chosen, lower = [], []
    for _ in range(200):
        true = rng.normal(3.5, 1, (2, 200))
        targets = np.concatenate([true, rng.normal(size=(2, 2_000))], axis=1)
        decoys = rng.normal(size=(2, 20_000))
        both = [estimate(t, d, 0.1) for t, d in zip(targets, decoys, strict=True)]
        for found, q in (
            (chosen, fuller(*both).q),
            (lower, np.minimum(both[0].q, both[1].q)),
        ):
            hit = q < 0.05
            found.append(hit[200:].sum() / max(1, hit.sum()))
    assert np.mean(chosen) < 0.055
    assert np.mean(lower) > 0.07

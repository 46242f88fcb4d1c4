"""The relevance test: its p-values hold on noise, on both sides."""

from __future__ import annotations

import numpy as np
import pytest

from gtrack.core.errors import InputError
from gtrack.core.hits.relevance_null import RelevanceNull, Tail
from gtrack.core.segments import Segment

WEIGHTS = np.array([0.2, 1.0, 2.0, 2.0, 0.5, 1.5, 0.1])
WEIGHTS /= np.linalg.norm(WEIGHTS)


def window(values: np.ndarray) -> Segment:
    return Segment("w", 0, np.zeros(len(values), np.uint8), values.astype(np.float32))


def noise(kind: str, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    raw = {
        "normal": lambda: rng.normal(3, 2, 200_000),
        "laplace": lambda: rng.laplace(size=200_000),
        "lopsided": lambda: rng.exponential(size=200_000) - 1,
    }[kind]()
    return np.convolve(raw, [0.25, 0.5, 0.25], "same")


@pytest.mark.parametrize("kind", ["normal", "laplace", "lopsided"])
def test_pvalues_hold_on_fresh_noise(kind: str) -> None:
    null = RelevanceNull([window(part) for part in np.split(noise(kind, 0), 200)])
    (tail,) = null.tails([WEIGHTS])
    assert tail is not None
    fresh = null.z(noise(kind, 1).astype(np.float32))
    p = tail.pvalue(np.correlate(fresh, WEIGHTS, "valid"))
    for level in (0.05, 0.01, 0.001):  # an exponential overrates tails as light as the normal's
        assert 0.3 * level < (p <= level).mean() < 1.3 * level, level


def test_tail_equals_a_slow_twin() -> None:
    windows = [window(part) for part in np.split(noise("lopsided", 2)[:20_000], 40)]
    null = RelevanceNull(windows)
    (tail,) = null.tails([WEIGHTS])
    every = []
    for one in windows:
        z = (one.relevance.astype(np.float64) - null.mean) / null.sd
        for start in range(len(z) - 6):
            for weights in (WEIGHTS, WEIGHTS[::-1]):
                every.append(sum(z[start : start + 7] * weights))
    values = np.sort(np.array(every)) - np.mean(every)
    count = int(0.05 * len(values))
    assert isinstance(tail, Tail)
    assert tail.sd == pytest.approx(np.std(every))
    assert tail.cuts == pytest.approx((values[-count], -values[count - 1]))
    ends = values[-count:].mean() - values[-count], values[count - 1] - values[:count].mean()
    assert tail.excess == pytest.approx(ends)


def test_a_place_on_the_cut_is_not_beyond_it() -> None:
    null = RelevanceNull([window(part) for part in np.split(noise("lopsided", 4)[:20_000], 40)])
    (tail,) = null.tails([WEIGHTS])
    assert tail is not None
    for sign, cut in ((1, tail.cuts[0]), (-1, tail.cuts[1])):
        on = tail.mean + sign * cut * (1 + np.array([-1e-14, 0, 1e-14]))
        assert tail.pvalue(on).tolist() == [1, 1, 1]
        assert tail.pvalue(np.array([tail.mean + sign * cut * 1.001])) < 0.1


def test_motif_wider_than_every_window_has_no_null() -> None:
    null = RelevanceNull([window(part) for part in np.split(noise("normal", 3)[:4_000], 800)])
    assert null.tails([WEIGHTS, np.ones(3) / np.sqrt(3)])[0] is None
    assert null.tails([WEIGHTS, np.ones(3) / np.sqrt(3)])[1] is not None


def test_tokens_of_equal_values_leave_finite_pvalues() -> None:
    values = np.zeros(10_000)
    values[::2000] = 1
    (tail,) = RelevanceNull([window(values)]).tails([WEIGHTS])
    assert tail is not None
    p = tail.pvalue(np.array([0.0, 1e9, -1e9]))
    assert np.isfinite(p).all()
    assert p[1] == 1e-300


@pytest.mark.parametrize("values", [np.arange(100.0), np.full(5_000, 0.1)])
def test_useless_nulls_are_refused(values: np.ndarray) -> None:
    with pytest.raises(InputError):
        RelevanceNull([window(values)])

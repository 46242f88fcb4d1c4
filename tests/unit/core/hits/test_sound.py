"""Sound: no place is passed over where a statistic passes the gate."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.hits.motifs import Motif
from gtrack.core.hits.pwm import Pwm
from gtrack.core.hits.sites import Places, Words, scan
from gtrack.core.hits.sound import Sound


@given(st.integers(0, 999), st.integers(3, 12), st.floats(-1, 6), st.floats(-1, 6))
def test_what_passes_may_pass(seed: int, width: int, up: float, down: float) -> None:
    rng = np.random.default_rng(seed)
    z = rng.laplace(size=120) * rng.choice([1e-3, 1, 1e3])
    weights = rng.random(width)
    weights /= np.linalg.norm(weights)
    sound = Sound.of(z, z)
    at = np.arange(len(z) - width + 1)
    statistic = np.correlate(z, weights, "valid")
    passes = (statistic >= up) | (statistic <= -down)
    assert (sound.may_pass(at, at + width, (up, down)) | ~passes).all()
    assert set(np.flatnonzero(passes)) <= set(sound.loud(width, (up, down)).tolist())


@given(st.integers(0, 999), st.integers(4, 14))
def test_sites_at_places_are_those_of_a_scan(seed: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 5, 600).astype(np.uint8)
    pwm = Pwm.of(Motif("M", "M", rng.random((width, 4)) ** 3 * 100 + 1), np.full(4, 0.25))
    starts = np.flatnonzero(rng.random(600 - width + 1) < 0.5)
    start, reverse, p = scan(Words(codes), pwm, 0.02)
    inside = np.isin(start, starts)
    found = scan(Places(Words(codes), starts), pwm, 0.02)
    for one, other in zip(found, (start[inside], reverse[inside], p[inside]), strict=True):
        np.testing.assert_array_equal(one, other)

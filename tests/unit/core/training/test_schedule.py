from __future__ import annotations

import math

import pytest

from gtrack.core.training.schedule import rate_factor, steps_of


def test_the_steps_cover_the_passes() -> None:
    assert steps_of(5, 640, 64) == 50
    assert steps_of(5, 641, 64) == 51
    assert steps_of(0.01, 10, 64) == 1


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    factors = [rate_factor(step, 1000, 50) for step in range(1001)]
    assert factors[0] == 1 / 50
    assert factors[49] == 1.0
    assert set(factors[50:500]) == {1.0}
    assert factors[750] == pytest.approx(0.5)
    assert factors[1000] == pytest.approx(0, abs=1e-12)
    assert all(math.isfinite(rate_factor(step, 1, 100)) for step in range(2))

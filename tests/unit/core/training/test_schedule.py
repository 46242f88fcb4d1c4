from __future__ import annotations

import math

import pytest

from gtrack.core.training.schedule import EPOCHS, LEAST_STEPS, rate_factor, steps_of


@pytest.mark.parametrize("new", [True, False])
def test_the_steps_cover_the_passes(new: bool) -> None:
    assert steps_of(5, 640, 64, new=new) == 50
    assert steps_of(5, 641, 64, new=new) == 51
    assert steps_of(0.01, 10, 64, new=new) == 1


def test_a_new_network_has_time_to_learn() -> None:
    assert steps_of(None, 640, 64, new=False) == steps_of(EPOCHS, 640, 64, new=False)
    assert steps_of(None, 640, 64, new=True) == LEAST_STEPS
    assert steps_of(None, 64_000, 64, new=True) == 5 * LEAST_STEPS


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    factors = [rate_factor(step, 1000, 50) for step in range(1001)]
    assert factors[0] == 1 / 50
    assert factors[49] == 1.0
    assert set(factors[50:500]) == {1.0}
    assert factors[750] == pytest.approx(0.5)
    assert factors[1000] == pytest.approx(0, abs=1e-12)
    assert all(math.isfinite(rate_factor(step, 1, 100)) for step in range(2))

"""How fast pieces end."""

from __future__ import annotations

import pytest

from gtrack.core.scan.pace import Ended, Pace, pace


def ends(*at: float) -> list[Ended]:
    return [Ended(each, 10, 1000) for each in at]


def test_of_too_few_nobody_can_say() -> None:
    assert pace([]) is None
    assert pace(ends(5.0)) is None
    assert pace(ends(5.0, 5.0)) is None, "disks with coarse times"
    assert pace(ends(1.0, 2.0, 3.0), at_work=3) is None


@pytest.mark.parametrize("runs", [1, 2, 8])
def test_runs_that_end_together_are_not_counted_twice(runs: int) -> None:
    """Eight runs that each take 100 s a piece do 0.8 windows a second, from the second wave on."""
    for waves in (2, 3, 10):
        at = [100.0 * wave + run / 1000 for wave in range(1, waves + 1) for run in range(runs)]
        found = pace(ends(*at), runs)
        assert found is not None
        assert found.windows == pytest.approx(runs * 10 / 100, rel=0.001)
        assert found.bases == pytest.approx(100 * found.windows)


def test_a_night_without_anybody_is_no_work() -> None:
    before = ends(*range(0, 100, 10))
    after = ends(*range(50_000, 50_100, 5))
    assert pace([*after, *before]) == Pace(2.0, 200.0)


def test_shards_without_windows_do_not_count() -> None:
    empty = [Ended(at, 0, 0) for at in (0.0, 0.1, 0.2, 9.0)]
    assert pace(empty) is None
    assert pace([*empty, *ends(0, 10, 20)]) == pace(ends(0, 10, 20))


def test_long_pieces_are_no_pauses() -> None:
    assert pace(ends(0, 3600, 7200, 12000)) == Pace(30 / 12000, 3000 / 12000)

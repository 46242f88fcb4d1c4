"""Where the time went, from lines in any order, damaged ones included."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.scan.spent import STAGES, spent

JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(["event", "time", "lasted", "windows", "bases", "seconds", "device"])


def done(begin: int, end: int, windows: int = 1, **seconds: float) -> dict[str, object]:
    time = datetime.fromtimestamp(1_800_000_000 + end, UTC).isoformat(timespec="milliseconds")
    facts = {"windows": windows, "bases": 10 * windows, "lasted": float(end - begin)}
    return {"event": "done", "time": time, "seconds": seconds, **facts}


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), min_size=1, max_size=12))
def test_the_clock_runs_while_any_piece_is_under_way(pieces) -> None:
    found = spent(done(begin, begin + length, model=1.5) for begin, length in pieces)
    assert found is not None
    ticks = sum(any(b <= t < b + length for b, length in pieces) for t in range(80))
    assert abs(found.under_way - ticks) < 1e-3
    assert (found.windows, found.bases) == (len(pieces), 10 * len(pieces))
    assert found.seconds == {"model": 1.5 * len(pieces)}
    assert found.per_second(found.bases) == found.bases / found.under_way


def test_stages_come_in_their_order_and_the_slowest_leads() -> None:
    lines = [
        {"event": "called", "seconds": {"calling": 2.0}},
        {"event": "opened", "device": "cuda:1", "seconds": {"opening": 0.5}},
        done(0, 9, reading=1.0, model=7.0, writing=0.25),
        {"event": "opened", "device": "cuda:0", "seconds": {"opening": 0.5}},
    ]
    found = spent(lines)
    assert found is not None
    assert list(found.seconds) == ["opening", "reading", "model", "writing", "calling"]
    assert list(found.seconds) == [stage for stage in STAGES if stage in found.seconds]
    assert (found.slowest, found.total, found.devices) == ("model", 11.25, ("cuda",))
    assert spent(reversed(lines)) == found


@given(st.lists(st.dictionaries(KEYS, JSON)))
def test_what_makes_no_sense_is_passed_over(lines) -> None:
    found = spent([*lines, done(0, 4, model=3.0)])
    assert found is not None
    assert found.seconds["model"] >= 3.0
    assert found.under_way >= 4.0 - 1e-3


def test_nothing_is_known_of_no_lines() -> None:
    assert spent([]) is None
    assert spent([{"event": "started"}]) is None

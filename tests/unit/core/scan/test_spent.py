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


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 50), st.integers(1, 20))))
def test_each_process_has_a_clock_of_its_own(pieces) -> None:
    lines = [{**done(at, at + n, model=0.5), "host": "h", "pid": pid} for pid, at, n in pieces]
    opened = {"event": "opened", "device": "cpu", "seconds": {"opening": 2.0}}
    found = spent([opened, *lines])
    assert found is not None
    pids = {pid for pid, _, _ in pieces}
    ticks = sum(
        any(pid == one and at <= t < at + n for one, at, n in pieces)
        for pid in pids
        for t in range(80)
    )
    assert found.processes == len(pids)
    if not pieces:
        assert (found.shares, found.clock) == ({}, 0.0), "whoever only opened did nothing yet"
        return
    assert abs(found.clock - ticks - 2.0) < 1e-3
    assert abs(found.shares["model"] - min(1.0, 0.5 * len(pieces) / found.clock)) < 1e-9
    assert abs(found.shares["opening"] - 2.0 / found.clock) < 1e-9
    assert set(found.shares) == set(STAGES[1:7])


def test_merging_is_no_time_of_those_who_do_shards() -> None:
    alone = spent([done(0, 10, model=7.0, writing=1.0)])
    merged = spent(
        [done(0, 10, model=7.0, writing=1.0), {"event": "merged", "seconds": {"merging": 90.0}}]
    )
    assert alone is not None
    assert merged is not None
    assert alone.shares == merged.shares
    assert (alone.shares["model"], alone.shares["writing"], alone.shares["reading"]) == (
        0.7,
        0.1,
        0,
    )

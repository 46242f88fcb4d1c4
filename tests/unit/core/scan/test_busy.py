"""Busy seconds, against a slow twin that looks at every tick of the clock."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.scan.busy import Busy

BLOCKS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(1, 12)), max_size=12
)


@given(BLOCKS, st.integers(0, 50))
def test_every_tick_with_a_thread_inside_is_counted_once(blocks, looked: int) -> None:
    """Blocks of any overlap, and a look in between that takes what there is."""
    clock = [0.0]
    busy = Busy(lambda: clock[0])
    inside, sums = [], {"a": 0.0, "b": 0.0}
    for tick in range(60):
        clock[0] = float(tick)
        for block, (_, end) in [each for each in inside if each[1][1] == tick]:
            block.__exit__(None, None, None)
            inside.remove((block, (_, end)))
        for stage, begin, length in blocks:
            if begin == tick:
                block = busy.during(stage)
                block.__enter__()
                inside.append((block, (stage, begin + length)))
        if tick == looked:
            for stage, seconds in busy.taken().items():
                sums[stage] += seconds
    for stage, seconds in busy.taken().items():
        sums[stage] += seconds
    for stage in "ab":
        spans = [(b, b + length) for s, b, length in blocks if s == stage]
        assert sums[stage] == sum(any(b <= t < e for b, e in spans) for t in range(60)), stage
    assert busy.taken() == {}


def test_a_block_that_fails_is_counted_and_left() -> None:
    ticks = iter([0.0, 3.0, 5.0, 9.0])
    busy = Busy(lambda: next(ticks))
    try:
        with busy.during("model"):
            raise KeyError
    except KeyError:
        pass
    assert busy.taken() == {"model": 3.0}
    assert busy.taken() == {}


def test_threads_may_be_in_one_stage_at_once() -> None:
    busy, begun = Busy(), threading.Barrier(4)

    def work() -> None:
        for _ in range(200):
            with busy.during("model"):
                pass
        begun.wait()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    begun.wait()
    for thread in threads:
        thread.join()
    assert busy.taken()["model"] > 0
    assert busy.taken() == {}, "nobody is left inside"

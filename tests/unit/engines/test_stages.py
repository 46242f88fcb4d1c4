"""Two threads ahead of the caller: order, bounds, errors in their turn, rest at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from gtrack.engines.stages import Stages


@pytest.fixture(params=[1, 2, 5])
def ahead(request) -> int:
    return request.param


@pytest.fixture
def stages(ahead: int) -> Iterator[Stages]:
    made = Stages(ahead)
    yield made
    made.close()


def test_order_and_bounds(stages: Stages, ahead: int) -> None:
    taken, threads = [], set()

    def items():
        for item in range(20):
            taken.append(item)
            assert threading.current_thread() is threading.main_thread()
            yield item

    def first(item: int) -> int:
        time.sleep(0.002 * (item % 3 == 0))
        threads.add(threading.current_thread().name)
        return item * 10

    def second(item: int) -> int:
        time.sleep(0.002 * (item % 40 == 0))
        threads.add(threading.current_thread().name)
        return -item

    with closing(stages.map(first, second, items())) as found:
        for number, answer in enumerate(found):
            assert answer == -10 * number
            assert len(taken) <= number + 1 + ahead
    assert number == 19
    assert len(threads) == 2
    assert threading.main_thread().name not in threads


@pytest.mark.parametrize("stage", ["first", "second", "items"])
def test_an_error_comes_in_its_turn_and_all_is_at_rest_after_it(stages: Stages, stage: str) -> None:
    busy, begun = [], []

    def items():
        for item in range(9):
            if item == 4 and stage == "items":
                raise KeyError("items")
            yield item

    def step(name: str, item: int) -> int:
        busy.append(name)
        begun.append((name, item))
        time.sleep(0.002)
        busy.remove(name)
        if item == 4 and name == stage:
            raise KeyError(name)
        return item

    found: list[int] = []
    answers = stages.map(lambda i: step("first", i), lambda i: step("second", i), items())
    with pytest.raises(KeyError, match=stage):
        found.extend(answers)
    assert not busy, "no step runs any more"
    if stage != "items":  # else the caller may fail before it takes what is ready
        assert found == [0, 1, 2, 3]
    count = len(begun)
    time.sleep(0.02)
    assert len(begun) == count, "what had not begun never does"


def test_a_caller_who_stops_leaves_nothing_running(stages: Stages) -> None:
    running = threading.Event()

    def slow(item: int) -> int:
        running.set()
        time.sleep(0.02)
        running.clear()
        return item

    with closing(stages.map(slow, slow, range(99))) as found:
        next(found)
    assert not running.is_set()
    assert list(stages.map(slow, slow, range(2))) == [0, 1], "and the threads go on serving"

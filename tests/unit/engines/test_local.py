"""Engines: order kept, errors shown, what has not begun cancelled."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gtrack.core.errors import ModelError
from gtrack.engines.local import Serial, Threads
from gtrack.engines.processes import Processes


@pytest.fixture
def threads() -> Iterator[Threads]:
    engine = Threads(3)
    yield engine
    engine.close()


def test_in_turn_is_lazy_and_in_order() -> None:
    begun: list[int] = []
    answers = Serial().map(lambda item: begun.append(item) or -item, range(5))
    assert begun == []
    assert next(answers) == 0
    assert begun == [0]
    assert list(answers) == [-1, -2, -3, -4]


def test_threads_keep_the_order(threads: Threads) -> None:
    def slow_first(item: int) -> int:
        time.sleep(0.02 * (item % 3 == 0))
        return item * item

    assert list(threads.map(slow_first, range(40))) == [i * i for i in range(40)]
    assert list(threads.map(slow_first, [])) == []


def test_threads_work_side_by_side(threads: Threads) -> None:
    meeting = threading.Barrier(3, timeout=120)
    assert sorted(threads.map(lambda _: meeting.wait(), range(3))) == [0, 1, 2]


def test_one_thread_is_this_one() -> None:
    engine = Threads(1)
    answers = engine.map(lambda item: (threading.get_ident(), -item), range(5))
    assert list(answers) == [(threading.get_ident(), -item) for item in range(5)]
    with pytest.raises(ZeroDivisionError):
        list(engine.map(lambda item: 1 // item, [1, 0, 1]))
    assert list(engine.map(lambda item: 1 // item, [1, -1])) == [1, -1]
    engine.close()


def test_few_items_are_under_way(threads: Threads) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    answers = threads.map(lambda item: item, items())
    for received in range(100):
        assert next(answers) == received
        assert len(taken) <= received + 2 * 3 + 1


def test_an_error_in_a_thread_cancels_what_has_not_begun(threads: Threads) -> None:
    begun: list[int] = []
    told = threading.Event()

    def work(item: int) -> int:
        begun.append(item)
        if item == 0:
            raise ModelError("item 0 failed")
        told.wait(120)
        return item

    with pytest.raises(ModelError, match="item 0 failed"):
        list(threads.map(work, range(1000)))
    told.set()
    assert list(threads.map(abs, range(20))) == list(range(20)), "the threads are free again"
    assert set(begun) <= {0, 1, 2, 3}, "one failed, three were at work"


def test_a_reader_that_leaves_cancels_the_rest(threads: Threads) -> None:
    begun: list[int] = []
    left = threading.Event()

    def work(item: int) -> int:
        begun.append(item)
        assert item == 0 or left.wait(120)
        return item

    answers = threads.map(work, range(1000))
    assert next(answers) == 0
    answers.close()  # type: ignore[attr-defined]
    left.set()
    assert list(threads.map(abs, range(20))) == list(range(20))
    assert set(begun) <= {0, 1, 2, 3}


def test_threads_go_on_after_an_error(threads: Threads) -> None:
    with pytest.raises(ZeroDivisionError):
        list(threads.map(lambda item: 1 // item, [1, 0, 1]))
    assert list(threads.map(lambda item: 1 // item, [1, -1])) == [1, -1]


WORK = '''
import os, time
from pathlib import Path
from gtrack.core.errors import ModelError

held = {}

def start(device, folder):
    with (Path(folder) / device.replace(":", "_")).open("x") as handle:
        handle.write(str(os.getpid()))
    held.update(device=device, folder=Path(folder))

def refuse(device, folder):
    raise ModelError(f"{device}: out of memory")

def where(count):
    """Wait until `count` processes have begun, then say where this is."""
    for _ in range(1200):
        if len(list(held["folder"].iterdir())) >= count:
            return held["device"], os.getpid()
        time.sleep(0.05)
    raise TimeoutError

def fail_at_3(item):
    if item == 3:
        raise ModelError("item 3 failed")
    return -item

def begin(device, folder):
    held.update(device=device, folder=Path(folder))

def odd(item):
    class Odd(Exception):
        pass
    raise Odd("of no module")

def bug(item):
    return 1 // item

def die(item):
    held["folder"].joinpath(f"{item}.{os.getpid()}").touch()
    os._exit(9)

def die_first(item):
    """End the process the first time, and the first two times of item 3."""
    mark = held["folder"] / f"{item}.{os.getpid()}"
    before = len(list(held["folder"].glob(f"{item}.*")))
    mark.touch()
    if before < 1 + (item == 3):
        os.kill(os.getpid(), 9)
    return -item

def sleep(item):
    time.sleep(600)

def main(folder, sleep):
    """Work in two processes, as a scan on two devices does, until a signal comes."""
    from gtrack.core.interruption import guarded
    from gtrack.engines.processes import Processes

    def work():
        engine = Processes(["cuda:0", "cuda:1"], start, (folder,))
        try:
            list(engine.map(sleep, range(4)))
        finally:
            engine.close()

    guarded(work, lambda: print("said"), last=True)
'''


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module that the processes can import, and a folder for their marks."""
    (tmp_path / "marks").mkdir()
    (tmp_path / "gtrack_engine_work.py").write_text(WORK)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("gtrack_engine_work")
    sys.modules.pop("gtrack_engine_work")


def test_one_process_is_set_up_per_device(work: ModuleType, tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    engine = Processes(["cuda:0", "cuda:3"], work.start, (str(marks),))
    try:
        answers = list(engine.map(work.where, [2] * 6))
        pids = {path.name.replace("_", ":"): int(path.read_text()) for path in marks.iterdir()}
        assert sorted(pids) == ["cuda:0", "cuda:3"]
        assert len(set(pids.values())) == 2
        assert all(pids[device] == pid for device, pid in answers)
        assert list(engine.map(work.fail_at_3, [2, 1, 0, 5])) == [-2, -1, 0, -5], "in order"
        with pytest.raises(ModelError, match="item 3 failed"):
            list(engine.map(work.fail_at_3, range(8)))
        assert len(list(marks.iterdir())) == 2, "no process was set up again"
    finally:
        engine.close()


def test_a_device_that_does_not_start_says_why(work: ModuleType, tmp_path: Path) -> None:
    engine = Processes(["cuda:7"], work.refuse, (str(tmp_path),))
    try:
        with pytest.raises(ModelError, match="cuda:7: out of memory"):
            list(engine.map(work.fail_at_3, range(4)))
    finally:
        engine.close()


def test_a_piece_that_ends_its_process_is_tried_three_times(
    work: ModuleType, tmp_path: Path
) -> None:
    engine = Processes(["cuda:0"], work.begin, (str(tmp_path / "marks"),))
    try:
        with pytest.raises(ModelError, match="cuda:0: a worker process ended abruptly 3 times"):
            list(engine.map(work.die, range(4)))
        assert len(list((tmp_path / "marks").iterdir())) == 3
        assert list(engine.map(abs, [-1, -2])) == [1, 2], "it can go on"
    finally:
        engine.close()


def test_what_a_dead_process_was_at_is_done_again(work: ModuleType, tmp_path: Path) -> None:
    marks, told = tmp_path / "marks", list[tuple[int, str]]()

    def again(item: int, why: str) -> None:
        told.append((item, why))

    engine = Processes(["cuda:0", "cuda:1"], work.begin, (str(marks),), again)
    try:
        assert list(engine.map(work.die_first, range(5))) == [0, -1, -2, -3, -4]
        assert sorted(item for item, _ in told) == [0, 1, 2, 3, 3, 4]
        assert {why[:21] for _, why in told} == {"the process on cuda:0", "the process on cuda:1"}
        tried = [path.name.partition(".")[0] for path in marks.iterdir()]
        assert {item: tried.count(item) for item in tried} == {
            "0": 2,
            "1": 2,
            "2": 2,
            "3": 3,
            "4": 2,
        }
    finally:
        engine.close()


def test_what_cannot_travel_is_told_all_the_same(work: ModuleType, tmp_path: Path) -> None:
    engine = Processes(["cuda:0"], work.begin, (str(tmp_path / "marks"),))
    try:
        with pytest.raises(RuntimeError, match=r"of no module.*cannot be sent"):
            list(engine.map(work.odd, [1]))
        with pytest.raises(ZeroDivisionError) as caught:
            list(engine.map(work.bug, [0]))
        assert "return 1 // item" in "".join(caught.value.__notes__)
    finally:
        engine.close()


def test_few_pieces_wait_for_one_that_takes_long(work: ModuleType, tmp_path: Path) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(200):
            taken.append(item)
            yield -item

    engine = Processes(["cuda:0", "cuda:1"], work.begin, (str(tmp_path / "marks"),))
    try:
        for received, answer in enumerate(engine.map(abs, items())):
            assert answer == received
            assert len(taken) <= received + 9
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("number", "to_all", "code"),
    [
        (signal.SIGINT, True, 130),  # a terminal sends it to all of them
        (signal.SIGHUP, True, 129),
        (signal.SIGTERM, False, 143),
        (signal.SIGKILL, False, -9),
    ],
)
def test_the_processes_end_with_the_run(
    work: ModuleType, tmp_path: Path, number: int, to_all: bool, code: int
) -> None:
    marks = tmp_path / "marks"
    run = (
        "import signal\n"
        "for number in (1, 2): signal.signal(number, signal.default_int_handler)\n"
        "if __name__ == '__main__':\n"
        "    import gtrack_engine_work as work\n"
        f"    work.main({str(marks)!r}, work.sleep)"
    )
    (tmp_path / "run.py").write_text(run)
    process = subprocess.Popen(
        [sys.executable, tmp_path / "run.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
    )
    pids: list[int] = []
    while len(pids) < 2:
        assert process.poll() is None
        time.sleep(0.02)
        pids = [int(text) for path in marks.iterdir() if (text := path.read_text())]
    if to_all:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=300)  # the workers hold its ends of the pipes
    assert (process.returncode, out) == (code, b"said\n" * (code > 0))
    assert not err or code < 0, err  # killed, it leaves it to Python to tidy up, which says so
    while any(map(_runs, pids)):
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"

"""A signal at any instant: one line, its code, and nothing left or a folder that can be resumed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gtrack.core.interruption import guarded
from gtrack.io.atomic import write_text
from gtrack.workflows.folder.holding import holding

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
SAYS = "gtrack: interrupted; the same command with --resume goes on (with --plan: the same command)"
OUTSIDE = "gtrack: interrupted; run the same command again"
"""Before the verb is known, or after its end."""


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Let no signal be ignored, as a shell may have asked for its background jobs."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in CODES}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Storm:
    """Sends signals at the n-th instant at which CPython looks for one, below the test's own code.

    It looks where a function starts and where one of C returns, which a profiler is told of, and
    where a loop goes round.
    """

    def __init__(self, *at: int) -> None:
        self.at, self.steps = set(at), 0
        self.where: list[str] = []

    def __call__(self, frame, event, argument) -> None:
        if event not in ("call", "c_return", "c_exception") or frame.f_code.co_name == "work":
            return
        if frame.f_code.co_filename.endswith("interruption.py"):  # the handler itself
            return
        self.steps += 1
        if self.steps in self.at:
            self.where.append(frame.f_code.co_name)
            os.kill(os.getpid(), signal.SIGTERM)


def stormed(storm: Storm, use: Callable[[], object]) -> int:
    """Return the exit code of `use` in a storm."""

    def work() -> None:
        sys.setprofile(storm)
        try:
            use()
        finally:
            sys.setprofile(None)

    try:
        guarded(work, lambda: None)
    except SystemExit as stop:
        return int(str(stop.code))
    return 0


def use(out: Path, begun: Callable[[], object] = lambda: None) -> None:
    with holding(out):
        begun()
        (out / "plan").mkdir()
        (out / "plan").rmdir()


def left(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_signal_at_every_instant_of_holding_leaves_nothing(tmp_path: Path) -> None:
    """Deterministic: the folder's making, its lock, the work, the freeing of both."""
    calm, where, out = Storm(), set(), tmp_path / "deep/er"
    begun: list[int] = []
    stormed(Storm(), lambda: use(out))  # what is done the first time only is done
    assert stormed(calm, lambda: use(out, lambda: begun.append(calm.steps))) == 0
    assert not left(tmp_path), "left empty, it goes"
    assert calm.steps > 100
    (first,) = begun
    for at in range(1, calm.steps + 1):
        storm = Storm(at)
        begun.clear()
        assert stormed(storm, lambda: use(out, lambda: begun.append(1))) == 143, storm.where
        assert not begun or at >= first, f"a signal in {storm.where} waited for the work"
        assert left(tmp_path) in ([], ["deep", "deep/er", "deep/er/plan"]), storm.where
        shutil.rmtree(tmp_path / "deep", ignore_errors=True)
        where |= set(storm.where)
    assert {"__enter__", "__exit__", "_begin", "_end", "_make", "_unmake", "_take", "use"} <= where


def test_a_second_signal_at_any_instant_changes_nothing(tmp_path: Path) -> None:
    calm = Storm()
    stormed(Storm(), lambda: use(tmp_path / "out"))  # what is done the first time only is done
    stormed(calm, lambda: use(tmp_path / "out"))
    draw = random.Random(8)
    for _ in range(300):
        first = draw.randrange(1, calm.steps)
        storm = Storm(first, first + draw.randrange(1, 60))
        assert stormed(storm, lambda: use(tmp_path / "out")) == 143
        assert left(tmp_path) in ([], ["out", "out/plan"]), storm.where
        shutil.rmtree(tmp_path / "out", ignore_errors=True)


def test_a_folder_that_was_there_stays(tmp_path: Path) -> None:
    calm = Storm()
    stormed(calm, lambda: use(tmp_path))
    for at in range(1, calm.steps, 3):
        stormed(Storm(at), lambda: use(tmp_path))
        assert left(tmp_path) in ([], ["plan"])
        shutil.rmtree(tmp_path / "plan", ignore_errors=True)


def test_a_signal_at_any_instant_of_a_file_leaves_the_one_before_or_the_new_one(
    tmp_path: Path,
) -> None:
    path, calm = tmp_path / "file", Storm()
    path.write_text("old")
    stormed(calm, lambda: write_text(path, "new"))
    assert calm.steps > 20
    for at in range(1, calm.steps + 1):
        path.write_text("old")
        assert stormed(Storm(at), lambda: write_text(path, "new")) == 143
        assert left(tmp_path) == ["file"]
        assert path.read_text() in ("old", "new")


def check(ran, code: int, out: Path, program, command: list[object]) -> None:
    """One line and the code; and `--resume` goes on from what is left, if anything is.

    The line stands alone, or behind what was said already of a scan that is done.
    """
    assert ran.code in (code, 0), ran
    if ran.code:
        *before, said = ran.err.splitlines()
        done = (out / "manifest.json").exists()
        assert said == SAYS or (said == OUTSIDE and (done or not out.exists())), ran
        assert done or not before, ran
    if out.exists():
        assert not (out / ".lock").exists()
        program(*command, "--resume")
    assert (out / "manifest.json").exists() or not out.exists()


@pytest.fixture
def small(inputs, tmp_path: Path):
    """A command that is done in a second, and its folder."""
    inputs.bed.write_text("chr2\t3900\t4500\tb\t0\t+\n")
    out = tmp_path / "out"
    return out, ["scan", *inputs.options("cnn"), "--out", out]


def listens(pid: int) -> bool:
    """Tell whether a process has come so far that it hears SIGHUP, which Python itself does not."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        pytest.skip("needs /proc")
    lines = dict(line.split(":\t", 1) for line in status.splitlines())
    assert not lines["State"].startswith("Z"), "it ended, and nothing was sent"
    return bool(int(lines["SigCgt"], 16) >> (signal.SIGHUP - 1) & 1)


def storm_of_signals(program, small, times: int, within: float) -> set[int]:
    out, command = small
    draw, codes = random.Random(21), set()
    for _ in range(times):
        number = draw.choice(list(CODES))
        child = program.start(*command)
        while not listens(child.pid):
            time.sleep(0.0002)
        if draw.random() < 0.5:  # just where the folder appears
            while not out.exists():
                time.sleep(0.0002)
        time.sleep(draw.uniform(0, within) * draw.choice([0, 0.1, 1]))
        child.send(number)
        ran = child.wait()
        codes.add(ran.code)
        check(ran, CODES[number], out, program, command)
        shutil.rmtree(out, ignore_errors=True)
    return codes


def test_a_storm_of_signals(program, small) -> None:
    assert len(storm_of_signals(program, small, 24, 0.3)) > 1


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_storm_of_signals_beside_a_busy_loop(program, small) -> None:
    """All on one core, for which they contend on any machine; what runs beside has the rest."""
    out, command = small
    cores, one = os.sched_getaffinity(0), {min(os.sched_getaffinity(0))}
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as loop:
        try:
            for pid in (loop.pid, program.pid):
                os.sched_setaffinity(pid, one)
            threads = (out, [*command, "--workers", 2])
            assert storm_of_signals(program, threads, 300, 0.5) >= set(CODES.values())
        finally:
            os.sched_setaffinity(program.pid, cores)
            loop.kill()


@pytest.mark.parametrize("number", CODES)
def test_the_first_tenth_of_a_second(small, number: int) -> None:
    """From the program's own first line on: while click, numpy and torch are imported."""
    out, command = small
    for after in (0, 0.01, 0.03, 0.06, 0.1, 0.4):
        process = subprocess.Popen(
            [sys.executable, "-m", "gtrack", *map(str, command)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        while not listens(process.pid):
            time.sleep(0.0002)
        time.sleep(after)
        process.send_signal(number)
        err = process.communicate(timeout=120)[1].decode()
        assert process.returncode == CODES[number], err
        assert err in (f"{SAYS}\n", f"{OUTSIDE}\n")
        assert not out.exists()


def test_hanging_up_is_said_and_resumable(program, small) -> None:
    out, command = small
    program(*command)
    whole = {path.name: path.read_bytes() for path in (out / "tracks").iterdir()}
    shutil.rmtree(out)
    child = program.start(*command, stop_at="shards/*.npz")
    child.wait_for_stop()
    child.interrupt(signal.SIGHUP)
    ran = child.wait()
    assert (ran.code, ran.err) == (129, f"{SAYS}\n")
    assert not (out / "manifest.json").exists()
    program(*command, "--resume")
    assert {path.name: path.read_bytes() for path in (out / "tracks").iterdir()} == whole

"""Signals that end a run: raised between steps, kept back where something must be whole."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import time
from _thread import start_new_thread
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gtrack.core.interruption import ARRIVED, Interrupted, guarded, uninterrupted

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Let no signal be ignored, as a shell may have asked for its background jobs."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)
    yield
    for number, handler in before.items():
        assert signal.getsignal(number) is signal.default_int_handler, "they are put back"
        signal.signal(number, handler)


def code_of(work: Callable[[], object]) -> tuple[int | None, list[str]]:
    said: list[str] = []
    with pytest.raises(SystemExit) as caught:
        guarded(work, lambda: said.append("said"))
    return caught.value.code, said


@pytest.mark.parametrize(("number", "code"), SIGNALS.items())
def test_each_signal_has_its_code(number: int, code: int) -> None:
    assert code_of(lambda: signal.raise_signal(number)) == (code, ["said"])
    assert guarded(lambda: None, lambda: None) is None
    assert ARRIVED.number is None


def test_ctrl_c_can_be_told_from_the_rest() -> None:
    def work(number: int) -> None:
        try:
            signal.raise_signal(number)
        except Interrupted:
            sys.exit(0)

    assert code_of(lambda: work(signal.SIGINT)) == (0, [])
    assert code_of(lambda: work(signal.SIGTERM)) == (143, ["said"])


def test_what_is_ignored_stays_ignored() -> None:
    """Nohup asks for it."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    guarded(lambda: signal.raise_signal(signal.SIGHUP), lambda: None)
    signal.signal(signal.SIGHUP, signal.default_int_handler)


def test_a_failure_that_a_signal_caused_is_a_signal() -> None:
    def work() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        except BaseException as stop:
            raise ImportError("something is only half there") from stop

    assert code_of(work) == (143, ["said"])


def test_nested_calls_speak_once() -> None:
    said: list[str] = []

    def outer() -> None:
        guarded(lambda: signal.raise_signal(signal.SIGHUP), lambda: said.append("inner"))

    assert code_of(outer) == (129, [])
    assert said == ["inner"]


def test_a_marked_function_comes_to_its_end() -> None:
    steps: list[str] = []

    @uninterrupted
    def whole() -> None:
        signal.raise_signal(signal.SIGTERM)
        deeper()
        steps.append("end")
        if ARRIVED.waits:
            raise ARRIVED.exception()

    def deeper() -> None:
        signal.raise_signal(signal.SIGTERM)
        steps.append("deeper")

    def work() -> None:
        whole()
        steps.append("never")

    assert code_of(work) == (143, ["said"])
    assert steps == ["deeper", "end"]


def test_cleaning_up_is_not_disturbed() -> None:
    steps: list[str] = []

    def work() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            for number in SIGNALS:
                signal.raise_signal(number)
            steps.append("clean")

    assert code_of(work) == (130, ["said"])
    assert steps == ["clean"]


def test_who_insists_is_heard() -> None:
    """A clean-up that hangs is ended by a further signal, after a moment."""
    code = (
        "import os, signal, time\n"
        "from gtrack.core import interruption\n"
        "interruption._PATIENCE = 0.2\n"
        "def work():\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "    finally:\n"
        "        time.sleep(0.4)\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        time.sleep(600)\n"
        "interruption.guarded(work, lambda: print('said'))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert (ran.returncode, ran.stdout) == (143, "")
    assert ran.stderr == "gtrack: interrupted at once; what is finished is kept\n"


def test_a_signal_in_a_finaliser_is_not_lost(capsys: pytest.CaptureFixture[str]) -> None:
    class Final:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    ended = []

    def work() -> None:
        Final()
        gc.collect()
        for _ in range(1000):
            time.sleep(0.01)
        ended.append(True)

    assert code_of(work) == (143, ["said"])
    assert not ended
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("lost", ["the signal", "an error"])
def test_a_signal_in_the_hook_of_lost_exceptions_is_not_lost(
    lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy machine gives the thread that sends it again its turn before the hook is done."""

    def slowly(*args: Any) -> None:
        start_new_thread(*args)
        for _ in range(10):
            time.sleep(0.01)

    monkeypatch.setattr("gtrack.core.interruption.start_new_thread", slowly)
    monkeypatch.setattr(sys, "unraisablehook", lambda _: signal.raise_signal(signal.SIGTERM))
    ended = []

    class Final:
        def __del__(self) -> None:
            if lost == "an error":
                raise ValueError(lost)
            signal.raise_signal(signal.SIGTERM)

    def work() -> None:
        Final()
        for _ in range(1000):
            time.sleep(0.01)
        ended.append(True)

    assert code_of(work) == (143, ["said"])
    assert not ended


def test_the_end_of_the_process_is_not_disturbed() -> None:
    code = (
        "import atexit, os, signal\n"
        "from gtrack.core.interruption import guarded\n"
        "atexit.register(lambda: [os.kill(os.getpid(), n) for n in (1, 2, 15)])\n"
        "guarded(lambda: None, lambda: print('said'), last=True)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")

"""Runs cases in children of its own, each with a limit of time and of memory."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import resource
import shutil
import signal
import time
import traceback
from pathlib import Path
from typing import Any

from gtrack.models.device import one_thread_per_operation
from tests.fuzz.targets import Target

SLOWEST = 10.0
"""Seconds of CPU that one case may take."""

GROWTH = 1 << 30
"""Bytes by which the memory of a process may grow in one case."""

_TIMERS = (
    (signal.ITIMER_PROF, signal.SIGPROF, SLOWEST),
    (signal.ITIMER_REAL, signal.SIGALRM, 12 * SLOWEST),  # it waits for somebody
)

_MANY = 20  # cases of a child: what one leaves behind does not disturb too many


class _Hang(BaseException):
    """A case took too long."""


def _ring(*_: object) -> None:
    raise _Hang


def once(target: Target, seed: str, base: Path) -> None:
    """Run one case here; whatever is no error of gtrack's comes out."""
    work = base / "work"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for timer, number, seconds in _TIMERS:
        signal.signal(number, _ring)
        signal.setitimer(timer, seconds)
    faulthandler.dump_traceback_later(15 * SLOWEST, exit=True)  # where no signal is heard
    try:
        target.case(seed, work)
    finally:
        for timer, *_ in _TIMERS:
            signal.setitimer(timer, 0)
        faulthandler.cancel_dump_traceback_later()
        shutil.rmtree(work / "case", ignore_errors=True)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10
    assert grown < GROWTH, f"memory grew by {grown >> 20} MiB"


def _child(target: Target, name: str, numbers: range, base: Path, told: int) -> None:
    """Run some cases and tell of each; a find is told as text."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 3 * GROWTH,) * 2)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1), os.dup2(quiet, 2)
    for number in numbers:
        found = None
        try:
            once(target, f"{name}:{number}", base)
        except BaseException:
            found = traceback.format_exc()
        os.write(told, (json.dumps([number, found]) + "\n").encode())


def _some(target: Target, name: str, numbers: range, base: Path) -> list[dict[str, Any]]:
    """Run cases in a child; return the finds. A child that dies is a find, too."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            os.close(reads)
            _child(target, name, numbers, base, writes)
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as file:
        told = [json.loads(line) for line in file]
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finds = [{"case": f"{name}:{number}", "what": what} for number, what in told if what]
    if len(told) < len(numbers):
        at = numbers[len(told)]
        finds.append({"case": f"{name}:{at}", "what": f"the process ended with {status}"})
        if at + 1 < numbers.stop:
            finds += _some(target, name, range(at + 1, numbers.stop), base)
    return finds


def fuzz(targets: dict[str, Target], seconds: float, first: int, base: Path) -> dict[str, Any]:
    """Run cases of every target in turn for so many seconds of CPU time.

    Returns
    -------
    dict
        ``finds``, each with the case that makes it again; ``cases``, how many of each target;
        ``first``, ``next``: numbers; ``cpu`` and ``wall``, seconds.
    """
    finds: list[dict[str, Any]] = []
    began, before = time.monotonic(), _cpu()
    at, counts = first, dict.fromkeys(targets, 0)
    with one_thread_per_operation(True):  # a child has none of the threads of its parent's pool
        while _cpu() - before < seconds:
            for name, target in targets.items():
                finds += _some(target, name, range(at, at + _MANY), base)
                counts[name] += _MANY
            at += _MANY
    cpu, wall = _cpu() - before, time.monotonic() - began
    return {"first": first, "next": at, "cases": counts, "cpu": cpu, "wall": wall, "finds": finds}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

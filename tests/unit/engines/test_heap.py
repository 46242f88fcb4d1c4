"""Memory that is kept: fewer page faults on glibc, nothing at all elsewhere."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

from gtrack.engines import heap

FAULTS = """
import resource
import sys
import threading
from contextlib import nullcontext

import numpy as np

from gtrack.engines.heap import memory_kept


def batches(times):
    for _ in range(times):
        held = [np.ones(1 << 18, np.float64) for _ in range(6)]  # 12 MB, as of a batch
        del held


def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def work():
    batches(2)
    before = faults()
    batches(20)
    print(faults() - before)


with memory_kept() if sys.argv[1] == "kept" else nullcontext():
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
"""


def faults(how: str) -> int:
    run = subprocess.run(
        [sys.executable, "-c", FAULTS, how], capture_output=True, text=True, check=True
    )
    return int(run.stdout)


@pytest.mark.skipif(heap._glibc() is None, reason="not glibc")
def test_a_worker_thread_faults_its_memory_in_once() -> None:
    assert faults("kept") * 10 < faults("given back")


@pytest.mark.parametrize("answer", [None, "musl 1.2", ValueError(), OSError()])
def test_other_c_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    def confstr(name: str) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    def library(name: object) -> None:
        raise AssertionError("no library is asked")

    monkeypatch.setattr(os, "confstr", confstr)
    monkeypatch.setattr(ctypes, "CDLL", library)
    with heap.memory_kept():
        pass


def test_a_system_without_confstr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "confstr", raising=False)
    with heap.memory_kept():
        pass


def test_nothing_is_asked_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap, "_glibc", lambda: pytest.fail("asked"))
    with heap.memory_kept(False):
        pass

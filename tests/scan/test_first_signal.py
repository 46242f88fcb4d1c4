"""Ctrl-C before gtrack has imported anything: a line and 130, and only of gtrack itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_STRUCK = """
import os, sys, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.argv, sys.orig_argv = {argv!r}, {orig!r}
import gtrack
os.kill(os.getpid(), signal.SIGINT)
time.sleep(20)
"""


def struck(argv: list[str], orig: list[str]) -> subprocess.CompletedProcess[str]:
    code = _STRUCK.format(argv=argv, orig=orig)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("argv", "orig"),
    [
        (["/some/bin/gtrack", "scan"], ["python3", "/some/bin/gtrack", "scan"]),
        (["-m", "scan"], ["python3", "-X", "dev", "-m", "gtrack", "scan"]),
    ],
    ids=["script", "module"],
)
def test_the_program_says_a_line(argv: list[str], orig: list[str]) -> None:
    ran = struck(argv, orig)
    assert (ran.returncode, ran.stdout) == (130, "")
    assert ran.stderr == "gtrack: interrupted; run the same command again\n"


@pytest.mark.parametrize(
    ("argv", "orig"),
    [
        (["mine.py"], ["python3", "mine.py"]),
        (["-m"], ["python3", "-m", "mine"]),
        (["-c"], ["python3", "-c", "..."]),
    ],
    ids=["script", "module", "command"],
)
def test_the_python_of_others_is_left_alone(argv: list[str], orig: list[str]) -> None:
    assert "KeyboardInterrupt" in struck(argv, orig).stderr


def test_handlers_of_others_stay() -> None:
    code = (
        "import signal, sys; own = lambda *_: 0; signal.signal(2, own); sys.argv = ['gtrack']\n"
        "import gtrack; assert signal.getsignal(2) is own"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])

"""How node, Chromium and ``gtrack view`` are run here, and the scan that the browser tests see."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "igv_plugin"
PATIENCE = 600  # seconds for a file of tests that take half a minute on a quiet machine


@pytest.fixture(scope="session")
def example_scan(once, program, demo) -> Path:
    """Return the finished scan of the example, with hits and a hub; browser tests only read it."""

    def fill(folder: Path) -> None:
        shutil.copytree(demo[0], folder / "out")
        program("hub", folder / "out", "--email", "nobody@example.org")

    return once("example", fill) / "out"


@pytest.fixture(scope="session")
def node() -> Callable[..., None]:
    """Return the function that runs one test file; its output is shown when it fails."""
    program = shutil.which("node")
    if program is None or _version(program) < 20:
        pytest.skip("node, version 20 or later, is not on this machine")

    def run(file: Path, **env: str) -> None:
        with subprocess.Popen(
            [program, "--test", str(file)],
            cwd=PLUGIN,
            env={**os.environ, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # node, and the browsers that it started
                output = process.communicate()[0] + f"\nno end after {PATIENCE} s"
        assert process.returncode == 0, output[-20_000:]
        assert "\n# pass 0\n" not in output, "a file without a test"

    return run


def _version(program: str) -> int:
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return int(shown.stdout.lstrip("v").split(".")[0])


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser, where all is there that its tests need."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not on this machine")
    for package in ("igv", "playwright-core"):
        if not (PLUGIN / "node_modules" / package).is_dir():
            pytest.skip(f"igv_plugin/node_modules/{package} is not there: run make plugin")
    return program


@pytest.fixture(scope="session")
def viewing() -> Callable[..., object]:
    """Return a context manager that runs ``gtrack view`` and gives its URL."""

    @contextmanager
    def run(*arguments: object) -> Iterator[str]:
        command = [sys.executable, "-m", "gtrack", "view", *map(str, arguments), "--no-browser"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            try:
                assert process.stdout is not None
                yield process.stdout.readline().strip()
            finally:
                process.terminate()

    return run

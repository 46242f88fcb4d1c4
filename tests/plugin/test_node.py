"""The plugin's own tests, run by node: the pure ones, and those in a real Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "igv_plugin"
PURE = sorted((PLUGIN / "test").glob("*.test.js"))
BROWSER = sorted((PLUGIN / "test" / "browser").glob("*.test.js"))


def node(file: Path, seconds: int, **env: str) -> None:
    """Run one test file; its output is shown when it fails."""
    program = shutil.which("node")
    if program is None or _version(program) < 20:
        pytest.skip("node, version 20 or later, is not on this machine")
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
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # node, and the browsers that it started
            output = process.communicate()[0] + f"\nno end after {seconds} s"
    assert process.returncode == 0, output[-20_000:]
    assert "\n# pass 0\n" not in output, "a file without a test"


def _version(program: str) -> int:
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return int(shown.stdout.lstrip("v").split(".")[0])


@pytest.mark.parametrize("file", PURE, ids=lambda file: file.name)
def test_pure(file: Path) -> None:
    node(file, 60)


@pytest.mark.parametrize("file", BROWSER, ids=lambda file: file.name)
def test_in_a_browser(file: Path, request: pytest.FixtureRequest) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not on this machine")
    for package in ("igv", "playwright-core"):
        if not (PLUGIN / "node_modules" / package).is_dir():
            pytest.skip(f"igv_plugin/node_modules/{package} is not there: run make plugin")
    scan = request.getfixturevalue("example_scan")
    node(file, 280, GTRACK_SCAN=str(scan), CHROMIUM=chromium)


def test_both_kinds_are_there() -> None:
    assert PURE
    assert BROWSER

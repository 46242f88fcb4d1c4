"""The plugin's own tests, run by node: the pure ones, and those in a real Chromium."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2] / "igv_plugin" / "test"
PURE = sorted(TESTS.glob("*.test.js"))
BROWSER = sorted((TESTS / "browser").glob("*.test.js"))


@pytest.mark.parametrize("file", PURE, ids=lambda file: file.name)
def test_pure(node, file: Path) -> None:
    node(file)


@pytest.mark.parametrize("file", BROWSER, ids=lambda file: file.name)
def test_in_a_browser(node, chromium: str, file: Path, request: pytest.FixtureRequest) -> None:
    scan = request.getfixturevalue("example_scan")
    node(file, GTRACK_SCAN=str(scan), CHROMIUM=chromium, GTRACK_PYTHON=sys.executable)


def test_both_kinds_are_there() -> None:
    assert PURE
    assert BROWSER

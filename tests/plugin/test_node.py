"""The plugin's own tests, run by node: the pure ones, and those in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2] / "igv_plugin" / "test"
PURE = sorted(TESTS.glob("*.test.js"))
BROWSER = sorted((TESTS / "browser").glob("*.test.js"))


@pytest.mark.parametrize("file", PURE, ids=lambda file: file.name)
def test_pure(node, file: Path) -> None:
    node(file, 60)


@pytest.mark.parametrize("file", BROWSER, ids=lambda file: file.name)
def test_in_a_browser(node, chromium: str, file: Path, request: pytest.FixtureRequest) -> None:
    scan = request.getfixturevalue("example_scan")
    node(file, 280, GTRACK_SCAN=str(scan), CHROMIUM=chromium)


@pytest.mark.long
@pytest.mark.parametrize(
    "name", ["hits.test.js", "browser/panel.test.js", "browser/tracks.test.js"]
)
def test_in_time(node, chromium: str, name: str, example_scan: Path) -> None:
    """Hold times to their limits, which only a machine without other work can keep."""
    env = {"GTRACK_SCAN": str(example_scan), "CHROMIUM": chromium, "GTRACK_TIMED": "1"}
    node(TESTS / name, 280, **env)


def test_both_kinds_are_there() -> None:
    assert PURE
    assert BROWSER

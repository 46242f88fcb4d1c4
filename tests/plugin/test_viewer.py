"""``gtrack view`` of the example in a real Chromium: what a user waits for, and that links hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.plugin.conftest import PLUGIN


def test_the_whole_way(
    node: Callable[..., None],
    chromium: str,
    viewing: Callable[..., AbstractContextManager[str]],
    example_scan: Path,
) -> None:
    with viewing(example_scan) as url, viewing(example_scan, "--hub") as hub_url:
        test = PLUGIN / "test" / "viewer" / "view.test.js"
        node(test, CHROMIUM=chromium, GTRACK_URL=url, GTRACK_HUB_URL=hub_url)


@pytest.mark.long
def test_a_slow_network(
    node: Callable[..., None],
    chromium: str,
    viewing: Callable[..., AbstractContextManager[str]],
    example_scan: Path,
) -> None:
    with viewing(example_scan) as url:
        test = PLUGIN / "test" / "viewer" / "slow.test.js"
        node(test, CHROMIUM=chromium, GTRACK_URL=url, GTRACK_NAME=example_scan.name)

"""Two minutes of spoilt models, scans and inputs: no traceback, no hang, no gigabyte.

Numbers of cases are recorded, so a find is made again by ``python -m tests.fuzz --only CASE``.
The first, which are the same in every run, are tried with every change; ``EXPLORE=1`` tries others.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.fuzz.running import fuzz
from tests.fuzz.targets import make


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "base"


def test_a_few_seconds(base: Path) -> None:
    """The first cases of every kind."""
    assert not fuzz(make(base), 5, 0, base)["finds"]


@pytest.mark.long
def test_two_minutes(base: Path, record_property) -> None:
    first = int(time.time()) if os.environ.get("EXPLORE") else 1000
    result = fuzz(make(base), 120, first, base)
    cases = sum(result["cases"].values())
    record_property("says", f"{cases:,} cases from number {first}, {result['cpu']:.0f} s of CPU")
    assert not result["finds"]
    assert cases > 500

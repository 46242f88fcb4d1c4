"""Two minutes of spoilt models, scans and inputs: no traceback, no hang, no gigabyte.

Numbers of cases are recorded, so a find is made again by ``python -m tests.fuzz --only CASE``.
The first, which are the same in every run, are tried with every change; ``EXPLORE=1`` tries others.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.fuzz.running import fuzz, once
from tests.fuzz.targets import make

FOUND = [
    # archives that were sealed again with another content
    *("folder:117", "folder:120", "folder:301", "folder:312", "folder:357", "folder:10088"),
    "folder:118",  # run.local.json names no genome
    *("folder:182", "folder:10139", "folder:20030"),  # a link to /dev/zero for a text
    *("folder:10229", "folder:20157"),  # a column of numbers that holds something else
    "readers:332",  # an index of a bigWig that leads out of the file
]
"""Cases that once ended in a traceback, in a crash or without memory."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "base"


@pytest.mark.parametrize("case", FOUND)
def test_what_was_found(base: Path, case: str) -> None:
    once(make(base)[case.partition(":")[0]], case, base)


@pytest.mark.long
def test_two_minutes(base: Path, record_property) -> None:
    first = int(time.time()) if os.environ.get("EXPLORE") else 0
    result = fuzz(make(base), 120, first, base)
    cases = sum(result["cases"].values())
    record_property("says", f"{cases:,} cases from number {first}, {result['cpu']:.0f} s of CPU")
    assert not result["finds"]
    assert cases > 500

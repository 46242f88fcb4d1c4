"""What is said of the time of a scan: every stage, plainly, and a cure where it matters."""

from __future__ import annotations

import re

import pytest

from gtrack.cli.stage_summary import said
from gtrack.core.scan.spent import STAGES, Spent


def test_every_stage_has_its_seconds_and_its_share() -> None:
    spent = Spent({"reading": 0.04, "model": 30.0, "writing": 9.96}, 1234, 45_600, 20.0, ("cpu",))
    assert list(said(spent)) == [
        "busy seconds of the scan's stages, which may overlap: reading 0.0 (0%), model 30 (75%), "
        "writing 10.0 (25%)",
        "61.7 windows/s, 2,280 bases/s while shards were under way",
    ]
    assert len(list(said(Spent({"calling": 3.0})))) == 1, "no piece was done: no rate"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_slowest_is_named_with_what_shortens_it(stage: str, device: str) -> None:
    others = dict.fromkeys(STAGES, 1.0)
    (*_, last) = said(Spent({**others, stage: 7200.0}, 10, 10, 5.0, (device,)))
    assert last.startswith(f"longest was {stage}, 2 h: ")
    assert ("a GPU shortens it" in last) == (stage == "model" and device == "cpu")
    for option in re.findall(r"--[a-z-]+", last):
        assert option in _OPTIONS, option


_OPTIONS = {
    *("--device", "--stride", "--batch-tokens", "--precision", "--out", "--target"),
    "--no-passport",
}


def test_of_a_short_scan_nothing_is_to_be_done() -> None:
    assert not any("longest" in line for line in said(Spent({"model": 59.0})))


def test_options_that_are_named_are_those_of_a_scan() -> None:
    from gtrack.cli.scan import scan

    known = {name for option in scan.params for name in (*option.opts, *option.secondary_opts)}
    assert known >= _OPTIONS

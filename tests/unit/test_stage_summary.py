"""What is said of the time of a scan: every stage, plainly, and a cure where it matters."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gtrack.cli.stage_summary import at_work, held_up, said
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


def test_for_how_much_of_the_time_the_model_was_at_work() -> None:
    seconds = {"planning": 900.0, "opening": 2.0, "reading": 28.0, "model": 142.0, "writing": 0.4}
    two = Spent(seconds, 10, 10, 100.0, ("cpu",), 2, 200.0)
    words = "at work in 71 % of the time of 2 processes, reading in 14 %, opening in 1 %"
    assert at_work(two) == words
    assert f"while shards were under way, the model was {words}" in said(two)
    one = Spent({"model": 9.0, "writing": 0.04}, 10, 10, 10.0, ("cpu",), 1, 10.0)
    assert at_work(one) == "at work in 90 % of the time", "what is next to nothing is not named"
    assert at_work(Spent({"merging": 5.0})) is None


@pytest.mark.parametrize("stage", STAGES[1:7])
def test_what_a_model_waits_for_is_said_with_its_cure(stage: str) -> None:
    spent = Spent(
        {**dict.fromkeys(STAGES[1:7], 1.0), stage: 70.0}, 1, 1, 100.0, ("cuda",), 1, 100.0
    )
    cure = held_up(spent)
    if stage == "model":
        assert cure is not None, "at 70 % it waits"
        assert held_up(replace(spent, clock=80.0)) is None, "it waits for little"
        return
    assert cure is not None
    assert cure.startswith(f"{stage}: ")
    for option in re.findall(r"--[a-z-]+", cure):
        assert option in _OPTIONS, option
    assert held_up(replace(spent, clock=59.0)) is None, "a short scan"
    assert held_up(Spent({"merging": 500.0})) is None


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

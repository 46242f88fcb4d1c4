"""Bars on a terminal are rich's own; here is what a log gets."""

from __future__ import annotations

import re

import pytest

from gtrack.cli.progress import Bars, training_progress


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gtrack.cli.progress.LOG_EVERY", 0.0)


def test_each_name_counts_for_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars() as bars:
        for name, done in (("one", 0), ("two", 5), ("one", 30), ("two", 5), ("one", 70)):
            bars.tell(name, done, 100, "bases")
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" bases")[0] for line in lines] == [
        *("one: 30/100", "two: 10/100", "one: 100/100")
    ]
    assert lines[-1].endswith(", 0 s left")


def test_a_training_that_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with training_progress() as (say, on_step):
        say("[bold] is no markup")
        on_step(41, 60, None)  # what a checkpoint held took no time here
        on_step(42, 60, 0.25)
    first, *lines = capsys.readouterr().err.splitlines()
    assert first == "[bold] is no markup"
    (line,) = lines
    assert re.fullmatch(r"training: loss 0\.2500, 42/60 steps, [\d,.e+]+ steps/s, \d+ s left", line)


def test_silence_until_it_is_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gtrack.cli.progress.LOG_EVERY", 3600.0)
    with Bars() as bars:
        for _ in range(9):
            bars.tell("one", 1, 9)
    assert capsys.readouterr().err == ""

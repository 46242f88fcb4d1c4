"""Bars on a terminal are rich's own; here is what a log gets."""

from __future__ import annotations

import re

import pytest

from gtrack.cli.progress import Bars, print_cost, training_progress
from gtrack.core.scan.cost import Cost


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


def test_steps_without_a_name_are_a_share(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars() as bars:
        for done in (0, 74_279_273):
            bars.tell("cnn", done, 297_117_090)
    assert re.fullmatch(r"cnn: 25%, [\d,]+ s left\n", capsys.readouterr().err)


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


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.01, "1 s"), (89.0, "89 s"), (91.0, "1.5 min"), (5400.0, "1.5 h"), (400_000.0, "4.6 days")],
)
def test_a_price_in_a_line(capsys: pytest.CaptureFixture[str], seconds: float, words: str) -> None:
    print_cost(Cost("m", 20, 4000, 12_000, seconds))
    assert capsys.readouterr().err == (
        "m: reads 12,000 altered sequences (20 windows, each strand for itself, 4,000 bases); "
        f"about {words}\n"
    )

"""What ``make readers`` judges with: a reader that differs is told from one that agrees."""

from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from scripts.readers.bars import BLUE, FULL, GROUND, LINE, ORANGE, PIXEL, bars, misfit, standing
from scripts.readers.page import page
from scripts.readers.verdict import (
    ABSENT,
    AGREES,
    WRONG,
    Row,
    judged,
    missing,
    records,
    table,
    values,
)

ROOT = Path(__file__).resolve().parents[1]


def test_values_agree_to_what_text_holds() -> None:
    ours = {"chr1:1-3": [0.5, math.nan, -1.25]}
    assert values(ours, {"chr1:1-3": [0.5000004, math.nan, -1.25]}) == ""


@pytest.mark.parametrize(
    "theirs",
    [
        {},
        {"chr1:1-3": [0.5, math.nan]},
        {"chr1:1-3": [0.5, 0.0, -1.25]},
        {"chr1:1-3": [math.nan, math.nan, -1.25]},
        {"chr1:1-3": [0.50001, math.nan, -1.25]},
        {"chr1:1-3": [0.5, math.nan, 1.25]},
    ],
)
def test_values_that_differ_are_told(theirs: dict[str, list[float]]) -> None:
    assert values({"chr1:1-3": [0.5, math.nan, -1.25]}, theirs)


def test_nothing_compared_is_no_agreement() -> None:
    assert values({}, {}) == records([], []) == "nothing was compared"


def test_records_agree_in_any_order_and_spelling_of_numbers() -> None:
    ours = [("chr1", 9, 20, "CTCF", 301, 1.40165e-07), ("chr1", 3, 8, "REST", 5, 0.5)]
    assert records(ours, [["chr1", "3", "8", "REST", "5", "0.50"], list(map(str, ours[0]))]) == ""


@pytest.mark.parametrize(
    "theirs",
    [
        [],
        [("chr1", 10, 20, "CTCF")],
        [("chr1", 9, 20, "ctcf")],
        [("chr1", 9, 20, "CTCF", "more")],
        [("chr1", 9, 20, "CTCF")] * 2,
    ],
)
def test_records_that_differ_are_told(theirs: list[tuple[object, ...]]) -> None:
    assert records([("chr1", 9, 20, "CTCF")], theirs)


def test_a_row_says_what_differs_or_how_much_agrees() -> None:
    what = ("R", "1.58", "a.bw", "values")
    assert judged(what, "", "9 values") == Row(*what, AGREES, "9 values")
    assert judged(what, "2 at base 1", "9 values") == Row(*what, WRONG, "2 at base 1")
    told = table([judged(what, "a | b\nc", ""), missing("IGV", "apt-get install igv")])
    assert "| R | 1.58 | `a.bw` | values | WRONG: a \\| b c |" in told.splitlines()
    assert f"| IGV | - | `all` | nothing | {ABSENT}: apt-get install igv |" in told.splitlines()


def test_the_page_names_what_was_absent() -> None:
    written = page([missing("IGV desktop", "apt-get install igv")], date(2026, 11, 9))
    assert "Last on 9 November 2026:" in written
    assert "Not on the machine that wrote this: IGV desktop." in written


# --- bars in pictures ---------------------------------------------------------------------------


def snapshot(*tracks: list[float]) -> np.ndarray:
    """Return a picture as IGV draws it: ten columns a base, full height at 1."""
    wide = 10 * len(tracks[0])
    image = np.full((20 + 120 * len(tracks), wide + 20, 3), 255)
    image[10:, 10:-10] = GROUND
    image[:, 9] = image[:, -10] = image[10, 9:-9] = LINE
    for number, track in enumerate(tracks):
        middle = 70 + 120 * number
        image[middle, 10:-10] = LINE
        for base, value in enumerate(track):
            columns = slice(10 + 10 * base, 20 + 10 * base)
            long = round(abs(value) * FULL)
            if value > 0:
                image[middle - long : middle, columns] = BLUE
            else:
                image[middle + 1 : middle + 1 + long, columns] = ORANGE
    return image


TRACK = [0.0, 1.0, -0.5, 0.25, 0.02, -1.0, 0.0, 0.6]


def test_bars_are_found_and_measured() -> None:
    first, second = bars(snapshot(TRACK, [0.5 * value for value in TRACK]))
    assert first.up.max() == first.down.max() == FULL
    off, worth = misfit(first, np.array(TRACK))
    assert off < 1
    assert worth == pytest.approx(1 / FULL, rel=0.02)
    assert misfit(second, np.array(TRACK))[1] == pytest.approx(2 / FULL, rel=0.05)
    assert standing(first.up, 1, len(TRACK)) == FULL
    assert standing(first.down, 1, len(TRACK)) == 0


@pytest.mark.parametrize("turn", [-1.0, 0.3])
def test_a_wrong_bar_is_off(turn: float) -> None:
    (drawn,) = bars(snapshot(TRACK))
    other = [*TRACK[:-1], turn]
    assert misfit(drawn, np.array(other))[0] > PIXEL


# --- the command --------------------------------------------------------------------------------


def test_the_makefile_installs_what_the_script_looks_for() -> None:
    made = (ROOT / "Makefile").read_text()
    main = (ROOT / "scripts/readers/__main__.py").read_text()
    looked_for = re.findall(r'folder / "([^"/]+)"', main)
    assert len(looked_for) == 2, "two of igv.js"
    for folder in looked_for:
        assert f"--prefix out/readers/{folder} " in made
    assert "-m scripts.readers out/demo out/readers --page docs/reference/readers.md" in made

"""Regions with flanks or of one length: laws, and what is said of short ones and odd windows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.intervals import Interval
from gtrack.core.scan.widening import said_of_lengths, said_of_window, widened

SIZE = {"c": 500}


@st.composite
def regions(draw: st.DrawFn) -> Interval:
    start = draw(st.integers(0, 499))
    end = draw(st.integers(start + 1, 500))
    summit = draw(st.none() | st.integers(0, end - start - 1))
    return Interval("c", start, end, draw(st.sampled_from("ab")), "-", summit, "f:7")


@given(region=regions(), flank=st.integers(1, 10**9))
def test_a_flank_is_on_both_sides_and_inside(region: Interval, flank: int) -> None:
    (made,) = widened([region], SIZE, flank=flank)
    assert made.start == max(0, region.start - flank)
    assert made.end == min(500, region.end + flank)
    same(region, made)


@given(region=regions(), resize=st.integers(1, 600))
def test_one_length_lies_around_the_summit_or_middle(region: Interval, resize: int) -> None:
    (made,) = widened([region], SIZE, resize=resize)
    wanted = set(range(region.centred(resize), region.centred(resize) + resize)) & set(range(500))
    assert set(range(made.start, made.end)) == wanted
    same(region, made)


def same(region: Interval, made: Interval) -> None:
    """Check that all but the borders is as before, and the summit the same base."""
    assert (made.name, made.strand, made.origin) == (region.name, region.strand, region.origin)
    if region.summit is None:
        assert made.summit is None
    else:
        assert made.summit is not None
        assert made.start + made.summit == region.start + region.summit


@given(region=regions())
def test_nothing_changes_what_nobody_asked_for(region: Interval) -> None:
    assert widened([region], SIZE) == [region]


def test_short_regions_are_counted() -> None:
    few = [Interval("c", 0, 1), Interval("c", 5, 24), Interval("c", 5, 25)]
    (said,) = said_of_lengths(few)
    assert said.startswith("warning: 2 of 3 regions are shorter than 20 bp (the shortest has 1)")
    assert "--flank 100" in said
    assert "--resize 200" in said
    assert said_of_lengths(few[2:]) == []


def test_how_regions_were_widened_is_said() -> None:
    made = widened([Interval("c", 0, 1), Interval("c", 200, 201)], SIZE, resize=60)
    one, other = said_of_lengths(made, resize=60)
    assert one == "--resize 60: every region is 60 bp long, around its summit or middle"
    assert other == "1 of them are shorter: they reach an end of their chromosome"
    assert said_of_lengths(made, flank=5) == [
        "--flank 5: every region has 5 bp more on either side"
    ]


@pytest.mark.parametrize(
    ("window", "trained", "said"),
    [(200, 200, 0), (299, 200, 0), (300, 200, 1), (134, 200, 0), (133, 200, 1), (9, None, 0)],
)
def test_a_window_far_from_training_is_said_with_both_numbers(
    window: int, trained: int | None, said: int
) -> None:
    found = said_of_window("m", window, trained)
    assert len(found) == said
    for line in found:
        assert f"warning: m: --window {window} is far from the 200 bp" in line

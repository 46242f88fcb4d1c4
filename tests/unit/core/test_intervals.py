"""Intervals check themselves."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval

GOOD = Interval("chr1", 10, 20, "peak", "+", 3, origin="r.bed:7")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chrom": ""}, "the chromosome name is empty"),
        ({"start": -1}, "start -1 is negative"),
        ({"end": 9}, "end 9 < start 10"),
        ({"end": 10}, "the region is empty (start = end = 10)"),
        ({"strand": "*"}, "strand '*' is not one of + - ."),
        ({"summit": -1}, "summit offset -1 lies outside the region of 10 bp"),
        ({"summit": 10}, "summit offset 10 lies outside the region of 10 bp"),
    ],
)
def test_what_breaks_the_rules_is_refused_at_its_line(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        replace(GOOD, **change)
    assert str(caught.value).startswith(f"r.bed:7: {message}")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("summit", "start", "end"), [(0, 5, 6), (9, 0, 10), (None, 0, 1)])
def test_the_ends_of_the_rules_are_inside(summit: int | None, start: int, end: int) -> None:
    assert len(Interval("c", start, end, summit=summit)) == end - start


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_the_locus_is_one_based_and_inclusive(start: int, length: int) -> None:
    chrom, _, span = Interval("chr1", start, start + length).locus.partition(":")
    first, _, last = span.partition("-")
    assert chrom == "chr1"
    assert (int(first) - 1, int(last) - int(first) + 1) == (start, length)


@given(st.integers(0, 10**6), st.integers(1, 3000), st.integers(1, 3000), st.data())
def test_a_window_is_centred_on_summit_or_middle(
    start: int, length: int, width: int, data: st.DataObject
) -> None:
    region = Interval("c", start, start + length)
    first = region.centred(width)
    left, right = start - first, first + width - (start + length)
    assert left - right in (0, 1)
    assert 0 <= first + width // 2 - start < length, "the middle is a base of the region"
    summit = data.draw(st.integers(0, length - 1))
    at = replace(region, summit=summit).centred(width)
    assert range(at, at + width)[width // 2] == start + summit


def test_it_is_called_by_its_name_or_its_locus() -> None:
    assert GOOD.called == "peak"
    assert replace(GOOD, name=".").called == "chr1:11-20"


def test_where_it_was_read_is_no_part_of_its_identity() -> None:
    elsewhere = replace(GOOD, origin="s.bed:1")
    assert elsewhere == GOOD
    assert hash(elsewhere) == hash(GOOD)
    assert replace(GOOD, name="other") != GOOD
    assert replace(GOOD, summit=None) != GOOD


def test_it_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        GOOD.start = 0  # type: ignore[misc]

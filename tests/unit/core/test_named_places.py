"""Names of places mean one place, or say why not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.core.named_places import (
    NamedPlace,
    chosen,
    joined,
    near_names,
    of_name,
    position,
    widened,
)

SIZES = {"chr1": 1000, "HLA:A*01": 50, "tiny": 9}


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ("chr1:1-1000", ("chr1", 0, 1000)),
        (" chr1:1-1,000 ", ("chr1", 0, 1000)),
        ("chr1:5", ("chr1", 4, 5)),
        ("chr1:5..7", ("chr1", 4, 7)),
        ("chr1:5\N{EN DASH}7", ("chr1", 4, 7)),
        ("HLA:A*01:50-50", ("HLA:A*01", 49, 50)),
    ],
)
def test_positions_count_from_one_and_hold_their_end(
    wish: str, place: tuple[str, int, int]
) -> None:
    found = position(wish, SIZES)
    assert found is not None
    assert (found.chrom, found.start, found.end) == place


@pytest.mark.parametrize(
    "wish", ["GENE", "chr2:1-5", "chr1:", "chr1:a-b", "chr1:,-5", "MOTIF@chr1:5"]
)
def test_what_is_no_position_may_be_a_name(wish: str) -> None:
    assert position(wish, SIZES) is None


@pytest.mark.parametrize("wish", ["chr1:0-5", "chr1:7-5", "chr1:990-1001", "chr1:99999999999-5"])
def test_positions_off_the_chromosome_are_refused(wish: str) -> None:
    with pytest.raises(InputError, match="not within chr1:1-1000"):
        position(wish, SIZES)


@given(
    st.integers(0, 999),
    st.integers(1, 1000),
    st.integers(1, 3000),
    st.floats(0, 2),
)
def test_a_wider_place_holds_the_place_and_stays_on_the_chromosome(
    start: int, length: int, least: int, share: float
) -> None:
    end = min(1000, start + length)
    wide = widened(NamedPlace("g", "chr1", start, end), least, share, SIZES)
    assert 0 <= wide.start <= start < end <= wide.end <= 1000
    assert wide.end - wide.start >= min(least, 1000)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), min_size=1))
def test_forms_of_a_gene_that_overlap_are_one_place(forms: list[tuple[int, int]]) -> None:
    places = joined(NamedPlace("g", "c", start, start + length) for start, length in forms)
    covered = {base for start, length in forms for base in range(start, start + length)}
    assert {base for each in places for base in range(each.start, each.end)} == covered
    assert all(one.end <= other.start for one, other in pairwise(places))


def test_two_places_of_one_name_are_said() -> None:
    places = [NamedPlace("g", "chr1", 10 * k, 10 * k + 5, "genes") for k in range(6)]
    assert chosen("g", places[:1]) == places[0]
    with pytest.raises(InputError) as caught:
        chosen("g", places)
    said = str(caught.value)
    assert "6 places are called so: chr1:1-5 (genes: g), chr1:11-15" in said
    assert said.endswith("and 2 more; give one of them as CHROM:START-END")


def test_the_case_of_a_name_matters_where_two_differ_in_it() -> None:
    places = [NamedPlace(name, "chr1", 0, 5) for name in ("Sox2", "SOX2", "sox21")]
    assert [each.name for each in of_name("SOX2", places)] == ["SOX2"]
    assert [each.name for each in of_name("sox2", places)] == ["Sox2", "SOX2"]
    assert of_name("SOX", places) == []


def test_near_names_are_few_and_real() -> None:
    names = ["SAMD11", "SAMD9", "SAMD9L", "SAMD10", "KLHL17", ".", ""]
    assert near_names("samd", names) == ["SAMD11", "SAMD9", "SAMD9L"]
    assert near_names("KHLL17", names) == ["KLHL17"]
    assert near_names("", names) == []
    assert near_names("qqqq", names) == []

"""Places to show first: the strongest stretch, and disjoint places around sites."""

from __future__ import annotations

from itertools import pairwise
from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.top_places import (
    LARGEST,
    in_turns,
    largest,
    merge_places,
    strongest_first,
    strongest_stretches,
    strongest_window,
    summed_strength,
)

WHOLE = st.lists(st.integers(-9, 9) | st.none(), min_size=1, max_size=60)
REAL = st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=60)


def slow_sums(values, span):
    span = min(span, len(values))
    return [
        fsum(abs(v) for v in values[at : at + span] if v is not None)
        for at in range(len(values) - span + 1)
    ]


@given(WHOLE, st.integers(1, 70))
def test_the_strongest_window_is_that_of_the_slow_twin(values, span):
    sums = slow_sums(values, span)
    array = np.array([np.nan if v is None else v for v in values], np.float32)
    assert strongest_window(array, span) == sums.index(max(sums))


@given(REAL, st.integers(1, 70))
def test_no_window_is_stronger_than_five_digits_can_tell(values, span):
    sums = slow_sums(values, span)
    at = strongest_window(np.array(values, np.float32), span)
    assert sums[at] >= max(sums) * (1 - 1.001e-5) - 1e-12 * fsum(map(abs, values))


@given(WHOLE, st.integers(1, 70), st.integers(0, 9))
def test_windows_equal_but_for_noise_are_ties(values, span, seed):
    array = np.array([np.nan if v is None else v for v in values], np.float64)
    noise = np.random.default_rng(seed).uniform(-1, 1, len(array))
    at = strongest_window(array, span)
    assert strongest_window(array * (1 + 1e-6 * noise), span) == at


def test_equal_windows_that_sums_round_differently_are_ties():
    values = np.tile(np.array([0.1, 0.7, 0.3, 0.0], np.float64), 500)
    assert strongest_window(values, 3) == 0


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [0.0, 0.0, 0.0]])
def test_without_relevance_the_first_base_stands(values):
    assert strongest_window(np.array(values, np.float32), 1) == 0


def test_a_span_has_a_base():
    with pytest.raises(ValueError, match="span 0"):
        strongest_window(np.ones(3), 0)
    with pytest.raises(ValueError, match="span 0"):
        merge_places([(0, 0, 1)], [9], span=0, count=1)


SITES = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 170), st.integers(1, 30)), max_size=40)


def as_sites(drawn):
    return [(chrom, start, start + length) for chrom, start, length in drawn]


def places_of(sites, span, count):
    return merge_places(as_sites(sites), [200, 230], span=span, count=count)


@given(SITES, st.integers(1, 60), st.integers(1, 50))
def test_places_are_disjoint_in_bounds_and_hold_the_sites(sites, span, count):
    places = places_of(sites, span, count)
    assert len(places) <= count
    for chrom, size in enumerate((200, 230)):
        mine = sorted(place for place in places if place[0] == chrom)
        assert all(0 <= first < last <= size for _, first, last in mine)
        assert all(a[2] <= b[1] for a, b in pairwise(mine))
    longest = max([LARGEST * span, *(length for *_, length in sites)])
    assert all(last - first <= longest for _, first, last in places)
    touched = [
        any(c == chrom and first < start + length and last > start for c, first, last in places)
        for chrom, start, length in sites
    ]
    if len(places) < count:  # nothing was left out for want of room
        assert all(touched)
    if sites:  # the strongest stands whole in the first
        chrom, start, length = sites[0]
        assert places[0][0] == chrom
        assert places[0][1] <= start
        assert places[0][2] >= start + length


@given(SITES, st.integers(1, 60), st.integers(1, 50))
def test_more_places_only_add(sites, span, count):
    places = places_of(sites, span, count)
    assert places == places_of(sites, span, count + 5)[: len(places)]


@given(SITES, st.integers(1, 60))
def test_a_place_is_as_long_as_asked_where_there_is_room(sites, span):
    for number, (chrom, first, last) in enumerate(places := places_of(sites, span, 99)):
        earlier = [place for place in places[:number] if place[0] == chrom]
        walls = [0, (200, 230)[chrom], *(edge for place in earlier for edge in place[1:])]
        assert last - first >= span or {first, last} <= set(walls)


def test_a_place_grows_until_it_cuts_no_site():
    assert places_of([(0, 100, 10), (0, 112, 10), (0, 120, 5)], 20, 9) == [(0, 95, 125)]


def test_a_chain_of_sites_does_not_grow_for_ever():
    chain = [(0, at, 12) for at in range(0, 170, 6)]
    assert all(last - first <= 40 for _, first, last in places_of(chain, 20, 99))


def test_two_places_do_not_overlap_where_two_sites_are_near():
    assert places_of([(0, 100, 10), (0, 120, 10)], 20, 9) == [(0, 95, 115), (0, 115, 135)]


@given(SITES, SITES, st.integers(1, 60), st.integers(1, 9))
def test_later_places_leave_those_taken_alone(first_sites, sites, span, count):
    taken = places_of(first_sites, span, 5)
    places = merge_places(as_sites(sites), [200, 230], span=span, count=count, taken=taken)
    assert len(places) <= count
    everything = sorted([*taken, *places])
    assert all(a[0] < b[0] or a[2] <= b[1] for a, b in pairwise(everything))
    if len(places) < count:
        assert all(
            any(c == chrom and a < at + n and b > at for c, a, b in everything)
            for chrom, at, n in sites
        )


@given(st.lists(st.lists(st.integers(), max_size=6), max_size=4))
def test_turns_keep_every_item_and_every_order(ranked):
    tagged = [[(k, at) for at in range(len(row))] for k, row in enumerate(ranked)]
    turns = list(in_turns(tagged))
    assert turns == sorted(turns, key=lambda item: (item[1], item[0]))
    assert len(turns) == sum(map(len, ranked))


@given(WHOLE, st.integers(1, 20), st.integers(1, 30))
def test_the_stretches_are_those_of_the_slow_twin(values, span, piece):
    array = np.array([np.nan if v is None else v for v in values], np.float32)
    slow = []
    for at in range(0, len(values), piece):
        part = values[at : at + piece]
        sums = slow_sums(part, span)
        best = sums.index(max(sums))
        if max(sums) > 0:
            slow.append((at + best, at + best + min(span, len(part)), max(sums)))
    assert list(strongest_stretches(array, span, piece)) == slow


@given(st.lists(st.tuples(WHOLE, st.integers(1, 9)), min_size=1, max_size=4))
def test_strength_is_summed_in_each_tracks_own_unit(tracks):
    bases = min(len(values) for values, _ in tracks)
    arrays = [
        (np.array([np.nan if v is None else v for v in values[:bases]], np.float32), unit)
        for values, unit in tracks
    ]
    expected = [fsum(abs(values[at] or 0) / unit for values, unit in tracks) for at in range(bases)]
    np.testing.assert_allclose(summed_strength(arrays), expected, rtol=1e-12)
    assert largest(arrays[0][0]) == max(abs(v or 0) for v in tracks[0][0][:bases])
    assert largest(np.empty(0)) == 0


def test_the_strongest_come_first_and_ties_stay():
    strengths = [1.0, 2.0, 2.0 + 1e-9, 3.0, 2.0 - 1e-9]
    assert "".join(strongest_first(strengths, "abcde")) == "dbcea"

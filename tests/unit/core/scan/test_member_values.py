"""The arithmetic of an ensemble: laws, and a slow twin in float64."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import VerificationError
from gtrack.core.scan.member_values import combine, combined_null, combined_stretches
from gtrack.core.segments import Segment

F32 = np.finfo(np.float32)
floats = st.floats(min_value=-float(F32.max), max_value=float(F32.max), width=32)
members = st.integers(2, 6).flatmap(
    lambda count: st.integers(1, 8).flatmap(
        lambda bases: st.lists(
            st.lists(floats, min_size=bases, max_size=bases), min_size=count, max_size=count
        )
    )
)


def arrays(rows):
    return [np.array(row, np.float32) for row in rows]


def bits(found):
    return tuple(each.tobytes() for each in (found.mean, found.sd, found.agreement))


@given(st.lists(floats, min_size=1, max_size=20), st.integers(2, 12))
def test_of_equal_members_the_mean_is_the_member(row, count) -> None:
    member = np.array(row, np.float32)
    found = combine([member] * count)
    assert (found.mean == member).all()
    assert not found.sd.any()
    assert found.agreement.tolist() == [float(value != 0) for value in member.tolist()]
    assert found.agreed == found.signed == np.count_nonzero(member)


@given(members, st.randoms(use_true_random=False))
def test_the_order_of_members_changes_no_bit(rows, shuffling: random.Random) -> None:
    before = bits(combine(arrays(rows)))
    shuffling.shuffle(rows)
    assert bits(combine(arrays(rows))) == before


def test_sums_that_cancel_do_not_depend_on_the_order() -> None:
    rows = [[1e30], [1.5], [-1e30], [2e-8]]
    assert (
        len({bits(combine(arrays(each))) for each in (rows, rows[::-1], rows[1:] + rows[:1])}) == 1
    )


@given(members)
def test_a_slow_twin_finds_the_same(rows) -> None:
    found = combine(arrays(rows))
    for at in range(len(rows[0])):
        values = [float(row[at]) for row in rows]
        mean = math.fsum(values) / len(values)
        spread = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))
        scale = max(map(abs, values))
        assert found.mean[at] == pytest.approx(mean, rel=1e-6, abs=1e-7 * scale + 1e-40)
        assert found.sd[at] == pytest.approx(spread, rel=1e-6, abs=1e-7 * scale + 1e-40)
        sign = np.sign(found.mean[at])  # what is published decides
        same = sum(np.sign(v) == sign for v in values) if sign else 0
        assert found.agreement[at] == np.float32(same / len(values))


def test_members_that_disagree_everywhere() -> None:
    one = np.array([1, -2, 3, 0.5], np.float32)
    found = combine([one, -one])
    assert found.mean.tolist() == found.agreement.tolist() == [0, 0, 0, 0]
    assert found.sd == pytest.approx(np.abs(one) * math.sqrt(2))
    assert found.agreed == 0
    three = combine([one, -one, 2 * one])
    assert three.agreement == pytest.approx(2 / 3)
    assert three.agreed == 0


def test_a_base_without_a_value_in_one_member_has_none() -> None:
    nothing = float("nan")
    found = combine(arrays([[1, nothing, 2], [3, 4, nothing]]))
    for values in (found.mean, found.sd, found.agreement):
        assert np.isnan(values).tolist() == [False, True, True]
    assert found.agreed == 1


def test_what_is_combined_is_cut_into_runs() -> None:
    first = [np.array([1, 1], np.float32), np.array([2, np.nan, 2], np.float32)]
    found, runs = combined_stretches([(5, 7), (7, 10)], [first, first])
    for each in runs:
        assert (each.start.tolist(), each.size.tolist()) == ([5, 9], [3, 1])
    assert runs[0].values.tolist() == [1, 1, 2, 2]
    assert found.agreed == 4


def segment(values, start: int = 0, codes=None) -> Segment:
    letters = np.zeros(len(values), np.uint8) if codes is None else np.array(codes, np.uint8)
    return Segment("w", start, letters, np.array(values, np.float32))


def test_the_null_is_the_mean_of_the_members_nulls() -> None:
    found = combined_null([[segment([1, 2])], [segment([3, 6])]], "null of m")
    assert [each.relevance.tolist() for each in found] == [[2, 4]]


@pytest.mark.parametrize(
    "other",
    [
        [segment([1, 2], start=4)],
        [segment([1, 2, 3])],
        [segment([1, 2], codes=[0, 1])],
        [segment([1, 2]), segment([1])],
        [],
    ],
)
def test_nulls_of_other_windows_are_refused(other) -> None:
    with pytest.raises(VerificationError, match="same shuffled windows"):
        combined_null([[segment([1, 2])], other], "null of m")

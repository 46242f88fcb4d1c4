"""Ties: five digits decide, last bits never."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.ties import TIE, first_largest, least_tied, ranks

FIVE = Context(prec=5, rounding=ROUND_HALF_EVEN)
REAL = st.floats(-1e30, 1e30).filter(lambda value: value == 0 or abs(value) >= 1e-300)
SHORT = st.decimals("-99999", "99999", places=0).flatmap(
    lambda digits: st.integers(-40, 40).map(lambda power: digits.scaleb(power))
)


@given(st.lists(SHORT, min_size=2, max_size=20), st.randoms(use_true_random=False))
def test_five_digits_order_whatever_the_last_bits(values: list[Decimal], random) -> None:
    exact = np.array([float(value) for value in values])
    noisy = exact * (1 + 1e-12 * np.array([random.uniform(-1, 1) for _ in values]))
    got = ranks(noisy)
    np.testing.assert_array_equal(got, ranks(exact))
    for one, two in pairwise(values):
        low, high = ranks(np.array([float(one), float(two)])).tolist()
        assert (low > high) - (low < high) == (one > two) - (one < two)


@given(st.lists(REAL, min_size=2, max_size=30).map(sorted))
def test_ranks_never_fall_and_tell_what_five_digits_tell(values: list[float]) -> None:
    got = ranks(np.array(values, np.float64)).tolist()
    rounded = [FIVE.plus(Decimal(value)) for value in values]
    for (one, low), (two, high) in pairwise(zip(got, rounded, strict=True)):
        assert one <= two
        if high - low > Decimal("1.001e-4") * max(abs(low), abs(high)):  # more than one unit
            assert one < two
        if low == high:
            assert two - one <= 1, "half a unit of the fifth digit may be rounded either way"


def test_zero_signs_and_ends_of_the_range() -> None:
    values = np.array([-1e308, -1.0, -1e-300, -1e-310, -0.0, 0.0, 1e-310, 1e-300, 1.0, 1e308])
    got = ranks(values)
    assert got[3:7].tolist() == [0, 0, 0, 0]
    np.testing.assert_array_equal(got, -got[::-1])
    assert (np.diff(got[[0, 1, 2, 3]]) > 0).all()
    assert ranks(np.empty(0)).tolist() == []


def test_powers_of_ten_leave_no_step() -> None:
    for power in range(-299, 308):
        at = float(f"1e{power}")
        below, on, above = ranks(at * np.array([0.99999, 1.0, 1.0001])).tolist()
        assert (on - below, above - on) == (1, 1)
        assert ranks(np.nextafter(at, [0.0, np.inf])).tolist() == [on, on]


@given(
    st.lists(st.integers(-40, 40), min_size=1, max_size=30),
    st.sampled_from([1e-30, 1.0, 1e20]),
    st.randoms(use_true_random=False),
)
def test_the_first_of_the_largest_stands(values: list[int], unit: float, random) -> None:
    noise = np.array([random.uniform(-1, 1) for _ in values])
    noisy = np.array(values) * unit * (1 + 0.4 * TIE * noise)
    assert first_largest(noisy) == values.index(max(values))
    assert noisy[first_largest(noisy)] >= least_tied(noisy.max())

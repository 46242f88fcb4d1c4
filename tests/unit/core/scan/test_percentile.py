"""The percentile of a stream."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gtrack.core.scan.percentile import AbsolutePercentile

SMALLEST_NORMAL = 2.0**-126
values_of = st.lists(
    st.floats(-(2.0**99), 2.0**99, width=32, allow_subnormal=False), min_size=1, max_size=60
)
POINTS = (0.0, 0.3, 0.5, 0.99, 1.0)
shares = st.sampled_from([0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0])


def counted(chunks: list[np.ndarray]) -> AbsolutePercentile:
    percentile = AbsolutePercentile()
    for chunk in chunks:
        percentile.add(chunk)
    return percentile


def exact(values: list[float], share: float) -> float:
    """Return the smallest value that at least `share` of them do not exceed."""
    need = Fraction(str(share)) * len(values)
    return min(abs(v) for v in values if sum(abs(w) <= abs(v) for w in values) >= need)


@given(values_of, shares)
@example([0.0], 1.0)
@settings(deadline=None)
def test_it_is_the_exact_one_to_a_part_in_4096(values: list[float], share: float) -> None:
    found = counted([np.array(values, np.float32)]).at(share)
    true = exact(values, share)
    assert found <= true, "the lower border of the bin"
    assert true - found <= true * 2.0**-12


@given(values_of, st.randoms(use_true_random=False), st.integers(1, 9))
@settings(deadline=None, max_examples=30)
def test_order_and_chunks_do_not_matter(values: list[float], random: object, step: int) -> None:
    mixed = list(values)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    chunks = [np.array(mixed[i : i + step], np.float32) for i in range(0, len(mixed), step)]
    one, other = counted([np.array(values, np.float32)]), counted(chunks)
    assert [one.at(s) for s in POINTS] == [other.at(s) for s in POINTS]


@given(values_of)
@settings(deadline=None, max_examples=30)
def test_only_the_size_counts_and_it_grows_with_the_share(values: list[float]) -> None:
    array = np.array(values, np.float32)
    one, other = counted([array]), counted([-array])
    curve = [one.at(s) for s in POINTS]
    assert curve == [other.at(s) for s in POINTS]
    assert curve == sorted(curve)
    assert all(math.isfinite(point) and point >= 0 for point in curve)


def test_the_extremes_of_float32_have_bins() -> None:
    largest = float(np.finfo(np.float32).max)
    assert counted([np.array([largest], np.float32)]).at(1.0) == pytest.approx(largest, 2**-12)
    tiny = np.array([1e-45, -1e-40, 0, -0.0], np.float32)
    assert 0 <= counted([tiny]).at(1.0) < SMALLEST_NORMAL
    assert counted([tiny]).at(0.5) == 0


def test_without_values_it_is_zero() -> None:
    assert AbsolutePercentile().at(0.99) == 0
    assert counted([np.zeros(0, np.float32)]).at(0.99) == 0


def test_a_view_with_steps_is_counted_as_its_values() -> None:
    array = np.arange(100, dtype=np.float32)
    assert counted([array[::-3]]).at(1.0) == 99
    assert array[1] == 1, "the caller's values stay"

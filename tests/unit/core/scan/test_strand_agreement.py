"""The correlation of both strands, against its formula, however its windows come."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.scan.strand_agreement import StrandAgreement

NUMBER = st.one_of(st.just(math.nan), st.integers(-9, 9).map(float))
PAIRS = st.lists(st.tuples(NUMBER, NUMBER), max_size=12)


@given(st.lists(PAIRS, max_size=4), st.sampled_from([0.0, 1e6]))
def test_it_equals_the_formula(parts: list[list[tuple[float, float]]], far: float) -> None:
    found = StrandAgreement()
    for part in parts:
        found.add(*np.array(part).reshape(-1, 2).T + far)
    both = [pair for part in parts for pair in part]
    there = [(a, b) for a, b in both if not math.isnan(a) and not math.isnan(b)]
    if len(there) < 3 or len({a for a, _ in there}) < 2 or len({b for _, b in there}) < 2:
        assert math.isnan(found.value)
        return
    n = len(there)
    mean_a, mean_b = sum(a for a, _ in there) / n, sum(b for _, b in there) / n
    product = sum((a - mean_a) * (b - mean_b) for a, b in there)
    square_a = sum((a - mean_a) ** 2 for a, _ in there)
    square_b = sum((b - mean_b) ** 2 for _, b in there)
    correlation = product / math.sqrt(square_a * square_b)
    assert found.value == pytest.approx(correlation, abs=1e-7 if far else 1e-12)


def test_scores_that_are_one_number_have_none() -> None:
    found = StrandAgreement()
    for part in (np.full(7, 0.1), np.full(3, 0.1)):  # their mean is not 0.1 to the bit
        found.add(part, np.arange(len(part), dtype=float))
    assert math.isnan(found.value)

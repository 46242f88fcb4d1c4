"""Numbers made text many at once are what Python makes of each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gtrack.core.number_words import Words, decimal_words, whole_words

TENS = np.array([float(f"1e{power}") for power in range(-330, 309)])


def read(words: Words) -> list[str]:
    """Return the text of each cell."""
    rows = np.ascontiguousarray(words.T).tobytes()
    width = 4 * len(words)
    cells = (rows[at : at + width] for at in range(0, len(rows), width))
    return [cell.translate(None, b"\xff").decode() for cell in cells]


def slowly(numbers: np.ndarray) -> list[str]:
    """Return the same by Python's formatting."""
    return [f"{each:.9g}" if np.isfinite(each) else "NA" for each in numbers.tolist()]


@given(arrays(np.float64, st.integers(1, 50), elements=st.floats(width=64)))
def test_any_numbers(numbers: np.ndarray) -> None:
    assert read(decimal_words(numbers)) == slowly(numbers)


@given(arrays(np.int64, st.integers(1, 50), elements=st.integers(-(2**63), 2**63 - 1)))
def test_any_whole_numbers(numbers: np.ndarray) -> None:
    assert read(whole_words(numbers)) == list(map(str, numbers.tolist()))


@pytest.mark.parametrize("kind", [np.int32, np.uint8, np.int64])
def test_whole_numbers_of_any_width(kind: type[np.integer]) -> None:
    numbers = np.array([0, 1, 9, 10, 99, 100, 127], kind)
    assert read(whole_words(numbers)) == list(map(str, numbers.tolist()))


@pytest.mark.parametrize("towards", [0.0, None, np.inf])
def test_powers_of_ten_and_what_is_beside_them(towards: float | None) -> None:
    numbers = TENS if towards is None else np.nextafter(TENS, towards)
    for each in (numbers, -numbers, numbers * (1 - 5e-10), numbers * (1 - 4e-10)):
        assert read(decimal_words(each)) == slowly(each)


def test_a_ninth_digit_that_could_round_either_way() -> None:
    rng = np.random.default_rng(9)
    halves = (rng.integers(10**8, 10**9, 4000) + 0.5) * 10.0 ** rng.integers(-20, 28, 4000)
    dyadic = rng.integers(1, 2**40, 4000) / 2.0 ** rng.integers(0, 60, 4000)
    for numbers in (halves, np.nextafter(halves, 0), np.nextafter(halves, np.inf), dyadic):
        assert read(decimal_words(numbers)) == slowly(numbers)


def test_few_digits_and_numbers_of_all_sizes() -> None:
    rng = np.random.default_rng(10)
    short = np.round(rng.normal(size=4000), 3) * 10.0 ** rng.integers(-9, 12, 4000)
    long = rng.normal(size=4000) * 10.0 ** rng.uniform(-20, 35, 4000)
    single = rng.normal(size=4000).astype(np.float32).astype(np.float64)
    for numbers in (short, long, single):
        assert read(decimal_words(numbers)) == slowly(numbers)

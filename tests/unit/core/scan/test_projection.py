"""Projection: units to bases and back, against slow loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gtrack.core.encodings import Encoding, Encodings
from gtrack.core.scan import projection
from gtrack.core.scan.projection import PROJECTIONS, to_units

CLOSE = 1e-12


def to_bases(
    values: np.ndarray, encoding: Encoding, length: int, mode: Any = "uniform", weights: Any = None
) -> np.ndarray:
    """Project one row."""
    lengths, row = np.array([length]), Encodings.of([encoding])
    return projection.to_bases(values, row, lengths, mode, weights)


KEEPING = ("uniform", "center", "weighted")
numbers = st.floats(-1e6, 1e6, allow_subnormal=False)


@st.composite
def encodings(draw: st.DrawFn) -> tuple[Encoding, int]:
    """Tokens of 1 to 6 bases, N of one base, and special tokens, in any order."""
    spans, placed, at = [], [], 0
    for kind in draw(st.lists(st.sampled_from("ttttn[u"), max_size=12)):
        width = {"t": 0, "n": 1, "[": 0, "u": 3}[kind] or (kind == "t" and draw(st.integers(1, 6)))
        spans.append((at, at + width))
        placed.append(kind == "t")
        at += width
    encoding = Encoding(
        np.arange(len(spans), dtype=np.int32),
        np.array(spans, np.int32).reshape(-1, 2),
        np.array(placed, bool),
    )
    return encoding, at


@st.composite
def explained(draw: st.DrawFn) -> tuple[Encoding, int, np.ndarray, np.ndarray]:
    """Return an encoding, its length, relevance per unit, and weights per base."""
    encoding, length = draw(encodings())
    values = [draw(numbers) for _ in range(len(encoding))]
    weight = st.one_of(st.just(0.0), st.just(np.nan), st.floats(-1e3, 1e3, width=32))
    weights = [draw(weight) for _ in range(length)]
    return encoding, length, np.array(values, np.float64), np.array(weights, np.float64)


def slow_bases(
    values: np.ndarray, encoding: Encoding, length: int, mode: str, weights: np.ndarray
) -> list[float]:
    bases = [float("nan")] * length
    for unit in range(len(encoding)):
        if not encoding.placed[unit]:
            continue
        start, end = encoding.spans[unit].tolist()
        relevance = float(values[unit])
        weight = [0.0 if np.isnan(w) else abs(float(w)) for w in weights[start:end]]
        for j in range(start, end):
            if mode == "uniform" or (mode == "weighted" and sum(weight) == 0):
                bases[j] = relevance / (end - start)
            elif mode == "repeat":
                bases[j] = relevance
            elif mode == "center":
                bases[j] = relevance if j == (start + end - 1) // 2 else 0.0
            else:
                bases[j] = relevance * (weight[j - start] / sum(weight))  # or tiny ones underflow
    return bases


def slow_units(bases: list[float], encoding: Encoding) -> list[float]:
    spans = zip(encoding.spans.tolist(), encoding.placed, strict=True)
    return [sum(bases[start:end]) if placed else 0.0 for (start, end), placed in spans]


@pytest.mark.parametrize("mode", PROJECTIONS)
@given(case=explained())
@settings(deadline=None)
def test_bases_equal_the_loop(mode: Any, case: tuple[Any, ...]) -> None:
    encoding, length, values, weights = case
    bases = to_bases(values, encoding, length, mode, weights)
    assert bases.dtype == np.float64
    expected = slow_bases(values, encoding, length, mode, weights)
    np.testing.assert_allclose(bases, expected, rtol=CLOSE, atol=1e-300, equal_nan=True)


@given(case=encodings(), data=st.data())
@settings(deadline=None)
def test_units_equal_the_loop(case: tuple[Encoding, int], data: st.DataObject) -> None:
    encoding, length = case
    bases = [data.draw(numbers) for _ in range(length)]
    units = to_units(np.array(bases), encoding)
    scale = sum(map(abs, bases)) or 1.0
    np.testing.assert_allclose(units, slow_units(bases, encoding), 0, CLOSE * scale)


@pytest.mark.parametrize("mode", KEEPING)
@given(case=explained())
@settings(deadline=None)
def test_the_sum_is_kept_token_by_token(mode: Any, case: tuple[Any, ...]) -> None:
    encoding, length, values, weights = case
    bases = to_bases(values, encoding, length, mode, weights)
    mine = values[: len(encoding)]
    scale = np.abs(mine).sum() or 1.0
    assert np.nansum(bases) == pytest.approx(mine[encoding.placed].sum(), abs=CLOSE * scale)
    back = to_units(bases, encoding)
    np.testing.assert_allclose(back, np.where(encoding.placed, mine, 0), CLOSE, CLOSE * scale)


@given(case=explained())
@settings(deadline=None)
def test_gathered_and_spread_again_has_the_same_total(case: tuple[Any, ...]) -> None:
    encoding, length, values, weights = case
    bases = to_bases(values, encoding, length, "weighted", weights)
    again = to_bases(to_units(bases, encoding), encoding, length, "uniform")
    scale = np.nansum(np.abs(bases)) or 1.0
    assert np.nansum(again) == pytest.approx(np.nansum(bases), abs=CLOSE * scale)


@pytest.mark.parametrize("mode", PROJECTIONS)
@given(case=explained())
@settings(deadline=None)
def test_only_unplaced_bases_have_no_value(mode: Any, case: tuple[Any, ...]) -> None:
    encoding, length, values, weights = case
    covered = np.zeros(length, bool)
    for (start, end), placed in zip(encoding.spans.tolist(), encoding.placed, strict=True):
        covered[start:end] |= placed
    bases = to_bases(values, encoding, length, mode, weights)
    assert np.array_equal(np.isfinite(bases), covered)


@pytest.mark.parametrize("mode", ["uniform", "repeat", "weighted"])
@given(case=explained())
@settings(deadline=None)
def test_the_other_strand_mirrors(mode: Any, case: tuple[Any, ...]) -> None:
    encoding, length, values, weights = case
    mirrored = Encoding(
        encoding.ids[::-1], (length - encoding.spans)[::-1, ::-1], encoding.placed[::-1]
    )
    back = to_bases(values[: len(encoding)][::-1], mirrored, length, mode, weights[::-1])[::-1]
    here = to_bases(values, encoding, length, mode, weights)
    np.testing.assert_allclose(back, here, CLOSE, equal_nan=True)


def test_weights_without_mass_fall_back_to_uniform() -> None:
    encoding = Encoding(np.arange(3, dtype=np.int32), np.array([[0, 2], [2, 4], [4, 6]]), ones(3))
    weights = np.array([0.0, 0.0, np.nan, np.nan, np.nan, -2.0])
    bases = to_bases(np.array([3.0, 5.0, 7.0]), encoding, 6, "weighted", weights)
    assert bases.tolist() == [1.5, 1.5, 2.5, 2.5, 0.0, 7.0]


def ones(n: int) -> np.ndarray:
    return np.ones(n, bool)


def test_a_caller_keeps_its_weights() -> None:
    encoding = Encoding(np.zeros(1, np.int32), np.array([[0, 2]]), ones(1))
    weights = np.array([0.0, 0.0])
    to_bases(np.array([1.0]), encoding, 2, "weighted", weights)
    assert weights.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("weights", [None, np.ones(3)])
def test_weights_of_another_length_are_refused(weights: np.ndarray | None) -> None:
    encoding = Encoding(np.zeros(1, np.int32), np.array([[0, 2]]), ones(1))
    with pytest.raises(ValueError, match="2 bases needs as many weights"):
        to_bases(np.array([1.0]), encoding, 2, "weighted", weights)


def test_unknown_names_are_refused() -> None:
    encoding = Encoding(np.zeros(1, np.int32), np.array([[0, 2]]), ones(1))
    with pytest.raises(ValueError, match="'spread' is not one of uniform, repeat"):
        to_bases(np.array([1.0]), encoding, 2, "spread")  # type: ignore[arg-type]


@st.composite
def overlapping(draw: st.DrawFn) -> tuple[Encoding, int, np.ndarray, np.ndarray]:
    """Return units that may lie over each other, as k-mers of stride 1 do."""
    length = draw(st.integers(1, 12))
    spans = []
    for _ in range(draw(st.integers(0, 8))):
        start = draw(st.integers(0, length - 1))
        spans.append((start, draw(st.integers(start + 1, min(length, start + 5)))))
    encoding = Encoding(
        np.zeros(len(spans), np.int32),
        np.array(spans, np.int32).reshape(-1, 2),
        np.array([draw(st.booleans()) for _ in spans], bool),
    )
    values = np.array([draw(numbers) for _ in spans], np.float64)
    return encoding, length, values, np.array([draw(numbers) for _ in range(length)])


TINY = (Encoding(*(np.array(column) for column in ([0], [[0, 2]], [True]))), 2, np.array([1e-85]))


@pytest.mark.parametrize("mode", PROJECTIONS)
@given(case=overlapping())
@example(case=(*TINY, np.array([0.0, 1e-295])))
@settings(deadline=None)
def test_overlapping_units_add(mode: Any, case: tuple[Any, ...]) -> None:
    encoding, length, values, weights = case
    bases = to_bases(values, encoding, length, mode, weights)
    expected = np.full(length, np.nan)
    for unit in np.flatnonzero(encoding.placed):
        alone = Encoding(*(column[[unit]] for column in (encoding.ids, encoding.spans)), ones(1))
        there = np.array(slow_bases(values[[unit]], alone, length, mode, weights))
        expected = np.where(np.isnan(there), expected, np.nan_to_num(expected) + there)
    scale = np.abs(values).sum() or 1.0
    np.testing.assert_allclose(bases, expected, rtol=0, atol=CLOSE * scale, equal_nan=True)
    if mode in KEEPING:
        assert np.nansum(bases) == pytest.approx(values[encoding.placed].sum(), abs=CLOSE * scale)


def test_kmers_of_stride_one_keep_the_sum() -> None:
    spans = np.array([(at, at + 3) for at in range(6)], np.int32)
    kmers = Encoding(np.zeros(6, np.int32), spans, ones(6))
    assert to_bases(np.full(6, 3.0), kmers, 8).sum() == 18.0


@pytest.mark.parametrize("mode", PROJECTIONS)
@given(cases=st.lists(st.one_of(explained(), overlapping()), max_size=4))
@settings(deadline=None)
def test_rows_together_are_rows_alone(mode: Any, cases: list[tuple[Any, ...]]) -> None:
    together = projection.to_bases(
        np.concatenate([np.zeros(0), *(values for _, _, values, _ in cases)]),
        Encodings.of([encoding for encoding, _, _, _ in cases]),
        np.array([length for _, length, _, _ in cases], np.int64),
        mode,
        np.concatenate([np.zeros(0), *(weights for _, _, _, weights in cases)]),
    )
    alone = [to_bases(values, e, length, mode, weights) for e, length, values, weights in cases]
    assert together.tobytes() == np.concatenate([np.zeros(0), *alone]).tobytes()

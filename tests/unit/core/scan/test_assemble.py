"""From explained rows to owned bases, against a loop over bases."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from gtrack.core.encodings import Encoding, Encodings
from gtrack.core.errors import InputError
from gtrack.core.heads import Head
from gtrack.core.intervals import Interval
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import ModelPlan
from gtrack.core.scan.projection import PROJECTIONS
from gtrack.core.scan.regions import canonical_regions
from gtrack.core.scan.shard import Rows, ShardResult, assemble, wanted_rows
from gtrack.core.scan.windows import lay_windows
from gtrack.core.sequences import is_known, reverse_complement
from tests.joined import concatenate
from tests.model_plans import model_plan


def model_of(outputs: str, labels: int, targets: tuple[int, ...]) -> ModelPlan:
    head = Head(outputs, tuple(f"label{i}" for i in range(labels)))  # type: ignore[arg-type]
    return model_plan(name="m", head=head, targets=targets, window_bp=9, stride=4)


@dataclass(frozen=True)
class Row:
    """One row of a case, for the loops."""

    window: int
    reverse: bool
    encoding: Encoding
    weights: np.ndarray
    known: np.ndarray


def joined(rows: list[Row]) -> Rows:
    return Rows(
        np.array([row.window for row in rows], np.int64),
        np.array([row.reverse for row in rows], np.bool_),
        np.array([len(row.known) for row in rows], np.int64),
        Encodings.of([row.encoding for row in rows]),
        np.concatenate([np.zeros(0, np.bool_), *(row.known for row in rows)]),
        np.concatenate([np.zeros(0), *(row.weights for row in rows)]),
    )


def encode(sequence: str, rng: np.random.Generator) -> Encoding:
    """Cut a sequence into tokens of random length; N stand alone, [CLS] and [SEP] around it."""
    spans, placed, at = [(0, 0)], [False], 0
    while at < len(sequence):
        known = len(sequence[at:]) - len(sequence[at:].lstrip("ACGT"))
        width = int(rng.integers(1, known + 1)) if known else 1
        spans.append((at, at + width))
        placed.append(known > 0)
        at += width
    spans.append((at, at))
    placed.append(False)
    return Encoding(
        np.zeros(len(spans), np.int32), np.array(spans, np.int32), np.array(placed, np.bool_)
    )


@st.composite
def shards(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.integers(5, 60))
    letters = st.text("ACGTACGTN", min_size=size, max_size=size)
    sequence = draw(letters)
    regions = []
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, size - 1))
        end = draw(st.integers(start + 1, min(size, start + 20)))
        regions.append(Interval("c", start, end, strand=draw(st.sampled_from("++.-"))))
    window_bp = draw(st.integers(2, 16))
    strand = draw(st.sampled_from(["both", "forward", "reverse", "region"]))
    try:
        grid = lay_windows(
            canonical_regions(regions, {"c": size})[0],
            {"c": size},
            window_bp,
            max(1, window_bp // 2),
            strand,
        )
    except InputError:
        reject()
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    outputs = draw(st.sampled_from(["classes", "labels", "values"]))
    labels = draw(st.integers(2 if outputs == "classes" else 1, 3))
    index = st.integers(0, labels - 1)
    targets = tuple(draw(st.lists(index, min_size=1, max_size=3, unique=True)))
    weights = rng.normal(size=size)
    rows, relevance = [], []
    wanted = (column.tolist() for column in wanted_rows(grid, 0, len(grid)))
    for window, reverse in zip(*wanted, strict=True):
        start, end = int(grid.start[window]), int(grid.end[window])
        text, weight = sequence[start:end], weights[start:end]
        if reverse:
            text, weight = reverse_complement(text), weight[::-1]
        encoding = encode(text, rng)
        rows.append(Row(window, reverse, encoding, weight, is_known(text)))
        values = rng.normal(size=(len(targets), len(encoding)))
        relevance.append(values.astype(np.float32))
    return {
        "grid": grid,
        "sequence": sequence,
        "rows": rows,
        "relevance": relevance,
        "logits": [rng.normal(size=labels).astype(np.float32) * 5 for _ in rows],
        "model": model_of(outputs, labels, targets),
    }


def slow_share(row: Row, relevance: np.ndarray, base: int, length: int, mode: str) -> float:
    """Return what one row says of a base of the forward strand of its window; NaN for nothing."""
    own = length - 1 - base if row.reverse else base
    for unit in range(len(row.encoding)):
        start, end = row.encoding.spans[unit].tolist()
        if row.encoding.placed[unit] and start <= own < end:
            value = float(relevance[unit])
            if mode == "uniform":
                return value / (end - start)
            if mode == "repeat":
                return value
            if mode == "center":
                return value if own == (start + end - 1) // 2 else 0.0
            weight = [abs(float(w)) for w in row.weights[start:end]]
            return value * weight[own - start] / sum(weight)
    return math.nan


def slow_tracks(
    case: dict[str, Any], mode: str, target: int
) -> tuple[list[float], list[float], list[float]]:
    """Return mean, forward and reverse value of every owned base in genome order."""
    grid: WindowGrid = case["grid"]
    mean, forward, reverse = [], [], []
    for window in range(len(grid)):
        start, length = int(grid.start[window]), int(grid.end[window] - grid.start[window])
        for low, high in grid.runs_of(window):
            for base in range(low, high):
                by_strand = {
                    row.reverse: slow_share(row, relevance[target], base - start, length, mode)
                    for row, relevance in zip(case["rows"], case["relevance"], strict=True)
                    if row.window == window
                }
                mean.append(sum(by_strand.values()) / len(by_strand))
                forward.append(by_strand.get(False, math.nan))
                reverse.append(by_strand.get(True, math.nan))
    return mean, forward, reverse


def assembled(case: dict[str, Any], mode: Any, per_strand: bool) -> ShardResult:
    return assemble(
        case["grid"],
        joined(case["rows"]),
        np.array(case["logits"]),
        np.concatenate(case["relevance"], axis=1),
        case["model"],
        mode,
        per_strand=per_strand,
    )


@pytest.mark.parametrize("mode", PROJECTIONS)
@given(case=shards())
@settings(deadline=None, max_examples=40)
def test_tracks_equal_the_loop(mode: str, case: dict[str, Any]) -> None:
    result = assembled(case, mode, per_strand=True)
    for target in range(len(case["model"].targets)):
        tracks = (
            each[target] for each in (result.values, result.forward_values, result.reverse_values)
        )
        for track, expected in zip(tracks, slow_tracks(case, mode, target), strict=True):
            assert track.dtype == np.float32
            np.testing.assert_allclose(track, np.float32(expected), 1e-6, 1e-9, equal_nan=True)
    assert assembled(case, mode, per_strand=False).values.tobytes() == result.values.tobytes()


@given(shards())
@settings(deadline=None, max_examples=60)
def test_a_value_exactly_where_there_is_a_base(case: dict[str, Any]) -> None:
    grid: WindowGrid = case["grid"]
    known = [
        case["sequence"][base] != "N"
        for start, end in zip(grid.run_start, grid.run_end, strict=True)
        for base in range(start, end)
    ]
    result = assembled(case, "uniform", per_strand=False)
    targets = len(case["model"].targets)
    assert np.isfinite(result.values).tolist() == [known] * targets
    assert result.forward_values.shape == result.reverse_values.shape == (targets, 0)


@given(shards())
@settings(deadline=None, max_examples=60)
def test_columns_equal_the_loop(case: dict[str, Any]) -> None:
    result = assembled(case, "uniform", per_strand=False)
    model: ModelPlan = case["model"]
    for at, (row, relevance) in enumerate(zip(case["rows"], case["relevance"], strict=True)):
        logits = [float(x) for x in case["logits"][at]]
        units = list(zip(row.encoding.spans.tolist(), row.encoding.placed.tolist(), strict=True))
        for k, target in enumerate(model.targets):
            others = [x for i, x in enumerate(logits) if i != target]
            score, powers = logits[target], [math.exp(x) for x in logits]
            probability = powers[target] / sum(powers)
            if model.head.outputs == "classes":
                score -= sum(others) / len(others)
            if model.head.outputs == "labels":
                probability = 1 / (1 + math.exp(-logits[target]))
            if model.head.outputs == "values":
                probability = math.nan
            assert result.score[k, at] == pytest.approx(score, rel=1e-12, abs=1e-12)
            assert result.probability[k, at] == pytest.approx(probability, 1e-12, nan_ok=True)
            mine = relevance[k]
            placed = sum(float(mine[i]) for i, (_, there) in enumerate(units) if there)
            unplaced = sum(float(mine[i]) for i, (_, there) in enumerate(units) if not there)
            assert result.relevance_sum[k, at] == pytest.approx(placed, abs=1e-12)
            assert result.unplaced[k, at] == pytest.approx(unplaced, abs=1e-12)
        assert result.bases[at] == sum(end - start for (start, end), there in units if there)
        assert result.tokens[at] == sum(there for _, there in units)
    assert result.window.tolist() == [row.window for row in case["rows"]]
    assert result.reverse.tolist() == [row.reverse for row in case["rows"]]


@given(shards(), st.data())
@settings(deadline=None, max_examples=40)
def test_parts_joined_are_the_whole(case: dict[str, Any], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(case["grid"])))
    parts = []
    for chosen in (range(cut), range(cut, len(case["grid"]))):
        at = [i for i, row in enumerate(case["rows"]) if row.window in chosen]
        if at:
            some = {key: [case[key][i] for i in at] for key in ("rows", "relevance", "logits")}
            parts.append(assembled({**case, **some}, "uniform", per_strand=True))
    whole = assembled(case, "uniform", per_strand=True)
    again = concatenate(parts, len(case["model"].targets))
    for name in ShardResult.columns():
        one, other = getattr(whole, name), getattr(again, name)
        assert one.dtype == other.dtype, name
        np.testing.assert_allclose(one, other, rtol=1e-12, err_msg=name)


def test_no_parts_are_an_empty_result() -> None:
    empty = concatenate([], 3)
    shapes = {name: getattr(empty, name).shape for name in empty.columns()}
    of_rows = ("window", "reverse", "bases", "tokens")
    assert shapes == {name: (0,) if name in of_rows else (3, 0) for name in empty.columns()}
    kinds = {name: getattr(empty, name).dtype.name for name in empty.columns()}
    assert kinds["values"] == kinds["forward_values"] == kinds["reverse_values"] == "float32"
    assert kinds["window"] == kinds["bases"] == kinds["tokens"] == "int64"
    assert kinds["score"] == kinds["probability"] == "float64"


def test_a_window_of_nothing_but_n_has_no_values() -> None:
    grid = lay_windows([Interval("c", 2, 5)], {"c": 8}, 4, 2)
    rng = np.random.default_rng(0)
    rows = [
        Row(0, reverse, encode("NNNN", rng), np.ones(4), np.zeros(4, bool))
        for reverse in (False, True)
    ]
    model = model_of("classes", 2, (1,))
    result = assemble(
        grid, joined(rows), np.ones((2, 2)), np.ones((1, 12)), model, "uniform", per_strand=True
    )
    assert np.isnan(result.values).all()
    assert result.relevance_sum.tolist() == [[0, 0]]
    assert result.unplaced.tolist() == [[6, 6]]
    assert result.bases.tolist() == result.tokens.tolist() == [0, 0]


@given(shards())
@settings(deadline=None, max_examples=40)
def test_a_method_that_answers_per_base_is_not_projected(case: dict[str, Any]) -> None:
    """Its values are those of units of one base each; N has none."""
    rng = np.random.default_rng(3)
    grid: WindowGrid = case["grid"]
    lengths = [int(grid.end[row.window] - grid.start[row.window]) for row in case["rows"]]
    values = [rng.normal(size=(len(case["model"].targets), length)) for length in lengths]
    answered = assemble(
        grid,
        joined(case["rows"]),
        np.array(case["logits"]),
        np.concatenate(values, axis=1),
        case["model"],
        "repeat",
        per_strand=True,
        per_base=True,
    )
    single = []
    for row, length in zip(case["rows"], lengths, strict=True):
        start = int(grid.start[row.window])
        text = case["sequence"][start : start + length]
        text = reverse_complement(text) if row.reverse else text
        spans = np.array([(at, at + 1) for at in range(length)], np.int32)
        placed = np.array([base != "N" for base in text])
        encoding = Encoding(np.zeros(length, np.int32), spans, placed)
        single.append(replace(row, encoding=encoding))
    projected = assembled({**case, "rows": single, "relevance": values}, "uniform", True)
    values = ("values", "forward_values", "reverse_values")
    for name in (*values, "relevance_sum", "unplaced", "score", "bases"):
        assert getattr(answered, name).tobytes() == getattr(projected, name).tobytes(), name

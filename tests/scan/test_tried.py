"""What is found by trying: near enough to float32, batches that are fast, batches that fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gtrack.attribution import batch_size
from gtrack.attribution.audit import compared
from gtrack.attribution.input_gradient import InputGradient
from gtrack.io.event_log import read_events
from gtrack.io.plan_folder import read_plan

REGIONS = "chr2\t3900\t6500\tb\t0\t+\nchr10\t300\t420\te\t0\t-\n"


@pytest.fixture
def given(inputs):
    inputs.bed.write_text(REGIONS)
    return inputs


def models(out: Path) -> dict[str, dict]:
    found = json.loads((out / "manifest.json").read_text())["models"]
    return {each["name"]: each for each in found}


def test_an_audit_finds_the_row_that_is_worst() -> None:
    rng = np.random.default_rng(0)
    lengths = np.array([5, 9, 3, 7])
    exact = rng.normal(size=(2, lengths.sum()))
    rough = exact.copy()
    rough[1, 14:17] *= [1, 1, -1]
    a, b = exact[1, 14:17], rough[1, 14:17]
    found = compared(rough, exact, lengths)
    assert (found.rows, found.row) == (4, 2)
    assert found.cosine == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    assert compared(exact * 0, exact, lengths).cosine == 0
    assert compared(exact * 0, exact * 0, lengths).rows == 0


def test_bf16_is_audited_and_the_figure_is_kept(run, given, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = run("scan", *given.options(), "--out", out, "--precision", "bf16")
    found = models(out)
    assert found["cnn"]["bf16_audit"] == {"windows": 16, "cosine": 1.0}, "a CNN stays in float32"
    audit = found["dnabert2"]["bf16_audit"]
    assert audit["windows"] == 16
    assert 0.999 <= audit["cosine"] < 1
    assert (
        f"dnabert2: relevance in bf16 is that in fp32 to a cosine of {audit['cosine']:.4f}"
        in ran.err
    )
    before = (out / "manifest.json").read_bytes()
    (out / "manifest.json").unlink()
    run("scan", *given.options(), "--out", out, "--precision", "bf16", "--resume")
    assert (out / "manifest.json").read_bytes() == before
    run("scan", *given.options(), "--out", tmp_path / "fp32")
    assert "bf16_audit" not in models(tmp_path / "fp32")["dnabert2"]


def test_bf16_that_is_too_far_stops_before_anything_is_done(
    run, given, tmp_path: Path, monkeypatch
) -> None:
    real = InputGradient.tensors

    def rough(self, batch, weights):
        logits, relevance = real(self, batch, weights)
        if self.precision == "bf16":
            relevance = relevance + 0.1 * relevance.abs().max()
        return logits, relevance

    monkeypatch.setattr(InputGradient, "tensors", rough)
    out = tmp_path / "out"
    error = run("scan", *given.options("cnn"), "--out", out, "--precision", "bf16", code=4).error
    assert "--precision bf16: model cnn, window chr" in error
    assert "below 0.999; use --precision fp32" in error
    assert not out.exists()


@pytest.mark.parametrize(("cheap", "wanted"), [(0, 4), (1, 2), (2, 1), (4, 0.25)])
def test_by_time_takes_the_smallest_that_is_fast(cheap: float, wanted: float) -> None:
    """Costs fall with the number until so many times `wanted` the default, and then rise."""
    costs = {0: lambda n: 1 / n, 1: lambda n: abs(n - 2000) + 1, 2: lambda n: abs(n - 1000) + 1}
    cost = costs.get(cheap, float)
    assert batch_size.by_time(cost, 1000, 10**9) == wanted * 1000


def test_by_time_stops_where_more_is_of_no_use() -> None:
    asked: list[int] = []
    assert batch_size.by_time(lambda n: asked.append(n) or 1 / n, 1000, 900) == 1000
    assert set(asked) == {250, 500, 1000}


def test_auto_stands_in_the_plan_and_is_not_tried_again(
    run, given, tmp_path: Path, monkeypatch
) -> None:
    out, tried = tmp_path / "out", []

    def by_time(cost, default: int, most: int) -> int:
        tried.append(default)
        assert cost(default) > 0
        return 777

    monkeypatch.setattr(batch_size, "by_time", by_time)
    options = [*given.options(), "--out", out, "--batch-tokens", "auto"]
    ran = run("scan", *options)
    assert "cnn: --batch-tokens auto found 777" in ran.err
    assert {m.batch_units for m in read_plan(out / "plan").models} == {777}
    assert {(m["batch_units"], m["batch_units_from"]) for m in models(out).values()} == {
        (777, "auto")
    }
    whole = (out / "tracks/dnabert2.relevance.bw").read_bytes()
    (out / "tracks/dnabert2.relevance.bw").unlink()
    run("scan", *options, "--resume")
    assert len(tried) == 2, "once for each model"
    assert (out / "tracks/dnabert2.relevance.bw").read_bytes() == whole
    run("scan", *given.options(), "--out", tmp_path / "given", "--batch-tokens", "777")
    assert (tmp_path / "given/tracks/dnabert2.relevance.bw").read_bytes() == whole
    assert "batch_units_from" not in models(tmp_path / "given")["cnn"]


@pytest.mark.parametrize("wish", ["0", "-1", "many", "AUTO"])
def test_other_numbers_are_refused(run, given, tmp_path: Path, wish: str) -> None:
    error = run("scan", *given.options(), "--out", tmp_path, "--batch-tokens", wish, code=2).err
    assert "--batch-tokens" in error


@pytest.fixture
def small_memory(monkeypatch):
    """Let a batch of more than so many units of a DNABERT-2 fail as on a GPU."""
    real, limit = InputGradient.tensors, {"units": 300}

    def tensors(self, batch, weights):
        if hasattr(batch, "ids") and batch.ids.numel() > limit["units"]:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return real(self, batch, weights)

    monkeypatch.setattr(InputGradient, "tensors", tensors)
    return limit


@pytest.mark.parametrize("shards", [(), ("--shards", "40")], ids=["usual", "many are empty"])
def test_memory_that_is_short_makes_a_smaller_plan(
    run, given, tmp_path: Path, small_memory, shards
) -> None:
    out = tmp_path / "out"
    options = [*given.options(), "--out", out, *shards]
    ran = run("scan", *options)
    assert "nothing is done yet: planned anew with --batch-tokens" in ran.err
    logged = {each["event"]: each for each in read_events(out / "runs")}["smaller_plan"]
    assert (logged["model"], logged["plan"]) == ("dnabert2", read_plan(out / "plan").digest)
    assert "out of memory for a batch of" in logged["why"]
    found = models(out)
    assert found["dnabert2"]["batch_units_from"] == "memory"
    units = found["dnabert2"]["batch_units"]
    assert logged["batch_units"] == units <= small_memory["units"]
    assert "batch_units_from" not in found["cnn"]
    before = (out / "tracks/dnabert2.relevance.bw").read_bytes()
    run("scan", *given.options(), "--out", tmp_path / "given", "--batch-tokens", str(units))
    assert (tmp_path / "given/tracks/dnabert2.relevance.bw").read_bytes() == before
    (out / "manifest.json").unlink()
    run("scan", *options, "--resume")  # the same command, though it says nothing of this number
    assert models(out) == found


def test_memory_that_is_too_short_for_a_window_is_said(
    run, given, tmp_path: Path, small_memory
) -> None:
    small_memory["units"] = 10
    error = run("scan", *given.options("dnabert2"), "--out", tmp_path / "out", code=4).error
    assert "out of memory for a batch of 1 x" in error
    assert not (tmp_path / "out").exists()


def test_once_a_shard_is_there_the_plan_stays(run, given, tmp_path: Path, small_memory) -> None:
    out = tmp_path / "out"
    small_memory["units"] = 10**9
    dense = ["--out", out, "--shards", "2", "--stride", "8"]
    run("plan", *given.options(), *dense)
    run("scan", "--plan", out, "--shard", "1")
    small_memory["units"] = 20
    error = run("scan", *given.options(), *dense, "--resume", code=4).error
    assert "give a smaller --batch-tokens" in error
    assert (out / "shards/000001.npz").exists()
    for words in (["scan", "--plan", out, "--shard", "0"], ["work", out]):
        error = run(*words, code=4).error
        assert "give a smaller --batch-tokens" in error
        assert "give the command of gtrack plan again, so and with --overwrite" in error

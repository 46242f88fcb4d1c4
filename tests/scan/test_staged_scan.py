"""Scans whose reading, computing and writing are three threads: as on a GPU, here on the CPU."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest

from gtrack.attribution.input_gradient import InputGradient
from gtrack.io.plan_folder import read_plan
from gtrack.workflows.folder.parts import Parts
from gtrack.workflows.scanning import work
from gtrack.workflows.scanning.shard import ShardScanner
from tests.hour import lasting
from tests.poison import poison

DENSE = ["--stride", "cnn=8", "--shards", "3", "--null-bases", "12000"]
REGIONS = "chr2\t100\t2700\ta\t0\t+\nchr2\t3900\t6500\tb\t0\t+\nchr10\t300\t420\te\t0\t-\n"


@pytest.fixture
def given(own_models):
    own_models.bed.write_text(REGIONS)
    return own_models


@pytest.fixture(params=[1, 4])
def staged(request, monkeypatch) -> int:
    """Let CPUs be served as GPUs are, with so many pools under way."""
    monkeypatch.setattr(work, "STAGED", ("cpu",))
    monkeypatch.setattr(work, "AHEAD", request.param)
    return request.param


@pytest.fixture
def in_turn(run, given, tmp_path: Path, monkeypatch) -> dict[str, bytes]:
    """What a scan without the threads publishes."""
    with monkeypatch.context() as plain:
        plain.setattr(work, "STAGED", ())
        run("scan", *given.options(), "--out", tmp_path / "in_turn", *DENSE)
    return lasting(tmp_path / "in_turn")


def left_over(before: set[threading.Thread]) -> set[threading.Thread]:
    """Return the threads that were not there before and do not end."""
    ended = time.monotonic() + 10  # the folder's counter ends when it next looks
    while (left := set(threading.enumerate()) - before) and time.monotonic() < ended:
        time.sleep(0.01)
    return left


def test_the_same_bytes_for_any_number_under_way(
    run, given, in_turn, staged, tmp_path: Path
) -> None:
    before = set(threading.enumerate())
    run("scan", *given.options(), "--out", tmp_path / "out", *DENSE)
    assert lasting(tmp_path / "out") == in_turn
    assert not left_over(before)


def test_each_step_has_its_thread(run, given, staged, tmp_path: Path, monkeypatch) -> None:
    seen: dict[str, set[str]] = {"read": set(), "tensors": set(), "write_shard": set()}

    def watched(owner: type, name: str) -> None:
        real = vars(owner)["_read" if name == "read" else name]

        def method(self, *args, **kwargs):
            seen[name].add(threading.current_thread().name.partition("_")[0])
            return real(self, *args, **kwargs)

        monkeypatch.setattr(owner, "_read" if name == "read" else name, method)

    watched(ShardScanner, "read")
    watched(InputGradient, "tensors")
    watched(Parts, "write_shard")
    run("scan", *given.options(), "--out", tmp_path / "out", *DENSE)
    assert seen == {"read": {"reader"}, "tensors": {"device"}, "write_shard": {"MainThread"}}


def test_progress_tells_every_base_once(given, staged, tmp_path: Path) -> None:
    from gtrack.workflows.scan import scan
    from gtrack.workflows.scanning.job import ScanJob

    told: list[tuple[str, int, int]] = []
    models = tuple((name, str(folder)) for name, folder in given.models.items())
    job = ScanJob(given.bed, given.fasta, models, tmp_path / "out", strides={"cnn": 8}, shards=3)
    scan(job, lambda plan: lambda *each: told.append(each))
    plan = read_plan(tmp_path / "out/plan")
    for name in ("cnn", "dnabert2"):
        grid = plan.grid(name)
        windows, bases = (sum(each[k] for each in told if each[0] == name) for k in (1, 2))
        assert (windows, bases) == (len(grid), grid.owned(0, len(grid)))


def test_a_bad_window_is_named_as_in_turn(run, given, staged, tmp_path: Path, monkeypatch) -> None:
    """Only windows with an N meet the poison; what comes before is kept."""
    given.bed.write_text("chr2\t100\t2700\nchr2\t2950\t2990\nchr2\t4000\t6900\n")
    poison(given.models["dnabert2"], "word_embeddings.weight", 3e38, slice(0, 1))
    said = []
    for name, kinds in (("staged", ("cpu",)), ("in_turn", ())):
        monkeypatch.setattr(work, "STAGED", kinds)
        out = tmp_path / name
        options = ["--out", out, "--stride", "8", "--shards", "2"]
        said.append(run("scan", *given.options("dnabert2"), *options, code=4).error)
        assert not (out / "manifest.json").exists()
    assert said[0] == said[1]
    assert "model dnabert2, in window chr2:2891-3050" in said[0]
    kept = [
        sorted(p.name for p in (tmp_path / n / "shards").glob("*.npz"))
        for n in ("staged", "in_turn")
        if (tmp_path / n / "shards").exists()
    ]
    assert all(each == kept[0] for each in kept)


def test_an_error_of_the_reader_comes_out(run, given, staged, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("plan", *given.options(), "--out", out, *DENSE)
    text = given.fasta.read_text()
    given.fasta.write_text(text[:6000] + {"A": "C"}.get(text[6000], "A") + text[6001:])
    error = run("scan", "--plan", out, "--shard", "2", code=2).error
    assert "changed since the plan was made; restore the file" in error
    given.fasta.write_text(text)
    run("scan", "--plan", out, "--shard", "2")


def test_an_error_of_the_writer_ends_all(run, given, staged, tmp_path: Path, monkeypatch) -> None:
    from gtrack.core.errors import OutputError

    def full(*_: object) -> None:
        raise OutputError("disk full")

    monkeypatch.setattr(Parts, "write_shard", full)
    before = set(threading.enumerate())
    run("scan", *given.options(), "--out", tmp_path / "out", *DENSE, code=3)
    assert not left_over(before)


@pytest.mark.parametrize("where", ["device", "writer"])
def test_a_signal_ends_all_and_resume_gives_the_bytes(
    run, given, in_turn, staged, tmp_path: Path, monkeypatch, where: str
) -> None:
    out, calls = tmp_path / "out", []

    def interrupting(real):
        def method(self, *args, **kwargs):
            calls.append(where)
            if len(calls) == 2:
                os.kill(os.getpid(), signal.SIGTERM)
            return real(self, *args, **kwargs)

        return method

    with monkeypatch.context() as patch:
        if where == "device":
            patch.setattr(InputGradient, "tensors", interrupting(InputGradient.tensors))
        else:
            patch.setattr(Parts, "write_shard", interrupting(Parts.write_shard))
        before = set(threading.enumerate())
        ran = run("scan", *given.options(), "--out", out, *DENSE, code=143)
    assert "interrupted; the same command with --resume goes on" in ran.err
    assert not left_over(before)
    assert not (out / "manifest.json").exists()
    run("scan", *given.options(), "--out", out, *DENSE, "--resume")
    assert lasting(out) == in_turn
    shutil.rmtree(out)

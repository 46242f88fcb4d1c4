"""Several devices: one process each, here two CPUs in the place of two GPUs."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from gtrack.core.scan.plan import Plan
from gtrack.io.plan_folder import read_plan
from gtrack.workflows import plan as planning
from gtrack.workflows import scan as scanning
from gtrack.workflows.scanning import opening
from gtrack.workflows.scanning.job import ScanJob


@pytest.mark.timeout(300)
def test_two_devices_give_the_bytes_of_one(inputs, tmp_path: Path, monkeypatch) -> None:
    def job(out: str, **more) -> ScanJob:
        models = tuple((name, str(folder)) for name, folder in inputs.models.items())
        return ScanJob(inputs.bed, inputs.fasta, models, tmp_path / out, **more)

    told: list[int] = []

    def begin(plan: Plan):
        return lambda name, windows, bases: told.append(bases)

    scanning.scan(job("one"), begin)
    one = sum(told)
    told.clear()
    monkeypatch.setattr(opening, "resolve_devices", lambda wish: ["cpu", "cpu"])
    scanning.scan(job("two", strides={"cnn": 8}, shards=3, null_bases=10_000), begin)
    owned = sum(
        null.grid.owned(0, len(null))
        for null in read_plan(tmp_path / "two/plan").null_grids().values()
    )
    assert sum(told) == one + owned, "every owned base is told once"
    scanning.scan(job("again", strides={"cnn": 8}, workers=1, null_bases=10_000), begin)
    for name in ("cnn", "dnabert2"):
        for file in (f"tracks/{name}.relevance.bw", f"null/{name}.npz"):
            two, again = tmp_path / "two" / file, tmp_path / "again" / file
            assert two.read_bytes() == again.read_bytes()


@pytest.mark.parametrize(
    ("pools", "devices", "shards"), [(1, 1, 1), (9, 1, 2), (3, 2, 3), (90, 2, 12)]
)
def test_default_shards(pools: int, devices: int, shards: int) -> None:
    assert planning._default_shards(pools, devices) == shards


def test_a_gpu_gets_larger_shards() -> None:
    assert planning._default_shards(640, 1, "cuda") == 10
    assert planning._default_shards(640, 4, "cuda") == 16
    assert planning._default_shards(3, 1, "cuda") == 1


def processes_of(pid: int) -> list[int]:
    """Return the worker processes that a run has started."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            command = Path(f"/proc/{child}/cmdline")
            if command.exists() and b"spawn_main" in command.read_bytes():
                found.append(int(child))
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("verb", ["scan", "work"])
def test_a_process_that_is_killed_is_started_again(
    run, program, inputs, tmp_path: Path, verb: str
) -> None:
    options = [*inputs.options(), "--stride", "cnn=4", "--shards", 6]
    run("scan", *options, "--out", tmp_path / "whole", "--no-passport")
    out = tmp_path / "out"
    if verb == "work":
        run("plan", *options, "--out", out)
        child = program.start("work", out, "--device", "cpu:2")
    else:
        child = program.start("scan", *options, "--out", out, "--device", "cpu:2", "--no-passport")
    while len(started := processes_of(child.pid)) < 2:
        time.sleep(0.05)
    os.kill(started[1], signal.SIGKILL)
    assert (ran := child.wait()).code == 0, ran
    if verb == "work":
        assert "all 6 shards are done: 6 here, 0 by others" in ran.err
        run("merge", out)
    for file in ("tracks/cnn.relevance.bw", "tracks/dnabert2.relevance.bw", "windows.tsv"):
        assert (out / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()

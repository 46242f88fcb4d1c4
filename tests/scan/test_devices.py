"""Several devices: one process each, here two CPUs in the place of two GPUs."""

from __future__ import annotations

from pathlib import Path

import pytest

from gtrack.core.scan.plan import Plan
from gtrack.io.plan_folder import read_plan
from gtrack.workflows import plan as planning
from gtrack.workflows import scan as scanning
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
    monkeypatch.setattr(planning, "resolve_devices", lambda wish: ["cpu", "cpu"])
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

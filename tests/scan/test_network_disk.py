"""A network's disk that fails for an instant: nothing is called damaged, and no record is lost."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from tests.hour import of_the_hour


@pytest.fixture
def command(own_models, tmp_path: Path) -> list[object]:
    own_models.bed.write_text("chr2\t3900\t6500\tb\t0\t+\n")
    return [*own_models.options("cnn"), "--out", tmp_path / "out", "--shards", 2]


def results(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and not of_the_hour(path)
    }


@pytest.fixture
def failing(monkeypatch):
    """Return a function that lets one call of the system for a file fail, after some others."""

    def fail(call: str, path: Path, number: int = errno.ESTALE, after: int = 0) -> list[int]:
        real, left = getattr(os, call), [*range(after + 1)]

        def once(where, *rest, **options):
            if left and not isinstance(where, int) and Path(os.fsdecode(where)) == path:
                left.pop()
                if not left:
                    raise OSError(number, os.strerror(number), str(where))
            return real(where, *rest, **options)

        monkeypatch.setattr(os, call, once)
        return left

    return fail


RECORDS = [
    ("work", "plan/plan.json"),
    ("work", "plan/regions.tsv"),
    ("work", "run.local.json"),
    ("merge", "plan/plan.json"),
    ("merge", "plan/regions.tsv"),
    ("merge", "plan/beside.json"),
    ("status", "plan/plan.json"),
    ("annotate", "manifest.json"),
]


@pytest.mark.parametrize(("verb", "name"), RECORDS, ids=lambda each: each.replace("/", "-"))
def test_a_record_that_cannot_be_read_now_is_not_damaged(
    run, command, failing, monkeypatch, tmp_path: Path, verb: str, name: str
) -> None:
    """To make it anew, or to move it away, would lose what is done."""
    out, genes = tmp_path / "out", tmp_path / "genes.bed"
    run("plan", *command)
    if verb in ("merge", "annotate"):
        run("work", out)
    if verb == "annotate":
        run("merge", out)
    if name == "plan/beside.json":
        (out / name).write_text('{"schema": "gtrack-beside/1", "score_track": 0, "ensembles": {}}')
    more = [f"genes={genes}"] if verb == "annotate" else []
    genes.write_text("chr2\t10\t400\tA\n")
    left, before = failing("open", out / name), results(out)
    said = run(verb, out, *more, code=2).error
    assert not left
    assert f"{out / name}: Stale file handle; the network's disk has changed; try again" in said
    assert results(out) == before
    monkeypatch.undo()
    run(verb, out, *more)


@pytest.mark.parametrize(
    "name", ["tracks/cnn.relevance.bw", "windows.tsv", "genome/chrom.sizes", "igv_session.json"]
)
def test_no_file_goes_without_its_record(
    run, command, failing, monkeypatch, tmp_path: Path, name: str
) -> None:
    """Whatever look at it fails: the merge is refused, or its manifest has all files."""
    out, worked = tmp_path / "out", tmp_path / "worked"
    run("plan", *command)
    run("work", out)
    shutil.copytree(out, worked)
    run("merge", out)
    whole, looks = results(out), 0
    while True:
        shutil.rmtree(out)
        shutil.copytree(worked, out)
        left = failing("stat", out / name, errno.EIO, after=looks)
        ended = run("merge", out, code=None)
        monkeypatch.undo()
        assert ended.code or results(out) == whole, looks
        if left:
            break
        run("merge", out)
        assert results(out) == whole
        looks += 1
    assert looks

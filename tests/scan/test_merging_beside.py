"""The merge beside a device, here a CPU that is served as one: in a process of its own."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gtrack.core.manifest import TrackSpec
from gtrack.io.event_log import read_events
from gtrack.io.plan_folder import read_plan
from gtrack.workflows import merge
from gtrack.workflows.folder.parts import Parts
from gtrack.workflows.scanning import merging_beside, work
from gtrack.workflows.scanning.merged import MergedModel
from gtrack.workflows.scanning.merging_beside import MergingBeside
from gtrack.workflows.scanning.merging_process import CODE, END, merged
from tests.hour import lasting

OPTIONS = ["--stride", "cnn=8", "--shards", "3"]
MODULE = "gtrack.workflows.scanning.merging_process"


@pytest.fixture
def given(own_models):
    own_models.bed.write_text("chr2\t100\t2700\ta\t0\t+\nchr2\t3900\t6500\tb\t0\t+\n")
    return own_models


@pytest.fixture
def afterwards(run, given, tmp_path: Path) -> dict[str, bytes]:
    """What a scan publishes whose shards are merged at the end."""
    run("scan", *given.options(), "--out", tmp_path / "afterwards", *OPTIONS)
    return lasting(tmp_path / "afterwards")


@pytest.fixture
def staged(monkeypatch) -> None:
    monkeypatch.setattr(work, "STAGED", ("cpu",))


@pytest.fixture
def again(monkeypatch) -> list[int]:
    """Whether shards were merged in this process: a list that is empty until then."""
    calls: list[int] = []
    real = merge._merge_models

    def counted(*arguments):
        calls.append(1)
        return real(*arguments)

    monkeypatch.setattr(merge, "_merge_models", counted)
    return calls


def events(out: Path, name: str) -> list[dict]:
    return [each for each in read_events(out / "runs") if each["event"] == name]


@pytest.mark.parametrize(
    "more",
    [[], ["--per-strand-tracks"], ["--target", "cnn=site,background"], ["--device", "cpu:2"]],
)
def test_it_gives_the_bytes_of_a_merge_at_the_end(
    run, given, staged, again, tmp_path: Path, monkeypatch, more: list[str]
) -> None:
    out = [tmp_path / "beside", tmp_path / "afterwards"]
    run("scan", *given.options(), "--out", out[0], *OPTIONS, *more)
    assert again == []
    monkeypatch.setattr(work, "STAGED", ())
    run("scan", *given.options(), "--out", out[1], *OPTIONS, *more)
    assert again == [1]
    assert lasting(out[0]) == lasting(out[1])
    (told,) = events(out[0], "merged")
    assert told["seconds"]["merging"] > 0


def test_what_a_process_leaves_that_dies_is_merged_at_the_end(
    run, given, staged, again, afterwards, tmp_path: Path, monkeypatch
) -> None:
    again.clear()
    real = MergingBeside.take

    def killed(self, shard: int) -> None:
        real(self, shard)
        if shard == 1:
            self._process.kill()
            self._process.wait()

    monkeypatch.setattr(MergingBeside, "take", killed)
    out = tmp_path / "out"
    run("scan", *given.options(), "--out", out, *OPTIONS)
    assert lasting(out) == afterwards
    assert again == [1]
    assert "-9" in events(out, "merged_again")[0]["why"]


def test_a_process_that_cannot_start_is_no_failure(
    run, given, staged, again, afterwards, tmp_path: Path, monkeypatch
) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    again.clear()
    monkeypatch.setattr(merging_beside.subprocess, "Popen", none)
    run("scan", *given.options(), "--out", tmp_path / "out", *OPTIONS)
    assert lasting(tmp_path / "out") == afterwards
    assert again == [1]


def test_many_tracks_are_merged_at_the_end(
    run, given, staged, again, afterwards, tmp_path: Path, monkeypatch
) -> None:
    again.clear()
    monkeypatch.setattr(merging_beside, "MOST_TRACKS", 1)
    run("scan", *given.options(), "--out", tmp_path / "out", *OPTIONS)
    assert lasting(tmp_path / "out") == afterwards
    assert again == [1]


def test_a_damaged_shard_is_told_as_ever(run, given, tmp_path: Path, monkeypatch) -> None:
    real = Parts.write_shard

    def damaged(self, plan, index, results) -> None:
        real(self, plan, index, results)
        if index == 1:
            path = self.shard(index)
            path.write_bytes(path.read_bytes()[:-40])

    monkeypatch.setattr(Parts, "write_shard", damaged)
    said = []
    for name, kinds in (("beside", ("cpu",)), ("afterwards", ())):
        monkeypatch.setattr(work, "STAGED", kinds)
        ran = run("scan", *given.options(), "--out", tmp_path / name, *OPTIONS, code=None)
        assert ran.code != 0
        said.append(ran.error.replace(name, "OUT"))
        assert not list((tmp_path / name).rglob("*.tmp"))
        assert not (tmp_path / name / "manifest.json").exists()
    assert said[0] == said[1]
    assert "1 of 3 shards are missing or damaged (first: 1)" in said[0]


def test_a_signal_leaves_no_process_and_nothing_unfinished(
    run, given, staged, tmp_path: Path, monkeypatch
) -> None:
    real, processes = MergingBeside.take, []

    def stopping(self, shard: int) -> None:
        real(self, shard)
        processes.append(self._process)
        if shard == 1:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(MergingBeside, "take", stopping)
    out = tmp_path / "out"
    run("scan", *given.options(), "--out", out, *OPTIONS, code=143)
    assert processes[0].returncode is not None
    assert not list(out.rglob("*.tmp"))
    assert sorted(path.name for path in (out / "tracks").iterdir()) == []


@pytest.fixture
def scanned(run, given, tmp_path: Path) -> Path:
    """A plan of which all shards are done, and not merged."""
    out = tmp_path / "planned"
    run("plan", *given.options(), "--out", out, *OPTIONS)
    run("work", out)
    return out


def process(out: Path, plan: str, code: str = CODE) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-m", MODULE, str(out), plan, code],
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.parametrize("shards", [0, 2, 3])
def test_lines_that_stop_leave_nothing(scanned: Path, shards: int) -> None:
    before = lasting(scanned)
    merging = process(scanned, read_plan(scanned / "plan").digest)
    said, _ = merging.communicate("".join(f"{shard}\n" for shard in range(shards)))
    assert merging.returncode != 0
    assert said == ""
    assert lasting(scanned) == before


def test_another_plan_is_not_merged_and_another_gtrack_merges_nothing(scanned: Path) -> None:
    before, plan = lasting(scanned), read_plan(scanned / "plan").digest
    for asked in (("0" * 64, CODE), (plan, CODE + "2")):
        merging = process(scanned, *asked)
        merging.communicate("0\n1\n2\nend\n")
        assert merging.returncode != 0
        assert lasting(scanned) == before


def test_a_shard_is_read_when_its_line_comes(scanned: Path) -> None:
    def lines() -> Iterator[str]:
        for shard in range(3):
            yield f"{shard}\n"
            Parts(scanned).shard(shard).unlink()
        yield f"{END}\n"

    said = merged(scanned, read_plan(scanned / "plan").digest, lines())
    assert [len(each["tracks"]) for each in said["models"]] == [1, 1]
    assert sorted(path.suffix for path in (scanned / "tracks").iterdir()) == [".bw", ".bw"]


def test_what_a_merge_says_comes_back_as_it_was() -> None:
    track = TrackSpec(
        *("m", "relevance", "bigWig", "tracks/m.bw"),
        model="m",
        p99=0.1 + 0.2,
        largest=1e-300,
        bases=7,
        peak={"chrom": "chr1", "start": 0, "end": 20},
    )
    one = MergedModel((track,), (math.nan, 1 / 3), (0.0, 5e-324), (True, False), 3)
    again = MergedModel.of_facts(json.loads(json.dumps(one.facts())))
    assert repr(again) == repr(one)


def test_modules_of_the_folder_one_is_in_are_not_run(
    run, given, staged, again, tmp_path: Path, monkeypatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    for name in ("json", "numpy", "tempfile"):
        (here / f"{name}.py").write_text("open('ran', 'w').close()\nraise SystemExit(9)\n")
    monkeypatch.chdir(here)
    run("scan", *given.options("cnn"), "--out", tmp_path / "out", *OPTIONS)
    assert not (here / "ran").exists()
    assert again == []

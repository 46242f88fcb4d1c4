"""The run log: what stands in it of scans that end well, are killed, share a plan, are refused."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest

from gtrack import __version__
from gtrack.core.scan.spent import STAGES
from gtrack.io.event_log import read_events
from gtrack.workflows.folder.run_log import RunLog

REGIONS = "chr2\t3900\t9500\tb\t0\t+\nchr10\t300\t1420\te\t0\t-\n"
CUT = ["--stride", "cnn=4", "--shards", "8", "--null-bases", "10000"]
OF_SHARDS = STAGES[2:7]


def events(out: Path, *kinds: str) -> list[dict]:
    found = sorted(read_events(out / "runs"), key=lambda each: each["time"])
    return [each for each in found if not kinds or each["event"] in kinds]


@pytest.fixture
def planned(once, program, make_inputs, tmp_path: Path) -> Path:
    """A plan of eight shards of one model, with a null, and nothing done."""

    def fill(folder: Path) -> None:
        inputs = make_inputs(folder, REGIONS)
        program("plan", *inputs.options("cnn"), *CUT, "--out", folder / "out")

    made = once("plan for its log", fill)
    return Path(shutil.copytree(made / "out", tmp_path / "out"))


def test_a_scan_from_its_start_to_its_end(run, make_inputs, tmp_path: Path) -> None:
    inputs, out = make_inputs(tmp_path, REGIONS), tmp_path / "out"
    given = [*inputs.options("cnn"), *CUT, "--out", out, "--no-passport", "--device", "cpu"]
    said = run("scan", *given).err
    found = events(out)
    assert [found[0]["event"], found[1]["event"], found[-1]["event"]] == [
        *("started", "opened", "ended")
    ]
    plan = json.loads((out / "manifest.json").read_text())["plan_sha256"]
    started = found[0]
    assert (started["verb"], started["gtrack"], started["plan"]) == ("scan", __version__, plan)
    assert (started["engine"], started["device"], started["shards"]) == ("local", "cpu", 8)
    assert started["models"][0]["window_bp"] > 0
    assert started["options"]["precision"] == "fp32"
    assert started["cores"] >= 1
    assert (found[-1]["how"], found[1]["device"]) == ("done", "cpu")
    done = {each["piece"]: each for each in events(out, "done")}
    assert set(done) == {each["piece"] for each in events(out, "begun")}
    assert set(done) >= {f"shard {k}" for k in range(8)} | {"null part 0"}
    assert sum(each["windows"] for each in done.values()) > 1000
    for each in done.values():
        assert set(each["seconds"]) <= set(OF_SHARDS)
        assert 0 < sum(each["seconds"].values()) <= 1.5 * each["lasted"] + 0.1
        assert each["bytes"] > 0
    files = {each["file"]: each for each in events(out, "published")}
    track = out / "tracks/cnn.relevance.bw"
    assert files["tracks/cnn.relevance.bw"]["bytes"] == track.stat().st_size
    assert set(files) == set(json.loads((out / "manifest.json").read_text())["files"])
    spent = RunLog(out).spent()
    assert spent is not None
    assert set(spent.seconds) == {"planning", "opening", *OF_SHARDS, "merging"}
    assert 0 < spent.under_way <= found[-1]["lasted"]
    assert "busy seconds of the scan's stages, which may overlap: planning " in said
    assert " windows/s, " in said

    assert "nothing to do" in run("scan", *given, "--resume").err
    assert events(out) == found, "who does nothing says nothing"
    (out / "tracks/cnn.relevance.bw").unlink()
    run("scan", *given, "--resume")
    assert [each["resume"] for each in events(out, "started")] == [False, True]
    run("scan", *given, "--overwrite")
    assert [each["resume"] for each in events(out, "started")] == [False], "logs go with the scan"


def test_runs_that_were_killed_share_and_fail_are_told(run, program, planned) -> None:
    out = planned
    child = program.start("work", out, stop_at="shards/*.npz")
    child.wait_for_stop()
    child.send(signal.SIGKILL)
    child.wait()
    assert not [each for each in events(out, "ended") if each["pid"] == child.pid]
    begun = [each["piece"] for each in events(out, "begun") if each["pid"] == child.pid]
    child = program.start("work", out, "--workers", 1)
    run("work", out, "--workers", 1)
    assert child.wait().code == 0
    (over,) = events(out, "taken_over")
    assert f"shard {over['shard']}" in begun
    assert over["holder"].startswith("pid ")
    run("merge", out)
    assert {each["verb"] for each in events(out, "started")} == {"plan", "work", "merge"}
    assert Counter(each["how"] for each in events(out, "ended")).keys() == {"done"}
    done = Counter(each["piece"] for each in events(out, "done"))
    assert set(done) >= {f"shard {k}" for k in range(8)}
    assert [each["seconds"]["merging"] > 0 for each in events(out, "merged")] == [True]
    for path in (out / "runs").iterdir():
        assert all(json.loads(line) for line in path.read_text().splitlines())


def test_a_run_that_ends_badly_says_why(run, program, planned) -> None:
    out = planned
    fasta = Path(json.loads((out / "run.local.json").read_text())["fasta"])
    text = fasta.read_text()
    at = text.index("\n", text.index(">chr2")) + 1 + 5000 // 60 * 61
    (out.parent / "g.fa").write_text(
        text[:at] + ("A" if text[at] in "Cc" else "C") + text[at + 1 :]
    )
    record = json.loads((out / "run.local.json").read_text())
    (out / "run.local.json").write_text(json.dumps(record | {"fasta": str(out.parent / "g.fa")}))
    error = run("scan", "--plan", out, "--shard", "0-7", code=2).error
    ended = events(out, "ended")[-1]
    assert (ended["how"], ended["kind"]) == ("failed", "InputError")
    assert error == f"gtrack: error: {ended['why']}"
    (out / "run.local.json").write_text(json.dumps(record))
    child = program.start("work", out, stop_at="shards/*.npz")
    child.wait_for_stop()
    child.send(signal.SIGTERM)
    child.send(signal.SIGCONT)
    assert child.wait().code == 143
    ended = events(out, "ended")[-1]
    assert (ended["how"], ended["why"]) == ("stopped", "SIGTERM")


def test_lines_do_not_grow_with_regions(run, make_inputs, tmp_path: Path) -> None:
    sizes = []
    for number in (1, 60):
        folder = tmp_path / str(number)
        folder.mkdir()
        lines = "".join(f"chr2\t{100 * k}\t{100 * k + 80}\tr{k}\t0\t+\n" for k in range(number))
        out = folder / "out"
        run("scan", *make_inputs(folder, lines).options("cnn"), "--shards", 1, "--out", out)
        assert len({each["piece"] for each in events(out, "done")}) == 1
        sizes.append(sum(path.stat().st_size for path in (out / "runs").iterdir()))
    assert abs(sizes[1] - sizes[0]) < 64


def test_a_run_that_is_refused_leaves_no_line(run, make_inputs, tmp_path: Path) -> None:
    inputs, out = make_inputs(tmp_path, REGIONS), tmp_path / "out"
    run("plan", *inputs.options("cnn"), *CUT, "--out", out)
    before = events(out)
    run("scan", *inputs.options("cnn"), "--stride", "cnn=5", "--out", out, "--resume", code=2)
    run("scan", *inputs.options("cnn"), "--out", out, code=2)
    run("merge", out, code=2)
    assert [each["event"] for each in events(out)][len(before) :] in ([], ["started", "ended"])
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/mine").touch()
    run("scan", *inputs.options("cnn"), "--out", tmp_path / "notes", code=2)
    assert os.listdir(tmp_path / "notes") == ["mine"]


def test_a_plan_that_replaces_takes_the_flags_of_a_workflow_with_it(
    run, make_inputs, tmp_path: Path
) -> None:
    inputs, out = make_inputs(tmp_path, REGIONS), tmp_path / "out"
    given = [*inputs.options("cnn"), *CUT, "--out", out]
    run("plan", *given)
    (out / "engine/logs").mkdir(parents=True)
    for name in ("engine/scan.000000-000007", "engine/merge", "engine/logs/merge.log"):
        (out / name).touch()
    run("plan", *given, "--resume")
    assert (out / "engine/merge").exists(), "the same plan: what was done stays done"
    run("plan", *given, "--overwrite")
    assert not (out / "engine").exists()

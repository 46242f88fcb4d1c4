"""gtrack status: how far a scan is, in every state that a folder can be in; nothing is written."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import time
from pathlib import Path

import pytest

from gtrack.publish.manifest import to_json
from tests.manifests import FOREIGN

REGIONS = "chr2\t3900\t9500\tb\t0\t+\nchr10\t300\t1420\te\t0\t-\n"
CUT = ["--stride", "cnn=4", "--shards", "8"]
MEME = """MEME version 4

ALPHABET= ACGT

MOTIF M1 ONE
letter-probability matrix: alength= 4 w= 4 nsites= 100 E= 0
0.97 0.01 0.01 0.01
0.01 0.97 0.01 0.01
0.01 0.01 0.97 0.01
0.01 0.01 0.01 0.97
"""
FAR = "pid 7 on far\nbeat {:012d} of 0123456789abcdef feed-12 99\n"


@pytest.fixture
def planned(once, program, make_inputs, tmp_path: Path) -> Path:
    """A plan of eight shards of one model, with a null, and nothing done."""

    def fill(folder: Path) -> None:
        inputs = make_inputs(folder, REGIONS)
        given = [*inputs.options("cnn"), *CUT, "--null-bases", "10000"]
        program("plan", *given, "--out", folder / "out")

    made = once("plan for its status", fill)
    return Path(shutil.copytree(made / "out", tmp_path / "out"))


def of(run, out: Path) -> dict:
    """Return the status of a folder, which stays as it is, to the time of each file."""
    before = everything(out)
    told = json.loads(run("status", out, "--json").out)
    assert everything(out) == before
    assert run("status", out).out.splitlines()[-1] == f"next     {told['next']}"
    return told


def everything(out: Path) -> dict[str, tuple[int, int]]:
    found = [out, *out.rglob("*")]
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in found}


def test_from_the_plan_to_the_end(run, planned) -> None:
    out = planned
    told = of(run, out)
    assert (told["schema"], told["state"]) == ("gtrack-status/1", "planned")
    assert told["shards"] == {"done": 0, "of": 8}
    assert told["windows"]["done"] == told["bases"]["done"] == 0
    assert told["next"] == f"gtrack work {out} && gtrack merge {out}"
    assert told["windows_per_second"] is told["seconds"] is None
    assert told["shares"] == {}, "nobody was at work"

    run("scan", "--plan", out, "--shard", "0-2")
    told = of(run, out)
    assert (told["state"], told["shards"]["done"], told["runs"]) == ("stopped", 3, [])
    assert 0 < told["windows"]["done"] < told["windows"]["of"]
    assert told["windows_per_second"] > 0
    assert told["bases_per_second"] > told["windows_per_second"]
    assert told["seconds"] is None, "nobody is at work"

    run("work", out)
    told = of(run, out)
    assert (told["state"], told["next"]) == ("unmerged", f"gtrack merge {out}")
    assert told["shards"] == {"done": 8, "of": 8}
    assert told["null"]["done"] == told["null"]["of"] > 0
    assert told["windows"]["done"] == told["windows"]["of"]
    assert told["bases"]["done"] == told["bases"]["of"]
    whole = told["windows"], told["bases"]
    assert 0 < told["shares"]["model"] <= 1
    assert sum(told["shares"].values()) < 1.2, "stages in turn: together they are the time"
    model = next(line for line in run("status", out).out.splitlines() if line[:5] == "model")
    assert model.startswith("model    at work in ")
    assert " % of the time, " in model

    run("merge", out)
    told = of(run, out)
    assert (told["state"], told["next"]) == ("finished", f"gtrack view {out}")
    assert (told["windows"], told["bases"], told["there"]) == (*whole, ["null"])
    assert run("status", out).out.startswith(f"{out}: finished\nshards   8 of 8 done\n")


def test_without_a_log_all_else_is_told(run, planned) -> None:
    run("work", planned)
    whole = of(run, planned)
    shutil.rmtree(planned / "runs")
    assert of(run, planned) == {**whole, "shares": {}}
    assert "model" not in run("status", planned).out


def test_windows_and_bases_are_all_of_the_plan(run, planned) -> None:
    from gtrack.workflows.folder.scan_folder import ScanFolder

    plan, told = ScanFolder(planned).read_plan(), of(run, planned)
    grid, null = plan.grid("cnn"), plan.null_grids()["cnn"]
    assert told["windows"]["of"] == len(grid) + len(null)
    assert told["bases"]["of"] == sum(
        each.owned(at, at + 1) for each in (grid, null.grid) for at in range(len(each))
    )


def test_who_is_at_work_and_who_was(run, program, planned) -> None:
    out = planned
    child = program.start("work", out, stop_at="shards/*.npz")
    child.wait_for_stop()
    me = f"pid {child.pid} on {socket.gethostname()}"
    told = of(run, out)
    (shard,) = told["runs"][0]["shards"]
    assert told["state"] == "running"
    assert [(each["who"], each["state"]) for each in told["runs"]] == [(me, "running")]
    assert told["next"] == f"gtrack status {out} --watch"
    assert f"at work  {me}: shard {shard}\n" in run("status", out).out
    assert ", 1 under way\n" in run("status", out).out
    child.send(signal.SIGKILL)
    child.wait()
    told = of(run, out)
    assert (told["state"], told["left_behind"]) == ("planned", [shard])
    assert f"ended    {me}: shard {shard}, its process is gone\n" in run("status", out).out
    run("work", out)
    assert of(run, out)["left_behind"] == []


def test_a_run_of_another_machine(run, planned) -> None:
    out = planned
    lease = out / "shards/000003.lease"
    lease.parent.mkdir(exist_ok=True)
    lease.write_text(FAR.format(0))
    told = of(run, out)
    assert (told["state"], told["runs"][0]["state"]) == ("running", "running")
    old = time.time() - 300
    os.utime(lease, (old, old))
    told = of(run, out)
    assert (told["state"], told["left_behind"]) == ("planned", [3])
    assert "silent   pid 7 on far: shard 3, no sign for 5 min" in run("status", out).out


def test_a_counter_that_goes_on_is_believed_more_than_clocks(planned) -> None:
    from gtrack.workflows.folder.at_work import RunsSeen

    lease, seen = planned / "shards/000003.lease", RunsSeen(planned)
    lease.parent.mkdir(exist_ok=True)
    for beat, state in enumerate(["silent", "running", "running"]):
        lease.write_text(FAR.format(min(beat, 1)))
        os.utime(lease, (1, 1))
        assert [each.state for each in seen.look()] == [state]
    lease.write_text("anything else")
    assert seen.look() == []


def test_a_scan_that_was_killed_is_finished_as_it_says(run, program, make_inputs, tmp_path) -> None:
    inputs, out = make_inputs(tmp_path, REGIONS), tmp_path / "my out"
    motifs = tmp_path / "m.meme"
    motifs.write_text(MEME)
    given = [*inputs.options("cnn"), *CUT, "--out", out, "--no-passport", "--motifs", motifs]
    child = program.start("scan", *given, stop_at="shards/000003.npz")
    child.wait_for_stop()
    assert of(run, out)["runs"][0]["alone"]
    child.send(signal.SIGKILL)
    child.wait()
    told = of(run, out)
    assert (told["state"], told["shards"]["done"]) == ("stopped", 3)
    steps = [shlex.split(command) for command in told["next"].split(" && ")]
    assert [words[:2] for words in steps] == [
        ["gtrack", verb] for verb in ("work", "merge", "hits")
    ]
    for words in steps[:-1]:
        run(*words[1:])
    told = of(run, out)
    assert (told["state"], shlex.split(told["next"])) == ("finished", steps[-1])
    run(*steps[-1][1:])
    told = of(run, out)
    assert (told["next"], told["there"]) == (f"gtrack view '{out}'", ["null", "hits"])
    (out / "run.local.json").write_text("{")
    assert of(run, out)["next"] == f"gtrack view '{out}'"


def test_a_plan_of_another_version_is_not_gone_on_with(run, planned, monkeypatch) -> None:
    from gtrack import __version__

    monkeypatch.setattr("gtrack.workflows.status.__version__", "99.0")
    assert of(run, planned)["next"] == (
        f"finish it with gtrack {__version__}, which began it (this is gtrack 99.0), or start anew "
        "with --overwrite"
    )


def test_folders_without_a_scan(run, tmp_path) -> None:
    out = tmp_path / "out"
    assert "no such folder" in run("status", out, code=2).error
    out.mkdir()
    assert f"gtrack plan --out {out}" in run("status", out, code=2).error
    (out / "notes.txt").write_text("mine")
    assert "no scan is here, but 'notes.txt'" in run("status", out, code=2).error
    assert "exclude each other" in run("status", out, "--watch", "--json", code=2).error


def test_tracks_of_another_tool_that_were_not_taken_to_their_end(run, tmp_path) -> None:
    record = {"schema": "gtrack-run/1", "tracks": {"a": "a.bw"}}
    (tmp_path / "run.local.json").write_text(json.dumps(record))
    told = of(run, tmp_path)
    assert (told["state"], told["foreign"]) == ("unplanned", True)
    assert told["next"] == "the same gtrack hits --track again, with --overwrite"
    assert run("status", tmp_path).out.splitlines()[0].endswith("not taken to their end")
    (tmp_path / "manifest.json").write_text(to_json(FOREIGN))
    told = of(run, tmp_path)
    assert (told["state"], told["foreign"]) == ("finished", True)
    assert run("status", tmp_path, "--watch").out == "finished (tracks of another tool)\n"
    (tmp_path / "manifest.json").unlink()
    del record["tracks"]
    (tmp_path / "run.local.json").write_text(json.dumps(record))
    told = of(run, tmp_path)
    assert (told["state"], told["foreign"]) == ("unplanned", False)


def test_watched_into_a_pipe_it_says_each_change_once(run, program, planned) -> None:
    out = planned
    child = program.start("work", out, stop_at="shards/*.npz")
    child.wait_for_stop()
    watch = program.start("status", out, "--watch")
    time.sleep(3)
    child.send(signal.SIGKILL)
    child.wait()
    run("work", out)
    run("merge", out)
    ran = watch.wait()
    lines = ran.out.splitlines()
    assert lines[0].startswith("running: 0 of 8 shards, 0 of ")
    assert lines[-1].startswith("finished: 8 of 8 shards")
    assert len(set(lines)) == len(lines)
    assert ran.code == 0

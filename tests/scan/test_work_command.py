"""gtrack work: many runs at one plan, coming and going; the bytes are those of one scan."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import socket
import time
from pathlib import Path

import pytest

from gtrack.core.errors import InputError
from gtrack.core.version import __version__
from gtrack.workflows.folder.leases import ShardLeases
from gtrack.workflows.scanning import versions
from gtrack.workflows.scanning.work import ScanWork
from tests.hour import lasting

REGIONS = "chr2\t3900\t9500\tb\t0\t+\nchr10\t300\t1420\te\t0\t-\n"
CUT = ["--stride", "cnn=4", "--shards", "8", "--null-bases", "10000"]
FAR = "pid 7 on far\nbeat {:012d} of 0123456789abcdef feed-12 99\n"


@pytest.fixture
def planned(once, program, make_inputs, tmp_path: Path):
    """A plan of eight shards, and what a scan of it gives that nobody disturbed."""

    def fill(folder: Path) -> None:
        inputs = make_inputs(folder, REGIONS)
        options = [*inputs.options(), *CUT]
        program("scan", *options, "--out", folder / "whole", "--no-passport")
        program("plan", *options, "--out", folder / "out")

    made = once("plan of eight shards", fill)
    return Path(shutil.copytree(made / "out", tmp_path / "out")), lasting(made / "whole")


def test_one_does_all(run, planned) -> None:
    out, whole = planned
    said = run("work", out).err.splitlines()
    assert said[-2:] == [
        "all 8 shards are done: 8 here, 0 by others meanwhile, 0 before",
        f"next: gtrack merge {out}",
    ]
    assert len(list((out / "shards").glob("*.lease"))) == 0
    assert "0 here, 0 by others meanwhile, 8 before" in run("work", out).err
    run("merge", out)
    assert lasting(out) == whole
    assert f"{out} is merged already; nothing to do" in run("work", out).err
    assert lasting(out) == whole


def test_several_share_the_shards(run, program, planned) -> None:
    out, whole = planned
    runs = [program.start("work", out, "--workers", 1) for _ in range(3)]
    here = [int(ran.wait().err.partition("are done: ")[2].partition(" ")[0]) for ran in runs]
    assert sum(here) == 8, "no shard is done twice"
    run("merge", out)
    assert lasting(out) == whole


def test_nobody_disturbs_those_at_work(run, program, planned) -> None:
    out, whole = planned
    child = program.start("work", out, stop_at="shards/*.npz")
    child.wait_for_stop()
    (lease,) = (out / "shards").glob("*.lease")
    named = f"pid {child.pid} on {socket.gethostname()}"
    assert lease.read_text().startswith(f"{named}\n")
    assert f"{out}: locked by {named}; wait" in run("merge", out, code=3).error
    child.send(signal.SIGKILL)
    child.wait()
    assert "shards are missing" in run("merge", out, code=2).error, "it holds nobody any more"
    assert "1 of them begun by runs that ended" in run("work", out).err
    run("merge", out)
    assert lasting(out) == whole


@pytest.mark.parametrize("command", [("work",), ("scan", "--shard", "0-7", "--plan")])
def test_who_stood_still_until_all_was_merged_ends_well(run, program, planned, command) -> None:
    """A suspended laptop, a frozen cgroup: elsewhere its counters were seen to stand still."""
    out, whole = planned
    child = program.start(*command, out, stop_at="shards/*.npz")
    child.wait_for_stop()
    for path in (*out.glob(".lock*"), *out.glob("shards/*.lease")):
        path.unlink()
    run("work", out)
    run("merge", out)
    child.send(signal.SIGCONT)
    ran = child.wait()
    assert ran.code == 0, ran
    assert f"{out}: others took over what stood still here, and merged all" in ran.err
    assert lasting(out) == whole
    run("verify", out)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_who_is_asked_to_end_leaves_at_once(run, program, planned, number, code) -> None:
    out, whole = planned
    child = program.start("work", out, "--workers", 1, stop_at="shards/null/*.npz")
    child.wait_for_stop()
    child.interrupt(number)
    ran = child.wait()
    assert ran.code == code, ran
    assert ran.error == (
        "gtrack: interrupted; its shards are free for others; the same command does what is left"
    )
    left = {path.name for path in out.rglob("*") if path.suffix in (".lease", ".tmp")}
    assert left == set()
    assert not list(out.glob(".lock*"))
    run("work", out)
    run("merge", out)
    assert lasting(out) == whole


def test_a_lease_of_another_machine_is_waited_for(run, program, planned) -> None:
    """Its counter goes on until its shard is there, which is then theirs."""
    out, whole = planned
    done = out.with_name("done")
    shutil.copytree(out, done)
    run("work", done)
    lease = out / "shards/000003.lease"
    lease.write_text(FAR.format(0))
    child = program.start("work", out)
    while len(list((out / "shards").glob("*.npz"))) < 7:
        time.sleep(0.05)
    shutil.copytree(done / "shards", out / "shards", dirs_exist_ok=True)
    lease.unlink()
    assert "7 here, 1 by others meanwhile" in child.wait().err
    run("merge", out)
    assert lasting(out) == whole


def test_who_waits_reads_and_makes_nothing(tmp_path: Path, monkeypatch) -> None:
    """Hundreds that wait at the end of a plan would keep a network's disk busy with files."""
    (tmp_path / "000001.lease").write_text(FAR.format(1))
    made, real = [], os.link
    monkeypatch.setattr(os, "link", lambda *paths: made.append(paths) or real(*paths))
    with ShardLeases(tmp_path) as leases:
        assert not any(leases.take(1) for _ in range(3))
        assert not made
        (tmp_path / "000001.lease").unlink()
        assert leases.take(1)
        assert len(made) == 1
    assert not list(tmp_path.iterdir())


def test_a_lease_that_nobody_keeps_is_taken(run, planned, monkeypatch) -> None:
    from gtrack.io import leases

    monkeypatch.setattr(leases, "EXPIRY", 1.0)
    monkeypatch.setattr("gtrack.workflows.folder.leases.EXPIRY", 1.0)
    out, whole = planned
    for shard, text in (
        (3, "pid 7 on far\nbeat 000000000009 of 0123456789abcdef feed-12 99\n"),
        (4, ""),
    ):
        (out / f"shards/{shard:06d}.lease").write_text(text)
    assert "8 here (2 of them begun by runs that ended)" in run("work", out).err
    run("merge", out)
    assert lasting(out) == whole


def test_a_merge_sweeps_what_was_left(run, planned) -> None:
    out, whole = planned
    run("work", out)
    for name in ("000002.lease", "000003.lease.0123abcd.tmp"):
        (out / "shards" / name).write_text("")
    run("merge", out)
    assert not (out / "shards").exists()
    assert lasting(out) == whole


def test_a_resumed_scan_takes_what_was_left(run, own_models, tmp_path: Path) -> None:
    out, options = tmp_path / "out", [*own_models.options("cnn"), "--shards", 1]
    run("plan", *options, "--out", out)
    (out / "shards/000000.lease").write_text("pid 7 on far")
    run("scan", *options, "--out", out, "--resume")
    assert not (out / "shards").exists()


def test_what_is_wrong_ends_the_run_and_frees_its_shard(run, own_models, tmp_path: Path) -> None:
    own_models.bed.write_text(REGIONS)
    out = tmp_path / "out"
    run("plan", *own_models.options("cnn"), "--out", out)
    weights = own_models.models["cnn"] / "model.safetensors"
    before = weights.read_bytes()
    weights.write_bytes(before[:-4] + b"\0\0\0\1")
    assert "model cnn changed since the plan was made" in run("work", out, code=2).error
    weights.write_bytes(before)
    fasta = own_models.fasta.read_bytes()
    own_models.fasta.write_bytes(fasta.replace(b"CA", b"GA"))
    assert "changed since the plan was made" in run("work", out, code=2).error
    assert not list((out / "shards").iterdir())
    own_models.fasta.write_bytes(fasta)
    run("work", out)
    run("merge", out)


@pytest.mark.parametrize("package", ["torch", "numpy", "gtrack"])
def test_other_versions_do_no_part_of_it(run, own_models, tmp_path, monkeypatch, package) -> None:
    """Their bytes would stand under the versions of the plan."""
    out = tmp_path / "out"
    run("plan", *own_models.options("cnn"), "--out", out, "--shards", 2)
    plan = json.loads((out / "plan/plan.json").read_text())
    of_plan = plan["facts"]["versions"][package]

    def refused() -> None:
        with monkeypatch.context() as here:
            here.setattr(versions, "version", lambda name: other if name == package else real(name))
            here.setattr(versions, "__version__", other if package == "gtrack" else __version__)
            verbs = [("work", out), ("scan", "--plan", out, "--shard", 1)]
            for words in (*verbs, *([] if package == "torch" else [("merge", out)])):
                said = run(*words, code=2).error
                assert f" {package} {of_plan}" in said
                assert f" {other}: " in said
            work = ScanWork.reopened(out)  # what a job of Snakemake does
            with pytest.raises(InputError, match=other), work.opened("cpu", 1):
                pass

    other, real = "9.9.9", versions.version
    refused()
    assert not list((out / "shards").iterdir())
    run("work", out)
    refused()
    run("merge", out)


def test_shards_of_another_torch_are_merged(run, planned, monkeypatch) -> None:
    """As on a login node without CUDA: no model is asked there."""
    out, whole = planned
    run("work", out)
    real = versions.version
    monkeypatch.setattr(versions, "version", lambda name: real(name) + "+cpu" * (name == "torch"))
    run("merge", out)
    assert lasting(out) == whole


def test_a_neighbour_that_ends_while_it_is_looked_at(run, planned, monkeypatch) -> None:
    """On NFS, its lease is then stale."""
    out, whole = planned
    lease, real, stale = out / "shards/000001.lease", os.read, []
    lease.write_text(FAR.format(1))

    def read(descriptor: int, most: int) -> bytes:
        if lease.exists() and os.path.samestat(os.fstat(descriptor), lease.stat()) and not stale:
            stale.append(1)
            lease.unlink()
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return real(descriptor, most)

    monkeypatch.setattr(os, "read", read)
    run("work", out)
    assert stale
    monkeypatch.undo()
    run("merge", out)
    assert lasting(out) == whole


def test_what_work_is_not_asked(run, inputs, planned, tmp_path: Path) -> None:
    assert "no plan here; make one with gtrack plan" in run("work", inputs.folder, code=2).error
    assert "no plan here" in run("work", tmp_path / "nowhere", code=2).error
    assert not (tmp_path / "nowhere").exists()
    assert "use auto, cpu" in run("work", planned[0], "--device", "tpu", code=2).error


# --- killed at random ---------------------------------------------------------------------------


class Storm:
    """Runs that are killed at random instants, while others start; of one plan after the other."""

    def __init__(self, program, run, fresh: Path, out: Path, seed: int) -> None:
        self.program, self.run, self.fresh, self.out = program, run, fresh, out
        self.rng = random.Random(seed)
        self.alive: list = []
        self.killed = 0

    def start(self) -> None:
        options = ["--device", "cpu:2"] if self.rng.random() < 0.15 else ["--workers", 1]
        self.alive.append(self.program.start("work", self.out, *options))

    def one_ends(self) -> None:
        """Kill one of those at work, if it is still."""
        child = self.alive.pop(self.rng.randrange(len(self.alive)))
        child.send(self.rng.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]))
        ended = child.wait()
        # -SIGTERM: it came before the first line of gtrack, which hears it.
        assert ended.code in (0, -signal.SIGKILL, 143, -signal.SIGTERM), ended
        self.killed += ended.code != 0

    def plan(self, kills: int) -> dict[str, bytes]:
        """Work a plan to its end, with so many kills in all at most; return what it gives."""
        shutil.copytree(self.fresh, self.out)
        while self.killed < kills and len(list((self.out / "shards").glob("*.npz"))) < 8:
            while len(self.alive) < self.rng.randint(1, 3):
                self.start()
            time.sleep(self.rng.uniform(0.0, 0.6))
            self.one_ends()
        self.start()
        assert {child.wait().code for child in self.alive} == {0}
        self.alive.clear()
        self.run("merge", self.out)
        given = lasting(self.out)
        shutil.rmtree(self.out)
        return given


@pytest.mark.parametrize("kills", [10, pytest.param(50, marks=pytest.mark.long)])
def test_runs_that_are_killed_give_the_bytes_of_one(
    run, program, planned, tmp_path: Path, record_property, kills: int
) -> None:
    fresh, whole = planned
    storm = Storm(program, run, fresh, tmp_path / "again", int(os.environ.get("SEED", "14")))
    plans = 0
    while storm.killed < kills:
        assert storm.plan(kills) == whole
        plans += 1
    record_property("says", f"{storm.killed} runs killed, {plans} plans")

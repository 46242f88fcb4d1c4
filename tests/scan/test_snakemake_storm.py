"""Scans by Snakemake whose processes are killed at random instants give the bytes of others."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.hour import lasting

REGIONS = "chr2\t3900\t9500\tb\t0\t+\nchr10\t300\t1420\te\t0\t-\n"
SHARDS = 8
CUT = ("--stride", "cnn=4", "--shards", SHARDS, "--null-bases", 10_000, "--device", "cpu")
ENGINE = ("--engine", "snakemake", "--jobs", 2, "--workers", 1)
ENDS = {0, -signal.SIGKILL, 143}
"""How a run ends that was let alone or killed; 4 where Snakemake or a job of it was."""


def results(out: Path) -> dict[str, bytes]:
    return lasting(out, "engine")


def below(pid: int) -> list[int]:
    """Return a process, those that it started, theirs and so on; none where it has ended."""
    parents: dict[int, list[int]] = {}
    alive = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                alive.add(int(path.parent.name))
                parents.setdefault(int(parent), []).append(int(path.parent.name))
    found = [pid] if pid in alive else []
    for each in found:
        found += parents.get(each, [])
    return found


def words_of(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


class Storm:
    """One scan after the other, each killed and resumed until it is whole."""

    def __init__(self, program, words: list[object], out: Path, seed: int) -> None:
        self.program, self.out = program, out
        self.words = ["scan", *words, "--out", out, "--no-passport"]
        self.rng = random.Random(seed)
        self.killed: dict[str, int] = {}
        self.runs = 0

    def begun(self):
        """Start a run, or go on with one."""
        self.runs += 1
        more = ["--resume"] if self.out.exists() else []
        return self.program.start(*self.words, *ENGINE, *more)

    def moment(self, child) -> list[int]:
        """Wait for a random instant of a run's life; return its processes, none where it ended."""
        there = len(self.shards())
        more = min(self.rng.choice([0, 0, 1, 1, 2, 4]), SHARDS - there)  # that it is left to do
        while below(child.pid) and len(self.shards()) < there + more:
            time.sleep(0.02)
        time.sleep(self.rng.uniform(0.0, 0.5 if more else 6.0))
        return below(child.pid)

    def shards(self) -> list[Path]:
        return list((self.out / "shards").glob("*.npz"))

    def kill(self, child) -> None:
        """Kill the run, Snakemake, one of its jobs, or all of them as the loss of power does."""
        while found := self.moment(child):
            jobs = [pid for pid in found[1:] if "snakemake.job" in words_of(pid)]
            drivers = [pid for pid in found[1:] if "snakemake.driver" in words_of(pid)]
            among = {"the run": found[:1], "all": found, "Snakemake": drivers[:1], "a job": jobs}
            whom = self.rng.choice([name for name, pids in among.items() if pids])
            number = self.rng.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])
            some = among[whom]
            for pid in [self.rng.choice(some)] if whom == "a job" else some:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL if whom == "all" else number)
            self.killed[whom] = self.killed.get(whom, 0) + 1
            if whom != "a job":
                break  # after a job, Snakemake tries again, and it may be killed again

    def scan(self, kills: int) -> None:
        """Scan to the end, with so many kills in all at most."""
        while True:
            child = self.begun()
            if sum(self.killed.values()) < kills:
                self.kill(child)
            ran = child.wait()
            assert "Traceback" not in ran.err, ran.err
            assert ran.code in {*ENDS, 4}, ran
            if ran.code == 0:
                return


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kills", [int(os.environ.get("KILLS", "10"))])
def test_scans_by_snakemake_that_are_killed_give_the_bytes_of_one(
    program, make_inputs, tmp_path: Path, record_property, kills: int
) -> None:
    (tmp_path / "in").mkdir()
    words = [*make_inputs(tmp_path / "in", REGIONS).options("cnn"), *CUT]
    program("scan", *words, "--out", tmp_path / "whole", "--no-passport")
    whole = results(tmp_path / "whole")
    storm = Storm(program, words, tmp_path / "out", int(os.environ.get("SEED", "14")))
    scans = 0
    while sum(storm.killed.values()) < kills:
        storm.scan(kills)
        assert results(storm.out) == whole
        ran = program(*storm.words, *ENGINE, "--resume")
        assert "nothing to do" in ran.err
        assert not (storm.out / "engine").exists()
        storm.out.rename(tmp_path / f"out{scans}")
        scans += 1
    said = ", ".join(f"{whom} {often}" for whom, often in sorted(storm.killed.items()))
    record_property("says", f"kills: {said}; {storm.runs} runs, {scans} scans")

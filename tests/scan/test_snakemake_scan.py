"""Scans by the real Snakemake: the bytes of the local engine, killed half-way or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gtrack.core.errors import InputError
from gtrack.engines.snakemake.engine import Snakemake
from gtrack.io.event_log import read_events
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.tasks import tasks
from gtrack.workflows.scanning.work import ScanWork
from tests.hour import lasting

NULL = ("--null-bases", 10_000)
DENSE = ("--stride", "cnn=4", "--shards", 4)
REGIONS = "chr2\t3900\t6500\tb\t0\t+\nchr10\t300\t420\te\t0\t-\n"


def results(out: Path) -> dict[str, bytes]:
    return lasting(out, "engine")


@pytest.fixture
def scan(own_models, tmp_path: Path, run):
    """Options of a scan whose four shards all have windows, and the files of the local engine."""
    own_models.bed.write_text(REGIONS)
    words = [*own_models.options("cnn"), *map(str, DENSE), *map(str, NULL), "--device", "cpu"]
    run("scan", *words, "--out", tmp_path / "local", "--no-passport")
    return words, results(tmp_path / "local")


def started(*words: object) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own."""
    command = [sys.executable, "-m", *map(str, words)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)


def kill_at_a_shard(
    process: subprocess.Popen[bytes], out: Path, number: int, before: int = 0
) -> bytes:
    """End all of a run once a shard more than before is on disk, and return what it said."""
    while len(list((out / "shards").glob("*.npz"))) <= before:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    os.killpg(process.pid, number)
    return process.communicate(timeout=300)[1]


def test_the_engine_leaves_no_trace_in_a_scan(scan, tmp_path: Path, run) -> None:
    words, local = scan
    out = tmp_path / "out"
    options = [*words, "--out", out, "--engine", "snakemake", "--jobs", 2, "--workers", 1]
    process = started("gtrack", "scan", *options, "--no-passport")
    kill_at_a_shard(process, out, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not (out / "manifest.json").exists()
    done = {path.name: path.stat().st_mtime_ns for path in (out / "shards").glob("*.npz")}
    process = started("gtrack", "scan", *options, "--no-passport", "--resume")
    said = kill_at_a_shard(process, out, signal.SIGINT, len(done)).decode()
    assert process.returncode == 130, said
    assert "gtrack: interrupted; the same command with --resume goes on" in said
    kept = {path.name: path.stat().st_mtime_ns for path in (out / "shards").glob("*.npz")}
    assert done.items() <= kept.items()
    ran = run("scan", *options, "--no-passport", "--resume")
    assert "2 regions given; 2 scanned, 0 refused" in ran.err
    assert results(out) == local
    assert not (out / "engine").exists()
    assert "nothing to do" in run("scan", *options, "--no-passport", "--resume").err


def test_a_job_that_fails_names_its_piece_and_its_log(
    scan, own_models, tmp_path: Path, run
) -> None:
    words, local = scan
    out = tmp_path / "out"
    run("plan", *words, "--out", out)
    text = own_models.fasta.read_text()
    at = text.index("\n", text.index(">chr2")) + 1 + 5000 // 60 * 61
    own_models.fasta.write_text(text[:at] + ("A" if text[at] in "Cc" else "C") + text[at + 1 :])
    folder, engine = ScanFolder(out), Snakemake(["cpu"], 1, {"jobs": "2"})
    try:
        with pytest.raises(InputError, match=r"(shard|null part) \d: .*the sequence near ") as told:
            list(engine.map(ScanWork(folder), tasks(folder.read_plan())))
    finally:
        engine.close()
    assert Path(str(told.value).rpartition("its log is ")[2]).is_file()
    own_models.fasta.write_text(text)
    run("scan", *words, "--out", out, "--no-passport", "--resume")
    assert results(out)["tracks/cnn.relevance.bw"] == local["tracks/cnn.relevance.bw"]


def test_options_without_the_engine_are_refused(scan, tmp_path: Path, run, monkeypatch) -> None:
    words, _ = scan
    out = tmp_path / "out"
    assert "--engine local: takes no --jobs" in (
        run("scan", *words, "--out", out, "--jobs", 2, code=2).error
    )
    monkeypatch.setattr("gtrack.engines.snakemake.engine.find_spec", lambda name: None)
    ran = run("scan", *words, "--out", out, "--engine", "snakemake", code=2)
    assert ran.error == (
        "gtrack: error: --engine snakemake: Snakemake is not here; pip install 'gtrack[snakemake]'"
    )
    assert not out.exists()


def test_a_range_of_shards_is_scanned_at_once(scan, tmp_path: Path, run) -> None:
    words, local = scan
    out = tmp_path / "out"
    run("plan", *words, "--out", out)
    run("scan", "--plan", out, "--shard", "1-3")
    assert sorted(path.name for path in (out / "shards").glob("*.npz")) == [
        f"{shard:06d}.npz" for shard in (1, 2, 3)
    ]
    for wrong in ("3-4", "2-1", "x", "1-", "-1"):
        assert "--shard" in run("scan", "--plan", out, "--shard", wrong, code=2).error
    run("scan", "--plan", out, "--shard", "0")
    run("merge", out)
    assert results(out) == local


_SHORT = """
from gtrack.attribution.input_gradient import InputGradient

real = InputGradient.tensors

def tensors(self, batch, weights):
    if batch.codes.numel() > 6000:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
    return real(self, batch, weights)

InputGradient.tensors = tensors
"""


@pytest.mark.long
def test_memory_that_is_short_in_a_job_makes_a_smaller_plan(
    scan, tmp_path: Path, run, monkeypatch
) -> None:
    words, _ = scan
    out = tmp_path / "out"
    (tmp_path / "sitecustomize.py").write_text(_SHORT)
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    monkeypatch.setenv("PYTHONPATH", path)
    options = [*words, "--out", out, "--engine", "snakemake", "--jobs", 1, "--workers", 1]
    ran = run("scan", *options, "--no-passport", "--batch-tokens", 8000)
    assert "nothing is done yet: planned anew with --batch-tokens" in ran.err
    found = {each["event"] for each in read_events(out / "runs")}
    assert {"smaller_plan", "retried", "merged"} <= found
    assert not (out / "engine").exists()


@pytest.mark.long
def test_the_packaged_workflow_goes_on_where_it_was_killed(scan, tmp_path: Path, run) -> None:
    words, local = scan
    out, work = tmp_path / "my scans" / "out", tmp_path / "work"
    snakefile = run("workflow").out.strip()
    asked = [
        *("-s", snakefile, "--directory", work, "--cores", 2, "--config", f"plan={out}"),
        f"scan={' '.join(words)}",
        f"gtrack={sys.executable} -m gtrack",
        *("workers=1", "group=1", "--scheduler", "greedy"),
    ]
    process = started("snakemake", *asked)
    kill_at_a_shard(process, out, signal.SIGKILL)
    assert not (out / "manifest.json").exists()
    subprocess.run(
        [sys.executable, "-m", "snakemake", *map(str, asked), "--unlock"],
        check=True,
        capture_output=True,
    )
    again = [sys.executable, "-m", "snakemake", *map(str, asked), "--rerun-incomplete"]
    ran = subprocess.run(again, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert results(out) == local
    ran = subprocess.run(again, capture_output=True, text=True)
    assert "Nothing to be done" in ran.stdout + ran.stderr

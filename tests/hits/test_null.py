"""The null of a scan: the same bytes however it was made, what it holds, what it costs."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import jsonschema
import numpy as np
import pyBigWig
import pytest

from gtrack.core.scan.null_windows import lay_null
from gtrack.io.fasta import Genome
from gtrack.io.null_files import read_null
from gtrack.io.plan_folder import read_plan
from gtrack.publish.manifest import SCHEMA_FILE
from gtrack.workflows.folder.genome import window_sequences
from tests.hour import lasting

REGIONS = """\
chr2\t100\t350\ta\t0\t+
chr2\t2900\t3100\tinto N\t0\t.
chr2\t4000\t4600\tb\t0\t+
chr2\t4100\t4200\tc\t0\t-
chr10\t300\t420\te\t0\t+
tiny\t5\t60\tf\t0\t-
chr1\t0\t100\tg\t0\t+
"""
NULL = ["--null", "--null-bases", "60000"]  # three pools or more of either model


def results(out: Path) -> dict[str, bytes]:
    return lasting(out, "plan")


@pytest.fixture(scope="module")
def reference(program, make_inputs, tmp_path_factory):
    """Scan with a null in one shard and one thread; return inputs, results and the folder."""
    folder = tmp_path_factory.mktemp("reference")
    inputs = make_inputs(folder, REGIONS)
    scan = ["scan", *inputs.options(), "--out", folder / "out", *NULL]
    program(*scan, "--shards", 1, "--workers", 1)
    return inputs, results(folder / "out"), folder / "out"


@pytest.fixture
def given(make_inputs, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    return make_inputs(folder, REGIONS)


def assert_same(out: Path, reference) -> None:
    found, expected = results(out), reference[1]
    assert found.keys() == expected.keys()
    assert [name for name in found if found[name] != expected[name]] == []
    assert not (out / ".lock").exists()


def test_what_it_leaves(reference) -> None:
    _, files, out = reference
    assert {name for name in files if name.startswith("null")} == {
        "null/cnn.npz",
        "null/dnabert2.npz",
    }
    manifest = json.loads(files["manifest.json"])
    jsonschema.validate(manifest, json.loads(SCHEMA_FILE.read_text()))
    assert manifest["null"]["bases"] == 60_000
    plan = read_plan(out / "plan")
    for entry in manifest["null"]["models"]:
        segments = read_null(out / entry["url"], plan.null.seal(plan.digest, entry["model"]))
        assert entry["bases"] == sum(map(len, segments))
        assert entry["windows"] == len(plan.null_grids()[entry["model"]])
        assert 0.9 * 60_000 < entry["bases"] < 1.01 * 60_000, "some are N"
        assert len(plan.null.pools[entry["model"]]) > 2


@pytest.mark.parametrize(("shards", "workers"), [(7, 1), (1, 2), (None, None)])
def test_shards_and_workers(run, given, reference, tmp_path, shards, workers) -> None:
    options = [] if shards is None else ["--shards", shards, "--workers", workers]
    ran = run("scan", *given.options(), "--out", tmp_path / "out", *NULL, *options)
    assert_same(tmp_path / "out", reference)
    said = " ".join(ran.err.split())
    assert "shuffled windows" in said
    assert "times the windows of the scan" in said


def test_it_is_added_to_a_finished_scan(run, given, reference, tmp_path) -> None:
    out = tmp_path / "out"
    scan = ["scan", *given.options(), "--out", out]
    run(*scan)
    bare = results(out)
    assert not [name for name in bare if "null" in name]
    for name in bare.keys() - {"manifest.json"}:
        assert bare[name] == reference[1][name], "tracks do not depend on the null"
    assert "finished already" in run(*scan, "--resume").err
    times = {path: path.stat().st_mtime_ns for path in (out / "tracks").iterdir()}
    ran = run(*scan, "--resume", *NULL)
    assert "null of " in ran.err
    assert_same(out, reference)
    assert {path: path.stat().st_mtime_ns for path in times} == times, "they are not made again"
    for again in ([], NULL):
        assert "finished already" in run(*scan, "--resume", *again).err
        assert_same(out, reference)
    (out / "null/cnn.npz").unlink()
    run(*scan, "--resume")
    assert_same(out, reference)


def test_another_size_replaces_it(run, given, reference, tmp_path) -> None:
    out = tmp_path / "out"
    scan = ["scan", *given.options(), "--out", out]
    run(*scan, "--null-bases", 10_000)
    assert json.loads((out / "manifest.json").read_text())["null"]["bases"] == 10_000
    run(*scan, "--resume", *NULL)
    assert_same(out, reference)


def test_shards_one_by_one(run, given, reference, tmp_path) -> None:
    out = tmp_path / "out"
    run("plan", *given.options(), "--out", out, *NULL, "--shards", 3)
    for shard in (2, 0):
        run("scan", "--plan", out, "--shard", shard)
    assert "of 3 shards are missing" in run("merge", out, code=2).error
    run("scan", "--plan", out, "--shard", 1)
    part = next((out / "shards/null").glob("cnn.*1.npz"))
    whole = part.read_bytes()
    part.write_bytes(whole[:-1])
    assert "of the null of cnn are missing" in run("merge", out, code=2).error
    run("scan", "--plan", out, "--shard", 0)
    run("scan", "--plan", out, "--shard", 1)
    run("merge", out)
    assert_same(out, reference)
    assert "merged already" in run("merge", out).err


def die_and_resume(program, given, reference, out: Path, at: int) -> bool:
    """Die at one rename, resume, compare; False when there are fewer renames."""
    scan = ["scan", *given.options(), "--out", out, *NULL, "--shards", 2]
    code = program.start(*scan, die_at=at).wait().code
    assert code in (0, 137)
    program(*scan, "--resume")
    assert_same(out, reference)
    return code == 137


@pytest.mark.parametrize("at", [6, -8, -12, 19, -21])
def test_killed_around_a_rename(program, given, reference, tmp_path, at) -> None:
    assert die_and_resume(program, given, reference, tmp_path / "out", at)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_killed_around_every_rename(program, given, reference, tmp_path) -> None:
    at = 1
    while die_and_resume(program, given, reference, tmp_path / f"{at}", at):
        assert die_and_resume(program, given, reference, tmp_path / f"-{at}", -at)
        at += 1
    assert at > 20, "shards, parts of two nulls, tracks, tables, nulls, the manifest"


def test_killed_while_it_is_added(program, given, reference, tmp_path) -> None:
    out = tmp_path / "out"
    scan = ["scan", *given.options(), "--out", out]
    program(*scan)
    child = program.start(*scan, "--resume", *NULL, stop_at="shards/null/cnn.000001.npz")
    child.wait_for_stop()
    child.send(signal.SIGKILL)
    assert child.wait().code == -signal.SIGKILL
    done = {path.name: path.stat().st_mtime_ns for path in out.glob("shards/null/cnn.000000.npz")}
    assert done
    child = program.start(*scan, "--resume")  # the plan knows by now that a null is wanted
    assert child.wait().code == 0
    assert_same(out, reference)


def test_what_its_relevance_is(run, given, reference, tmp_path) -> None:
    """A twin: a genome that consists of a few shuffled windows, scanned as any other."""
    _, _, out = reference
    plan = read_plan(out / "plan")
    for model in plan.models:
        null = lay_null(plan.grid(model.name), plan.null.bases)
        windows = range(0, len(null), 97)
        with Genome.open(out / "genome/genome.fa") as genome:
            read = {w: window_sequences(genome, null.grid, w, w + 1) for w in windows}
        fasta, bed = tmp_path / f"{model.name}.fa", tmp_path / f"{model.name}.bed"
        labels = {w: f"w{w}" for w in windows}
        fasta.write_text(
            "".join(f">{labels[w]}\n{null.shuffled(w, read[w])[0]}\n" for w in windows)
        )
        runs = {w: null.grid.runs_of(w) for w in windows}
        start = null.grid.start
        bed.write_text(
            "".join(
                f"{labels[w]}\t{a - start[w]}\t{b - start[w]}\n"
                for w in windows
                for a, b in runs[w]
            )
        )
        twin = tmp_path / model.name
        run("scan", *given.options(model.name, fasta=fasta, bed=bed), "--out", twin)
        stored = {}
        for segment in read_null(out / f"null/{model.name}.npz"):
            stored.setdefault(segment.chrom, []).append(segment)
        with pyBigWig.open(str(twin / f"tracks/{model.name}.relevance.bw")) as track:
            compared = 0
            for w in windows:
                grid = null.grid
                name = f"{grid.chroms[grid.chrom[w]]}:{grid.start[w]}-{grid.end[w]}#{null.copy[w]}"
                for segment in stored.get(name, ()):
                    at = segment.start - int(grid.start[w])
                    values = track.values(labels[w], at, at + len(segment), numpy=True)
                    assert np.allclose(values, segment.relevance, atol=5e-5 * np.abs(values).max())
                    compared += len(segment)
        assert compared > 200


def test_one_base_in_large_windows_does_not_cost_hours(run, given, tmp_path) -> None:
    given.bed.write_text("chr2\t5000\t5001\n")
    out = tmp_path / "out"
    run("scan", *given.options("cnn"), "--out", out, "--null-bases", 10_000)
    (entry,) = json.loads((out / "manifest.json").read_text())["null"]["models"]
    assert entry["bases"] == entry["windows"] == 8 * 10_000 // 128


def test_options(run, given, tmp_path) -> None:
    scan = ["scan", *given.options("cnn"), "--out", tmp_path / "out"]
    assert "--null-bases" in run(*scan, "--null-bases", "5", code=2).error
    assert not (tmp_path / "out").exists()


def test_progress_in_a_log(run, given, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gtrack.cli.progress.LOG_EVERY", 0.0)
    ran = run("scan", *given.options("cnn"), "--out", tmp_path / "out", *NULL)
    lines = [line for line in ran.err.splitlines() if line.startswith("cnn null: ")]
    assert len(lines) > 3
    assert "regions" not in lines[0]
    assert lines[-1].startswith("cnn null: 60,"), lines[-1]

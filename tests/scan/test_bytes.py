"""The same input gives the same bytes, however the work was cut, ordered, dressed or stopped."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from Bio import bgzf

from tests.hour import lasting

REGIONS = """\
chr2\t100\t350\ta\t0\t+
chr2\t4000\t6500\tb\t0\t+
chr2\t4100\t4200\tc\t0\t-
chr2\t8000\t8800\td\t0\t.
chr10\t300\t420\te\t0\t+
tiny\t5\t60\tf\t0\t-
chr1\t0\t100\tg\t0\t+
chr1\t100\t200\th\t0\t+
"""
DENSE = ["--stride", "8"]  # several pools of 256 windows for either model


def results(out: Path) -> dict[str, bytes]:
    return lasting(out, "plan")


@pytest.fixture(scope="module")
def reference(program, models, make_inputs, tmp_path_factory):
    """Scan in one shard and one thread."""
    folder = tmp_path_factory.mktemp("reference")
    inputs = make_inputs(folder, REGIONS)
    before = time.monotonic()
    scan = ["scan", *inputs.options(), "--out", folder / "out", *DENSE]
    program(*scan, "--shards", 1, "--workers", 1)
    took = time.monotonic() - before
    manifest = json.loads((folder / "out/manifest.json").read_text())
    assert all(model["windows"] > 256 for model in manifest["models"]), "more than one pool"
    return results(folder / "out"), took


@pytest.fixture
def given(make_inputs, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    return make_inputs(folder, REGIONS)


def assert_same(out: Path, reference, *, other_genome: bool = False) -> None:
    found, expected = results(out), dict(reference[0])
    if other_genome:  # the copy of the user's file is the user's file
        for files in (found, expected):
            for name in [name for name in files if name.startswith(("genome/", "igv_session"))]:
                del files[name]
        manifests = [json.loads(files.pop("manifest.json")) for files in (found, expected)]
        for manifest in manifests:
            del manifest["genome"]["fasta"]
            for name in [n for n in manifest["files"] if n.startswith(("genome/", "igv_session"))]:
                del manifest["files"][name]
        assert manifests[0] == manifests[1]
    assert found.keys() == expected.keys()
    assert [name for name in found if found[name] != expected[name]] == []
    assert not (out / ".lock").exists()


@pytest.mark.parametrize(("shards", "workers"), [(7, 1), (1, 2), (7, 2), (None, None), (100, 2)])
def test_shards_and_workers(run, given, reference, tmp_path, shards, workers) -> None:
    options = [] if shards is None else ["--shards", shards, "--workers", workers]
    run("scan", *given.options(), "--out", tmp_path / "out", *DENSE, *options)
    assert_same(tmp_path / "out", reference)


def shuffled(bed: Path) -> None:
    lines = bed.read_text().splitlines()
    random.Random(3).shuffle(lines)
    bed.write_bytes("".join(f"{line}\r\n" for line in lines).encode())


def headed(bed: Path) -> None:
    text = bed.read_text()
    bed.write_text(f"\ufefftrack name=x\n# why\nbrowser position chr2:1-2\n{text}".rstrip("\n"))


def gzipped(bed: Path) -> None:
    bed.write_bytes(gzip.compress(bed.read_bytes()))


def bgzipped(bed: Path) -> None:
    lines = bed.read_bytes().splitlines(keepends=True)
    with bgzf.BgzfWriter(str(bed), "wb") as file:
        for line in lines:  # a member each
            file.write(line)
            file.flush()


@pytest.mark.parametrize("dress", [shuffled, headed, gzipped, bgzipped], ids=lambda f: f.__name__)
def test_the_dress_of_the_bed_does_not_matter(run, given, reference, tmp_path, dress) -> None:
    dress(given.bed)
    run("scan", *given.options(), "--out", tmp_path / "out", *DENSE)
    assert_same(tmp_path / "out", reference)


def test_duplicates_are_scanned_once(run, given, reference, tmp_path) -> None:
    given.bed.write_text(given.bed.read_text() * 2)
    run("scan", *given.options(), "--out", tmp_path / "out", *DENSE)
    found, expected = results(tmp_path / "out"), dict(reference[0])
    manifests = [json.loads(files.pop("manifest.json")) for files in (found, expected)]
    assert found == expected
    assert manifests[0].pop("regions")["duplicates"] == REGIONS.count("\n")
    assert manifests[1].pop("regions")["duplicates"] == 0
    assert manifests[0].pop("plan_sha256") != manifests[1].pop("plan_sha256"), "one counts 16"
    assert manifests[0] == manifests[1]


@pytest.mark.parametrize("dress", ["soft mask", "one line", "bgzip", "CRLF"])
def test_the_dress_of_the_fasta_does_not_matter(
    run, given, reference, tmp_path, write_fasta, dress
) -> None:
    fasta = given.fasta
    if dress == "soft mask":
        write_fasta(fasta, {chrom: bases.lower() for chrom, bases in given.genome.items()})
    elif dress == "one line":
        write_fasta(fasta, given.genome, width=10**6)
    elif dress == "CRLF":
        fasta.write_bytes(fasta.read_bytes().replace(b"\n", b"\r\n"))
    else:
        fasta = fasta.with_suffix(".fa.gz")
        with bgzf.BgzfWriter(str(fasta), "wb") as file:
            file.write(given.fasta.read_bytes())
    run("scan", *given.options(fasta=fasta), "--out", tmp_path / "out", *DENSE)
    assert_same(tmp_path / "out", reference, other_genome=True)
    if dress == "bgzip":
        names = {path.name for path in (tmp_path / "out/genome").iterdir()}
        assert names == {"genome.fa.gz", "genome.fa.gz.fai", "genome.fa.gz.gzi", "chrom.sizes"}


def test_shards_one_by_one_in_any_order(run, given, reference, tmp_path) -> None:
    out = tmp_path / "out"
    ran = run("plan", *given.options(), "--out", out, *DENSE, "--shards", 5)
    assert f"gtrack merge {out}" in ran.err
    refused = run("merge", out, code=2)
    assert "5 of 5 shards are missing" in refused.error
    for shard in (3, 0, 4, 1, 2):
        run("scan", "--plan", out, "--shard", shard, "--workers", 1 + shard % 2)
    made = (out / "shards/000003.npz").stat().st_mtime_ns
    run("scan", "--plan", out, "--shard", 3)
    assert (out / "shards/000003.npz").stat().st_mtime_ns == made, "what is done is not done again"
    run("merge", out)
    assert_same(out, reference)
    assert "merged already" in run("merge", out).err
    run("scan", "--plan", out, "--shard", 0)  # late and harmless
    assert_same(out, reference)


@pytest.mark.parametrize("environment", [{"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"}])
def test_language_and_time_zone_do_not_matter(given, reference, tmp_path, environment) -> None:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "gtrack",
            "scan",
            *given.options(),
            "--out",
            tmp_path / "out",
            *DENSE,
        ],
        env={**os.environ, **environment, "OMP_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
    )
    assert_same(tmp_path / "out", reference)


def interrupt_and_resume(program, given, reference, out: Path, when: Callable[[], object]) -> str:
    """Kill a scan when `when` returns, resume it, compare; tell what stood there at the kill."""
    scan = ["scan", *given.options(), "--out", out, *DENSE, "--shards", 7]
    child = program.start(*scan)
    when()
    child.send(signal.SIGKILL)
    code = child.wait().code
    assert code in (0, -signal.SIGKILL)
    stood = sorted(results(out)) if out.exists() else []
    for name in stood:  # what has a final name is whole
        if name.endswith(".bw"):
            assert results(out)[name] == reference[0][name]
    program(*scan, "--resume")
    assert_same(out, reference)
    return "finished" if not code else "merging" if "regions.bed" in stood else "scanning"


@pytest.mark.parametrize("made", ["shards/*[0-2].npz", "shards/*6.npz", "tracks/*"])
def test_killed_and_resumed(program, given, reference, tmp_path, made: str) -> None:
    out = tmp_path / "out"

    def when() -> None:
        while not (list(out.glob(made)) or (out / "manifest.json").exists()):
            time.sleep(0.005)

    interrupt_and_resume(program, given, reference, out, when)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_killed_twenty_times_and_resumed(program, given, reference, tmp_path) -> None:
    rng = random.Random(34)
    waits = [partial(time.sleep, rng.uniform(0, 1.1 * reference[1])) for _ in range(20)]
    states = [
        interrupt_and_resume(program, given, reference, tmp_path / f"{k}", wait)
        for k, wait in enumerate(waits)
    ]
    assert "scanning" in states, states


def die_and_resume(program, given, reference, out: Path, at: int) -> bool:
    """Die at one rename, resume, compare; False when there are fewer renames."""
    scan = ["scan", *given.options(), "--out", out, *DENSE, "--shards", 2]
    code = program.start(*scan, die_at=at).wait().code
    assert code in (0, 137)
    program(*scan, "--resume")
    assert_same(out, reference)
    shutil.rmtree(out)
    return code == 137


@pytest.mark.parametrize("at", [2, -5, 8, -10])
def test_killed_around_a_rename(program, given, reference, tmp_path, at) -> None:
    assert die_and_resume(program, given, reference, tmp_path / "out", at)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_killed_around_every_rename(program, given, reference, tmp_path) -> None:
    at = 1
    while die_and_resume(program, given, reference, tmp_path / "out", at):
        assert die_and_resume(program, given, reference, tmp_path / "out", -at)
        at += 1
    assert at > 12, "run.local.json, the plan's two, two shards, tables, tracks, genome, manifest"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_and_resumed(program, given, reference, tmp_path, number, code) -> None:
    out = tmp_path / "out"
    scan = ["scan", *given.options(), "--out", out, *DENSE, "--shards", 7]
    child = program.start(*scan, stop_at="shards/000003.npz")
    child.wait_for_stop()
    child.interrupt(number)
    ran = child.wait()
    assert ran.code == code
    assert 0 < len(list(out.glob("shards/*.npz"))) < 7
    assert "--resume goes on" in ran.error
    assert "Traceback" not in ran.err
    assert not (out / ".lock").exists()
    assert not (out / "manifest.json").exists()
    program(*scan, "--resume")
    assert_same(out, reference)

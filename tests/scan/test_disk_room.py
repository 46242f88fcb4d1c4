"""A scan that cannot fit on the disk is refused before it begins."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from gtrack.core.scan.disk import DiskNeed, in_words
from gtrack.io.bgzf import block, blocks_in
from gtrack.io.plan_folder import read_plan
from gtrack.workflows.folder.genome import copied_bytes
from gtrack.workflows.scanning import disk


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch):
    """Say how many bytes are free; a disk that is nearly full cannot be had here otherwise."""

    def say(size: int, total: int = 10**12) -> None:
        usage = shutil._ntuple_diskusage(total, total - size, size)  # type: ignore[attr-defined]
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    return say


@pytest.fixture
def need(scanned) -> int:
    copied = (scanned[1] / "genome/genome.fa").stat().st_size
    return DiskNeed.of(read_plan(scanned[1] / "plan"), copied).most


def test_what_is_reckoned_is_what_is_taken(run, scanned, tmp_path: Path) -> None:
    """Neither takes more than was said, on a scan so small that fixed sizes count most."""
    inputs, _, _ = scanned
    out = tmp_path / "out"
    options = ["--per-strand-tracks", "--shards", 2, "--null-bases", 10_000]
    run("plan", *inputs.options(), "--out", out, *options)
    run("work", out)
    need = DiskNeed.of(read_plan(out / "plan"))
    shards = sum(path.stat().st_size for path in (out / "shards").rglob("*.npz"))
    assert 0.6 * need.shards < shards <= need.shards
    run("merge", out)
    written = [*out.glob("tracks/*"), *out.glob("null/*"), *out.glob("*.tsv")]
    assert sum(path.stat().st_size for path in written) <= need.results


def test_a_full_disk_is_told_before_anything_is_made(
    run, inputs, tmp_path: Path, free, need
) -> None:
    out = tmp_path / "out"
    options = [*inputs.options(), "--out", out, "--per-strand-tracks"]
    for verb in ("plan", "scan"):
        free(need // 3)
        error = run(verb, *options, code=3).error
        assert f"{out}: the scan needs about {in_words(need)} of disk, " in error
        assert f"and {in_words(need // 3)} are free there; free some room, choose another" in error
        assert not out.exists()
    free(need - 10)
    said = run("plan", *options).err
    assert f"warning: the scan needs up to {in_words(need)} of disk" in said


@pytest.mark.parametrize("form", ["fasta", "gzip", "bgzip"])
def test_the_copy_of_a_genome_takes_room(inputs, tmp_path: Path, form: str) -> None:
    """As large as it is; a genome that viewers know, or a large one, is not copied."""
    path, text = tmp_path / "g.fa.gz", inputs.fasta.read_bytes()
    if form == "fasta":
        path = inputs.fasta
    else:
        path.write_bytes(gzip.compress(text) if form == "gzip" else blocks_in(text) + block(b""))
    sizes = {chrom: len(letters) for chrom, letters in inputs.genome.items()}
    there = path if form == "bgzip" else inputs.fasta
    said = copied_bytes(path, "custom", sizes)
    assert abs(said - there.stat().st_size) < 0.03 * said
    assert copied_bytes(path, "hg38", sizes) == 0
    assert copied_bytes(path, "custom", {**sizes, "large": 10**8}) == 0
    assert copied_bytes(None, "custom", {"a": 600}) == 614


def test_a_disk_without_a_size_is_not_asked(run, inputs, tmp_path: Path, free) -> None:
    free(0, total=0)
    run("plan", *inputs.options("cnn"), "--out", tmp_path / "out")


def test_what_is_replaced_makes_room(run, scanned, tmp_path: Path, free, need) -> None:
    inputs, done, _ = scanned
    out = Path(shutil.copytree(done, tmp_path / "out"))
    (out / "tracks/cnn.relevance.bw").write_bytes(bytes(need))
    free(1000)
    run("plan", *inputs.options(), "--out", out, "--per-strand-tracks", "--overwrite")


def test_a_large_scan_says_what_it_takes(run, inputs, tmp_path: Path, monkeypatch) -> None:
    options = [*inputs.options("cnn"), "--out", tmp_path / "out"]
    assert "of disk" not in run("plan", *options).err
    monkeypatch.setattr(disk, "TOLD_FROM", 1000)
    said = run("plan", *options, "--overwrite").err
    assert "the scan needs up to " in said
    assert "of disk, " in said

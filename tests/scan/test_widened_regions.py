"""``--flank`` and ``--resize``, and what is said of regions and windows, through the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gtrack.cli.plan import plan
from gtrack.cli.scan import scan

SITES = "chr2\t6000\t6001\ttss\t0\t-\nchr2\t2\t3\tedge\t0\t+\n"


def manifest(out: Path) -> dict:
    return json.loads((out / "manifest.json").read_text())


@pytest.mark.parametrize(
    ("option", "length", "bed"),
    [
        ("--flank", 60, ["chr2\t0\t63\tedge\t0\t+", "chr2\t5940\t6061\ttss\t0\t-"]),
        ("--resize", 100, ["chr2\t0\t52\tedge\t0\t+", "chr2\t5950\t6050\ttss\t0\t-"]),
    ],
)
def test_sites_get_their_surroundings(
    run, inputs, tmp_path: Path, option: str, length: int, bed: list[str]
) -> None:
    inputs.bed.write_text(SITES)
    given, out, planned = inputs.options("cnn"), tmp_path / "out", tmp_path / "planned"
    said = run("scan", *given, "--out", out, option, str(length)).err
    assert f"{option} {length}: every region" in said
    assert "shorter than 20 bp" not in said
    assert (out / "regions.bed").read_text().splitlines() == bed
    assert manifest(out)["job"][option[2:]] == length
    also = run("plan", *given, "--out", planned, option, str(length), "--shards", "1").err
    assert f"{option} {length}: every region" in also
    run("scan", "--plan", planned, "--shard", "0")
    run("merge", planned)
    for name in ("regions.bed", "regions.tsv", "tracks/cnn.relevance.bw", "manifest.json"):
        assert (out / name).read_bytes() == (planned / name).read_bytes(), name


def test_short_regions_are_warned_about_and_resumed_by_the_same_options_only(
    run, inputs, tmp_path: Path
) -> None:
    inputs.bed.write_text(SITES)
    given, out = inputs.options("cnn"), tmp_path / "out"
    said = run("scan", *given, "--out", out).err
    assert "warning: 2 of 2 regions are shorter than 20 bp (the shortest has 1)" in said
    assert "flank" not in manifest(out)["job"]
    error = run("scan", *given, "--out", out, "--resume", "--flank", "9", code=2).err
    assert "--flank (None before, now 9)" in error
    error = run("scan", *given, "--out", out, "--flank", "9", "--resize", "9", code=2).err
    assert "give --flank or --resize, not both" in error


def test_a_window_unlike_training_is_warned_about(run, inputs, tmp_path: Path) -> None:
    trained = json.loads((inputs.models["cnn"] / "config.json").read_text())["window_bp"]
    far, near = str(2 * trained), str(trained + 1)
    given = inputs.options("cnn")
    said = run("plan", *given, "--out", tmp_path / "a", "--window", far).err
    assert f"warning: cnn: --window {far} is far from the {trained} bp that the model was" in said
    said = run("plan", *given, "--out", tmp_path / "b", "--window", near).err
    assert "--window" not in said


def test_strands_count_where_they_decide(run, inputs, tmp_path: Path) -> None:
    inputs.bed.write_text("chr2\t6000\t6300\ta\t0\t120\nchr2\t9000\t9100\tb\t0\t*\n")
    given = inputs.options("cnn")
    run("plan", *given, "--out", tmp_path / "a")
    error = run("plan", *given, "--out", tmp_path / "b", "--strand", "region", code=2).err
    assert f"{inputs.bed}:1: strand '120' in column 6 is not one of + - ." in error
    assert "cut -f1-5" in error
    assert not (tmp_path / "b").exists()


def test_plan_and_scan_have_the_same_options() -> None:
    of_plan, of_scan = ({each.name for each in verb.params} for verb in (plan, scan))
    assert of_scan - of_plan == {"plan_folder", "shard"}
    assert of_plan <= of_scan


def test_a_plan_takes_what_a_scan_takes_and_says_what_follows(run, inputs, tmp_path: Path) -> None:
    out = tmp_path / "my scan"
    motifs = inputs.folder / "m.meme"
    motifs.write_text(
        "MEME version 4\n\nMOTIF a\nletter-probability matrix: w= 3\n1 0 0 0\n0 1 0 0\n0 0 1 0\n"
    )
    given = [*inputs.options("cnn"), "--out", out, "--shards", "1", "--workers", "1"]
    said = run("plan", *given, "--motifs", motifs, "--passport").err
    printed = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    assert printed == [
        f"gtrack work '{out}'",
        f"for K in $(seq 0 0); do gtrack scan --plan '{out}' --shard $K; done",
        f"gtrack merge '{out}'",
        f"gtrack hits '{out}' --motifs {motifs}",
        f"gtrack passport '{out}'",
    ]
    assert json.loads((out / "run.local.json").read_text())["workers"] == 1
    before = (out / "plan/plan.json").read_bytes()
    assert json.loads(before)["null"] is not None
    run("plan", *given, "--motifs", motifs, "--resume")
    assert (out / "plan/plan.json").read_bytes() == before
    inputs.bed.write_text("chr2\t6000\t6002\n")
    error = run("plan", *given, "--motifs", motifs, "--overwrite", code=2).err
    assert "a (a) is 3 bp wide and the longest scanned region 2 bp" in error
    assert (out / "plan/plan.json").read_bytes() == before

"""``--tile`` and ``--blacklist`` through the commands: a genome in the place of regions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import gtrack


def places(out: Path) -> list[tuple[str, ...]]:
    return [tuple(line.split("\t")) for line in (out / "regions.bed").read_text().splitlines()]


@pytest.fixture
def tiled(inputs) -> list[object]:
    """Return the options of a scan but for what is scanned."""
    return ["--fasta", inputs.fasta, "--model", f"dnabert2={inputs.models['dnabert2']}"]


def test_a_whole_genome_is_scanned_less_n_and_blacklist(run, inputs, tiled, tmp_path) -> None:
    black = tmp_path / "black.bed"
    black.write_text("chr10\t50\t100\nchr2\t2990\t3010\nchr10\t90\t200\nchrUn\t0\t5\n")
    out = tmp_path / "out"
    said = run("scan", "--tile", "--blacklist", black, *tiled, "--out", out).err
    assert places(out) == [
        ("chr2", "0", "2990"),
        ("chr2", "3300", "12000"),
        ("chr10", "0", "50"),
        ("chr10", "200", "2000"),
        ("tiny", "0", "70"),
        ("chr1", "0", "1000"),
    ]
    assert (
        "--tile: 14,610 of 15,070 bases in 6 stretches; left out: 300 in 1 run of N (100 bp or "
        "more), 160 on the blacklist"
    ) in said
    assert "1 of its 4 stretches are on sequences that the genome does not have ('chrUn')" in said
    assert "shorter than 20 bp" not in said
    track = json.loads((out / "manifest.json").read_text())["tracks"][0]
    assert track["bases"] == 14_610 - 7  # less RYKMNBV


def test_tiles_give_the_bytes_of_a_bed_of_them(run, inputs, tiled, tmp_path: Path) -> None:
    asked = ["--tile", "chr2:2,001-2,900", "--tile", "chr1", "--tile", "chr2:2501-2950"]
    run("scan", *asked, *tiled, "--out", tmp_path / "a")
    assert places(tmp_path / "a") == [("chr2", "2000", "2950"), ("chr1", "0", "1000")]
    inputs.bed.write_text("chr1\t0\t1000\nchr2\t2000\t2950\n")
    run("scan", "--bed", inputs.bed, *tiled, "--out", tmp_path / "b")
    run("plan", *asked, *tiled, "--out", tmp_path / "c", "--shards", 1)
    run("scan", "--plan", tmp_path / "c", "--shard", 0)
    run("merge", tmp_path / "c")
    names = "regions.bed regions.tsv windows.tsv manifest.json tracks/dnabert2.relevance.bw"
    for name in names.split():
        every = [(tmp_path / folder / name).read_bytes() for folder in "abc"]
        assert every[0] == every[1] == every[2], name
    kept = json.loads((tmp_path / "a/run.local.json").read_text())
    assert (kept["tile"], kept["blacklist"]) == (asked[1::2], None)
    assert "tile" not in json.loads((tmp_path / "b/run.local.json").read_text())
    assert "finished" in run("scan", *asked, *tiled, "--out", tmp_path / "a", "--resume").err
    other = ["--tile", "chr2", *tiled, "--out", tmp_path / "a"]
    assert "--tile (other stretches" in run("scan", *other, "--resume", code=2).err


def test_python_tiles_alike(run, inputs, tiled, tmp_path: Path) -> None:
    black = tmp_path / "black.bed"
    black.write_text("chr1\t0\t900\n")
    given = {"fasta": inputs.fasta, "models": {"dnabert2": inputs.models["dnabert2"]}}
    asked = ["chr1", "chr10:101-200"]
    gtrack.scan(tile=asked, blacklist=black, out=tmp_path / "a", **given)
    options = [*("--tile", asked[0]), *("--tile", asked[1]), "--blacklist", black]
    run("scan", *options, *tiled, "--no-passport", "--out", tmp_path / "b")
    assert places(tmp_path / "a") == [("chr10", "100", "200"), ("chr1", "900", "1000")]
    name = "tracks/dnabert2.relevance.bw"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with pytest.raises(gtrack.InputError, match="tile: give True for the whole genome"):
        gtrack.scan(tile=[], out=tmp_path / "c", **given)
    with pytest.raises(gtrack.InputError, match="missing bed, fasta"):
        gtrack.scan(tile=False, out=tmp_path / "c", models=given["models"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--tile", "chr3"], "--tile chr3: the genome has no 'chr3'"),
        (["--tile", "chr2:3,010-3,200"], "--tile leaves nothing to scan: of 191 bases 191 are in"),
        (["--tile", "--flank", "9"], "--flank and --resize: --tile takes the bases that it names"),
        (["--blacklist", "BLACK", "--bed", "BED"], "--blacklist is taken from what --tile asks"),
        (["--tile", "--bed", "BED"], "--bed and --tile: give the regions, or what of the genome"),
        (["--tile", "--blacklist", "BLACK"], "black.bed:2: the region ends at 99999"),
        (["--tile", "--blacklist", "OTHER"], "rename them in the BED; gtrack does not guess: awk"),
        (["--tile", "--blacklist", "NONE"], "none.bed:1: chromosome not in"),
        (["--tile", "--blacklist", "GONE"], "gone.bed: no such file"),
        (["--tile", "--sequences", "BED"], "--tile and --sequences"),
    ],
)
def test_what_cannot_be_tiled_is_refused(run, inputs, tiled, tmp_path, options, said) -> None:
    files = {name: tmp_path / f"{name.lower()}.bed" for name in ("BLACK", "OTHER", "NONE", "GONE")}
    files["BED"] = inputs.bed
    files["BLACK"].write_text("chr1\t5\t6\nchr1\t5\t99999\n")
    files["OTHER"].write_text("chr1\t5\t6\n10\t5\t6\n")
    files["NONE"].write_text("elsewhere\t5\t6\n")
    given = [files.get(each, each) for each in options]
    if "--sequences" in options:
        tiled = tiled[2:]
    error = run("scan", *given, *tiled, "--out", tmp_path / "out", code=2).err
    assert said in error
    assert not (tmp_path / "out").exists()

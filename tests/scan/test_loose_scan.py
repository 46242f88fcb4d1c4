"""``gtrack scan --sequences``: the bytes of a scan of the same contigs, and all that follows it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import gtrack
from gtrack.io.fasta import Genome

LONG = "ACGTTGCATGCCGTAGGATCCTTAGA" * 20
CSV = (
    "label,sequence,id\n"
    f"1,{LONG[:128]},gi|5|x\n"
    f"0,{LONG[7:60].lower()},chr1:5-58(+)\n"
    "1,NNNNNN,\n"
    f"0,{LONG},a b\n"
    f"1,{LONG[:128]},gi|5|x\n"
)
CONTIGS = ["gi_5_x", "chr1_5-58", "row3", "a_b", "gi_5_x_2"]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def options(models: dict[str, Path], *names: str) -> list[str]:
    return [part for name in names for part in ("--model", f"{name}={models[name]}")]


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "x.csv"
    path.write_text(CSV)
    return path


def files(out: Path) -> dict[str, bytes]:
    """Return what must be the same however a scan came about."""
    chosen = [*out.glob("tracks/*"), *out.glob("hits/*"), *out.glob("null/*")]
    chosen += [*out.glob("genome/*"), out / "regions.bed", out / "regions.tsv", out / "windows.tsv"]
    return {str(path.relative_to(out)): path.read_bytes() for path in chosen}


def test_the_values_are_those_of_a_genome_of_the_same_contigs(
    run, models, given: Path, tmp_path: Path, write_fasta
) -> None:
    loose, usual = tmp_path / "loose", tmp_path / "usual"
    both = options(models, "cnn", "dnabert2")
    run("scan", "--sequences", given, *both, "--out", loose, "--per-strand-tracks")
    letters = [line.split(",")[1] for line in CSV.splitlines()[1:]]
    fasta = write_fasta(tmp_path / "g.fa", dict(zip(CONTIGS, letters, strict=True)))
    ids = [line.split(",")[2] for line in CSV.splitlines()[1:]]
    ids[2] = "row3"
    bed = tmp_path / "g.bed"
    bed.write_text(
        "".join(
            f"{contig}\t0\t{len(text)}\t{name}\t0\t+\n"
            for contig, text, name in zip(CONTIGS, letters, ids, strict=True)
        )
    )
    run("scan", "--bed", bed, "--fasta", fasta, *both, "--out", usual, "--per-strand-tracks")
    mine, theirs = files(loose), files(usual)
    for name, data in theirs.items():
        if not name.startswith("genome/genome.fa") and name != "regions.tsv":
            assert mine[name] == data, name
    table = rows(loose / "regions.tsv")
    labels = ["1", "0", "1", "0", "1"] * 2
    assert [row.pop("label") for row in table] == labels
    assert table == rows(usual / "regions.tsv")
    with Genome.open(loose / "genome" / "genome.fa") as genome:
        assert [*genome.chrom_sizes] == CONTIGS
    text = (loose / "genome" / "genome.fa").read_text()
    assert LONG[7:60].lower() in text, "letters are kept as they were given"


def test_resumed_or_in_shards_it_has_the_same_bytes(
    run, models, given: Path, tmp_path: Path
) -> None:
    model = options(models, "cnn")
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    run("scan", "--sequences", given, *model, "--out", whole)
    run("plan", "--sequences", given, *model, "--out", cut, "--shards", 2)
    cut = cut.rename(tmp_path / "moved")  # all it needs lies in it
    for shard in (1, 0):
        run("scan", "--plan", cut, "--shard", shard)
    run("merge", cut)
    assert files(cut) == files(whole)

    begun = tmp_path / "begun"
    run("plan", "--sequences", given, *model, "--out", begun)
    (begun / "genome" / "genome.fa").write_text(">gi_5_x\nACGT\n")  # what a fault may leave
    run("scan", "--sequences", given, *model, "--out", begun, "--resume")
    assert files(begun) == files(whole)
    again = run("scan", "--sequences", given, *model, "--out", begun, "--resume")
    assert "finished already" in again.err

    given.write_text(CSV.replace("0,acg", "1,acg").replace("\n0,", "\n1,", 1))
    changed = run("scan", "--sequences", given, *model, "--out", begun, "--resume", code=2)
    assert "cannot resume, because this changed" in changed.error


def test_hits_hub_report_and_evaluation_take_it(run, models, given: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    motifs = tmp_path / "m.meme"
    motifs.write_text(
        "MEME version 4\n\nALPHABET= ACGT\n\nMOTIF m1 GGATCC\n"
        "letter-probability matrix: alength= 4 w= 6 nsites= 20\n"
        + "".join(
            " ".join("0.97" if base == letter else "0.01" for base in "ACGT") + "\n"
            for letter in "GGATCC"
        )
    )
    asked = options(models, "cnn")
    run(
        "scan",
        "--sequences",
        given,
        *asked,
        "--out",
        out,
        "--motifs",
        motifs,
        "--null-bases",
        "10000",
    )
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["genome"]["fasta"] == "genome/genome.fa"
    assert manifest["genome"]["chromosomes"] == 5
    assert manifest["locus"]["chrom"] in CONTIGS
    run("report", out)
    assert "chr1:5-58(+)" in (out / "report.html").read_text()
    run("hub", out, "--email", "a@b.org")
    assert [*(out / "hub").rglob("*.2bit")]
    run("passport", out)
    scan = gtrack.open_scan(out)
    assert scan.regions()["label"].tolist() == ["1", "0", "1", "0", "1"]
    assert scan.values("cnn", "a_b", 0, len(LONG)).shape == (len(LONG),)


def test_python_writes_the_same_bytes(run, models, given: Path, tmp_path: Path) -> None:
    run("scan", "--sequences", given, *options(models, "cnn"), "--out", tmp_path / "one")
    gtrack.scan(sequences=given, models={"cnn": models["cnn"]}, out=tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--genome", "hg38"], "--genome hg38: loose sequences are a genome of their own"),
        (["--flank", 9], "loose sequences are read whole"),
        (["--bed", "x.bed"], "--sequences and --bed: give --bed and --fasta for regions"),
        (["--fasta", "x.fa"], "--sequences and --fasta: give --bed and --fasta for regions"),
    ],
)
def test_options_that_make_no_sense_together(
    run, models, given: Path, tmp_path: Path, more: list[str], said: str
) -> None:
    asked = ["--sequences", given, *options(models, "cnn"), "--out", tmp_path / "out"]
    for verb in ("scan", "plan"):
        assert said in run(verb, *asked, *more, code=2).error
    assert not (tmp_path / "out").exists()


def test_what_is_wrong_leaves_nothing_behind(run, models, tmp_path: Path) -> None:
    asked = [*options(models, "cnn"), "--out", tmp_path / "out"]
    (tmp_path / "rna.fa").write_text(">a\nACGUUU\n")
    ran = run("scan", "--sequences", tmp_path / "rna.fa", *asked, code=2)
    assert "3 of 6 letters are U and none is T: this is RNA" in ran.error
    (tmp_path / "n.fa").write_text(">a\nNNNN\n")
    ran = run("scan", "--sequences", tmp_path / "n.fa", *asked, code=2)
    assert "no sequence holds a single A, C, G or T" in ran.error
    assert not (tmp_path / "out").exists()


def test_sequences_of_a_few_bases_are_warned_of(run, models, tmp_path: Path) -> None:
    path = tmp_path / "short.fa"
    path.write_text(f">a\nACGTA\n>b\n{'ACGTTGCA' * 16}\n")
    said = "warning: 1 of 2 sequences are shorter than 20 bp (the shortest has 5)"
    scan = ("scan", "--sequences", path, *options(models, "cnn"), "--out", tmp_path / "out")
    assert said in run(*scan).err
    assert said in run("predict", "--sequences", path, *options(models, "cnn")).err
    path.write_text(f">b\n{'ACGTTGCA' * 16}\n")
    assert "shorter" not in run("predict", "--sequences", path, *options(models, "cnn")).err


def test_sequences_inside_the_folder_that_is_replaced_are_refused(
    run, models, given: Path, tmp_path: Path
) -> None:
    out, model = tmp_path / "out", options(models, "cnn")
    run("scan", "--sequences", given, *model, "--out", out)
    mine = out / "genome" / "genome.fa"
    before = mine.read_bytes()
    ran = run("scan", "--sequences", mine, *model, "--out", out, "--overwrite", code=2)
    assert "copy it elsewhere first" in ran.error
    assert mine.read_bytes() == before

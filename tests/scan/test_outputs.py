"""What a scan leaves: the folder, the tracks, the tables, the manifest, the summary."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import jsonschema
import numpy as np
import pybigtools
import pyBigWig
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.publish.manifest import SCHEMA_FILE
from tests.hour import of_the_hour


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def regions_of(bed: Path) -> list[tuple[str, int, int]]:
    rows = [line.split("\t") for line in bed.read_text().splitlines()]
    return [(chrom, int(start), int(end)) for chrom, start, end, *_ in rows]


def wanted_bases(genome: dict[str, str], bed: Path) -> dict[str, np.ndarray]:
    """Mark the A, C, G, T bases of the union of the regions, in a plain loop."""
    wanted = {chrom: np.zeros(len(bases), bool) for chrom, bases in genome.items()}
    for chrom, start, end in regions_of(bed):
        for at in range(start, end):
            wanted[chrom][at] = genome[chrom][at].upper() in "ACGT"
    return wanted


def test_the_folder_holds_what_the_design_names(scanned) -> None:
    _, out, _ = scanned
    found = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    tracks = {
        f"tracks/{model}{strand}.relevance.bw"
        for model in ("cnn", "dnabert2")
        for strand in ("", ".forward", ".reverse")
    }
    assert {name for name in found if not of_the_hour(name)} == tracks | {
        "manifest.json",
        "regions.bed",
        "regions.tsv",
        "windows.tsv",
        "genome/genome.fa",
        "genome/genome.fa.fai",
        "genome/chrom.sizes",
        "igv_session.json",
        "igv_session.xml",
        "plan/plan.json",  # what --resume compares with
        "plan/regions.tsv",
    }
    assert not (out / "shards").exists()
    sizes = "".join(f"{chrom}\t{len(bases)}\n" for chrom, bases in scanned[0].genome.items())
    assert (out / "genome/chrom.sizes").read_text() == sizes
    assert (out / "genome/genome.fa").read_bytes() == scanned[0].fasta.read_bytes()


@pytest.mark.parametrize("model", ["cnn", "dnabert2"])
def test_every_known_base_has_one_value_and_nothing_else_has_one(scanned, model: str) -> None:
    inputs, out, _ = scanned
    wanted = wanted_bases(inputs.genome, inputs.bed)
    path = out / "tracks" / f"{model}.relevance.bw"
    with pyBigWig.open(str(path)) as track, pybigtools.open(str(path)) as other:
        sizes = {chrom: len(bases) for chrom, bases in inputs.genome.items()}
        assert {chrom: size for chrom, size in track.chroms().items()} == sizes
        assert dict(other.chroms()) == sizes
        covered = 0
        for chrom, want in wanted.items():
            values = track.values(chrom, 0, len(want), numpy=True)
            assert (np.isfinite(values) == want).all(), chrom
            theirs = other.values(chrom, 0, len(want), fillna=None)
            assert np.array_equal(values, np.asarray(theirs, np.float32), equal_nan=True)
            covered += int(np.isfinite(values).sum())
        assert track.header()["nBasesCovered"] == covered == sum(w.sum() for w in wanted.values())
    manifest = json.loads((out / "manifest.json").read_text())
    spec = next(t for t in manifest["tracks"] if t["name"] == model)
    assert spec["bases"] == covered


def test_strand_tracks_average_to_the_track(scanned) -> None:
    inputs, out, _ = scanned
    for model in ("cnn", "dnabert2"):
        for chrom, bases in inputs.genome.items():
            both, forward, reverse = (
                pyBigWig.open(str(out / f"tracks/{model}{strand}.relevance.bw")).values(
                    chrom, 0, len(bases), numpy=True
                )
                for strand in ("", ".forward", ".reverse")
            )
            there = np.isfinite(both)
            assert (np.isfinite(forward) == there).all()
            mean = (forward[there].astype(float) + reverse[there]) / 2
            assert np.allclose(both[there], mean, rtol=1e-6, atol=1e-7)
            if there.sum() > 100:
                assert (
                    np.abs(forward[there] - reverse[there]).max() > 0.01 * np.abs(both[there]).max()
                )


def test_the_ledger_of_every_window_closes(scanned) -> None:
    inputs, out, _ = scanned
    rows = table(out / "windows.tsv")
    assert (
        list(rows[0])
        == (
            "chrom start end strand region model score probability relevance_sum unplaced absorbed "
            "bases tokens own_start own_end"
        ).split()
    )
    order = list(inputs.genome)
    keys = []
    for row in rows:
        score, total, unplaced, absorbed = (
            float(row[name]) for name in ("score", "relevance_sum", "unplaced", "absorbed")
        )
        assert score == pytest.approx(total + unplaced + absorbed, abs=1e-8)
        # two labels: the contrast is the log odds
        assert float(row["probability"]) == pytest.approx(1 / (1 + math.exp(-score)), rel=1e-6)
        start, end = int(row["start"]), int(row["end"])
        window = inputs.genome[row["chrom"]][start:end].upper()
        assert end - start == min(
            {"cnn": 128, "dnabert2": 160}[row["model"]], len(inputs.genome[row["chrom"]])
        )
        known = sum(base in "ACGT" for base in window)
        assert int(row["bases"]) == known
        tokens = int(row["tokens"])
        assert tokens == known if row["model"] == "cnn" else min(1, known) <= tokens <= known
        assert start <= int(row["own_start"]) < int(row["own_end"]) <= end
        keys.append((row["model"], order.index(row["chrom"]), start, row["strand"] == "-"))
    assert keys == sorted(set(keys)), "one row per window, model and strand, in genome order"


def test_regions_are_scored_by_the_windows_that_own_them(scanned) -> None:
    inputs, out, _ = scanned
    windows, rows = table(out / "windows.tsv"), table(out / "regions.tsv")
    regions = regions_of(inputs.bed)
    assert regions_of(out / "regions.bed") == regions, "they were sorted already"
    assert [(r["model"], int(r["region"])) for r in rows] == [
        (model, index) for model in ("cnn", "dnabert2") for index in range(len(regions))
    ]
    for row in rows:
        chrom, start, end = regions[int(row["region"])]
        assert (row["chrom"], int(row["start"]), int(row["end"])) == (chrom, start, end)
        bases = inputs.genome[chrom][start:end].upper()
        share = sum(base not in "ACGT" for base in bases) / len(bases)
        assert float(row["n_share"]) == pytest.approx(share)
        mine = [w for w in windows if (w["model"], w["chrom"]) == (row["model"], chrom)]
        for strand, column in (("+", "score_forward"), ("-", "score_reverse")):
            own = [w for w in mine if w["strand"] == strand]
            owners = [  # for every base the window with the nearest centre, the left one on ties
                min(own, key=lambda w: abs(int(w["start"]) + int(w["end"]) - 2 * at - 1))
                for at in range(start, end)
            ]
            assert float(row[column]) == pytest.approx(
                np.mean([float(w["score"]) for w in owners]), rel=1e-6
            )
        assert int(row["windows"]) == len({w["start"] for w in owners})
        asked = sum(row["region"] in w["region"].split(",") for w in owners)
        assert int(row["bases_owned"]) == asked
        assert float(row["score"]) == pytest.approx(
            (float(row["score_forward"]) + float(row["score_reverse"])) / 2, rel=1e-6
        )


def test_the_manifest_keeps_its_schema_and_no_secrets(scanned) -> None:
    inputs, out, _ = scanned
    text = (out / "manifest.json").read_text()
    jsonschema.validate(json.loads(text), json.loads(SCHEMA_FILE.read_text()))
    assert str(inputs.folder) not in text
    local = json.loads((out / "run.local.json").read_text())
    assert local["fasta"] == str(inputs.fasta)
    assert local["host"] not in text
    assert local["started"] <= local["ended"]


def test_the_summary_accounts_for_every_region(run, inputs, tmp_path: Path) -> None:
    bed = inputs.bed.read_text()
    inputs.bed.write_text(bed + bed.splitlines()[0] + "\n" + bed.splitlines()[3] + "\n")
    ran = run("scan", *inputs.options("cnn"), "--out", tmp_path / "out")
    assert ran.out == "", "data on stdout only where asked"
    assert "14 regions given, 2 of them exact duplicates; 12 scanned, 0 refused" in ran.err
    assert "1 of them hold no A, C, G or T" in ran.err
    rows = table(tmp_path / "out/regions.tsv")
    elsewhere = sum(int(r["bases_owned"]) < int(r["end"]) - int(r["start"]) for r in rows)
    assert elsewhere
    assert f"cnn: {elsewhere} regions have some of their values from windows of neigh" in ran.err
    assert str(tmp_path / "out/tracks/cnn.relevance.bw") in ran.err
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["regions"]["given"] == 14
    assert manifest["regions"]["duplicates"] == 2


def test_progress_in_a_log(run, inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gtrack.cli.progress.LOG_EVERY", 0.0)
    ran = run("scan", *inputs.options("dnabert2"), "--out", tmp_path / "out", "--batch-tokens", 400)
    lines = [line for line in ran.err.splitlines() if line.startswith("dnabert2: ")]
    assert len(lines) > 3, "one after every batch"
    assert "bases/s" in lines[0]
    assert "s left" in lines[0]
    told = [line for line in lines if "bases/s" in line]
    assert told[-1].startswith("dnabert2: 12/12 regions")
    assert "\x1b" not in ran.err, "no control codes in a log"


def test_strands_that_disagree_are_pointed_out(scanned) -> None:
    _, _, ran = scanned
    assert "strand agreement" in ran.err
    assert "warning: cnn scores the two strands differently" in " ".join(ran.err.split()) or (
        "warning: dnabert2 scores" in " ".join(ran.err.split())
    )


def test_the_advice_on_strands_names_a_choice(run, own_models, tmp_path: Path) -> None:
    for strand, advice in (
        (".", "consider --strand forward, if it was trained on one strand"),
        ("-", "consider --strand region, that of each region"),
    ):
        own_models.bed.write_text(f"chr2\t6000\t9000\ta\t0\t{strand}\n")
        said = run("scan", *own_models.options(), "--out", tmp_path / f"out{strand}").err
        assert advice in " ".join(said.split())
        own_models.bed.write_text(f"chr2\t6000\t6300\ta\t0\t{strand}\n")
        said = run("scan", *own_models.options(), "--out", tmp_path / f"few{strand}").err
        assert "scores the two strands" not in said, "a few windows tell nothing"


def test_one_base_is_no_constant_map(run, own_models, tmp_path: Path) -> None:
    own_models.bed.write_text("chr2\t6000\t6001\n")
    said = run("scan", *own_models.options(), "--out", tmp_path / "out").err
    assert "every base has the same relevance" not in said


@st.composite
def region_sets(draw: st.DrawFn) -> list[tuple[str, int, int, str]]:
    sizes = {"chr2": 12_000, "chr10": 2_000, "tiny": 70, "chr1": 1_000}
    regions = []
    for _ in range(draw(st.integers(1, 6))):
        chrom = draw(st.sampled_from(list(sizes)))
        start = draw(st.integers(0, sizes[chrom] - 1))
        if chrom == "chr2" and draw(st.booleans()):
            start = draw(st.integers(2_900, 3_550))  # about the N and the codes
        end = min(sizes[chrom], start + draw(st.integers(1, 400)))
        regions.append((chrom, start, end, draw(st.sampled_from("+-."))))
    return regions


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    regions=region_sets(),
    window=st.integers(20, 200),
    strand=st.sampled_from(["both", "forward", "reverse"]),
    share=st.floats(0.01, 1),
)
def test_any_regions_are_covered_exactly(
    run, inputs, tmp_path: Path, regions, window: int, strand: str, share: float
) -> None:
    inputs.bed.write_text("".join(f"{c}\t{a}\t{b}\tx\t0\t{s}\n" for c, a, b, s in regions))
    wanted = wanted_bases(inputs.genome, inputs.bed)
    out = tmp_path / "out"
    stride = max(1, round(share * window))
    command = ["scan", *inputs.options("cnn"), "--out", out, "--overwrite", "--strand", strand]
    any_known = any(want.any() for want in wanted.values())
    ran = run(*command, "--window", window, "--stride", stride, code=0 if any_known else 2)
    if not any_known:
        assert "no region holds a single A, C, G or T" in ran.error
        return
    with pyBigWig.open(str(out / "tracks/cnn.relevance.bw")) as track:
        for chrom, want in wanted.items():
            values = track.values(chrom, 0, len(want), numpy=True)
            assert (np.isfinite(values) == want).all()

"""Every option of `gtrack scan` does what its help says, through the command line."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyBigWig
import pytest
import torch

from gtrack.models.dnabert2.tokenizer import DnaTokenizer

SHORT = "chr2\t6000\t6300\ta\t0\t+\nchr2\t9000\t9100\tb\t0\t-\nchr10\t900\t1000\tc\t0\t.\n"


@pytest.fixture
def short(inputs):
    inputs.bed.write_text(SHORT)
    return inputs


def windows(out: Path) -> list[dict[str, str]]:
    with (out / "windows.tsv").open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def manifest(out: Path) -> dict:
    return json.loads((out / "manifest.json").read_text())


def track(out: Path, name: str, genome: dict[str, str]) -> np.ndarray:
    """Return all values of a track, chromosome after chromosome."""
    with pyBigWig.open(str(out / f"tracks/{name}.relevance.bw")) as file:
        return np.concatenate(
            [file.values(chrom, 0, len(bases), numpy=True) for chrom, bases in genome.items()]
        )


@pytest.mark.parametrize(
    ("strand", "seen"),
    [
        ("both", {"6000": "+-", "9000": "+-", "900": "+-"}),
        ("forward", {"6000": "+", "9000": "+", "900": "+"}),
        ("reverse", {"6000": "-", "9000": "-", "900": "-"}),
        ("region", {"6000": "+", "9000": "-", "900": "+-"}),
    ],
)
def test_strand(run, short, tmp_path: Path, strand: str, seen: dict[str, str]) -> None:
    out = tmp_path / "out"
    run("scan", *short.options("cnn"), "--out", out, "--strand", strand, "--per-strand-tracks")
    for region, (start, signs) in enumerate(seen.items()):
        rows = [row for row in windows(out) if str(region) in row["region"].split(",")]
        assert {row["strand"] for row in rows} == set(signs), start
    with (out / "regions.tsv").open(newline="") as file:
        for row, signs in zip(csv.DictReader(file, delimiter="\t"), seen.values(), strict=True):
            assert (row["score_forward"] != "NA", row["score_reverse"] != "NA") == (
                "+" in signs,
                "-" in signs,
            )
            assert row["score"] != "NA"
    assert manifest(out)["models"][0]["strands"] == strand
    assert manifest(out)["models"][0]["strands_from"] == "option"
    used = {sign for signs in seen.values() for sign in signs}
    names = {"+": "cnn-forward", "-": "cnn-reverse"}
    assert {t["name"] for t in manifest(out)["tracks"]} == {"cnn"} | {names[s] for s in used}
    assert {path.name for path in (out / "tracks").iterdir()} == {
        "cnn.relevance.bw",
        *({"+": "cnn.forward.relevance.bw", "-": "cnn.reverse.relevance.bw"}[s] for s in used),
    }


def test_opposite_strands_in_one_window_are_named(run, short, tmp_path: Path) -> None:
    short.bed.write_text("chr2\t6000\t6100\ta\t0\t+\nchr2\t6010\t6090\tb\t0\t-\n")
    ran = run(
        "scan", *short.options("cnn"), "--out", tmp_path / "out", "--strand", "region", code=2
    )
    assert f"{short.bed}:1: region chr2:6001-6100 (+)" in ran.error
    assert f"{short.bed}:2: region chr2:6011-6090 (-)" in ran.error
    assert not (tmp_path / "out").exists()
    run("scan", *short.options("cnn"), "--out", tmp_path / "out", "--strand", "both")


def test_strands_follow_the_training(run, short, tmp_path: Path, make_cnn) -> None:
    model = make_cnn(tmp_path / "stranded", strands="forward")
    out = tmp_path / "out"
    options = ["--bed", short.bed, "--fasta", short.fasta, "--model", f"s={model}", "--out", out]
    run("scan", *options)
    assert {row["strand"] for row in windows(out)} == {"+"}
    assert manifest(out)["models"][0]["strands_from"] == "training"
    run("scan", *options, "--overwrite", "--strand", "both")
    assert {row["strand"] for row in windows(out)} == {"+", "-"}


def test_projections_of_one_scan(run, short, tmp_path: Path) -> None:
    """Where a window owns a whole token, every projection keeps or repeats its relevance."""
    found = {}
    for mode in ("uniform", "repeat", "center"):
        out = tmp_path / mode
        run("scan", *short.options("dnabert2"), "--out", out, "--projection", mode)
        found[mode] = track(out, "dnabert2", short.genome)
        assert manifest(out)["job"]["projection"] == mode
        first = windows(tmp_path / "uniform")
        assert windows(out) == first, "the ledger comes before the projection"
    there = np.isfinite(found["uniform"])
    for values in found.values():
        assert (np.isfinite(values) == there).all()
    assert (found["center"][there] == 0).any()
    assert (np.abs(found["repeat"][there]) >= np.abs(found["uniform"][there]) - 1e-9).mean() > 0.4


def test_weights_are_checked_before_anything_is_made(run, short, tmp_path: Path) -> None:
    out = tmp_path / "out"
    weights = tmp_path / "w.bw"
    command = ["scan", *short.options("cnn"), "--out", out, "--projection", f"weighted={weights}"]
    assert f"{weights}: cannot be read" in run(*command, code=2).error
    weights.write_text("no bigWig")
    assert f"{weights}: is no bigWig and no bigBed" in run(*command, code=2).error
    weights.write_text("chr2\t6000\t6001\t0.5\n" * 99)
    assert f"a bigWig of it: wigToBigWig {weights} CHROM.SIZES" in run(*command, code=2).error
    with pyBigWig.open(str(weights), "w") as file:
        file.addHeader([("chr2", 12_000)])
        file.addEntries("chr2", 6_000, values=[1.0, 2.0] * 150, span=1, step=1)
    assert f"{weights}: 'chr10' has no bp there" in run(*command, code=2).error
    short.bed.write_text("".join(SHORT.splitlines(keepends=True)[:2]))
    elsewhere = weights.read_bytes()
    with pyBigWig.open(str(weights), "w") as file:
        file.addHeader([("chr2", 12_000)])
        file.addEntries("chr2", 0, values=[1.0, 2.0] * 10, span=1, step=1)
    assert f"{weights}: has no weight in any region" in run(*command, code=2).error
    assert not out.exists()
    weights.write_bytes(elsewhere)
    run(*command)
    with pyBigWig.open(str(weights), "w") as file:
        file.addHeader([("chr2", 12_000)])
        file.addEntries("chr2", 6_000, values=[2.0, 2.0] * 150, span=1, step=1)
    ran = run(*command, "--resume", code=2)
    assert "the bigWig of --projection weighted" in ran.error


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("mean", "use uniform, repeat, center or weighted=BIGWIG"),
        ("weighted", "and only it, takes a file"),
        ("weighted=", "and only it, takes a file"),
        ("center=x.bw", "and only it, takes a file"),
    ],
)
def test_projection_values(run, short, tmp_path: Path, value: str, why: str) -> None:
    command = ["scan", *short.options("cnn"), "--out", tmp_path / "out", "--projection", value]
    assert why in run(*command, code=2).error


def test_targets(run, short, tmp_path: Path, make_cnn) -> None:
    three = make_cnn(tmp_path / "three", labels=3)
    one = make_cnn(tmp_path / "one", labels=1)
    inputs = ["--bed", short.bed, "--fasta", short.fasta]
    out = tmp_path / "out"
    ran = run("scan", *inputs, "--model", f"t={three}", "--out", out, code=2)
    assert "model t has 3 classes (0=none, 1=weak, 2=strong): choose by --target" in ran.error
    ran = run("scan", *inputs, "--model", f"t={three}", "--out", out, "--target", "most", code=2)
    assert "--target most: model t has only 0=none, 1=weak, 2=strong" in ran.error
    ran = run("scan", *inputs, "--model", f"t={three}", "--out", out, "--target", "x=1", code=2)
    assert "--target x=1: model t has only 0=none, 1=weak, 2=strong; before a =" in ran.error
    assert not out.exists()
    scores = {}
    for target in ("none", "1", "t=strong"):
        at = tmp_path / f"out-{target}"
        run("scan", *inputs, "--model", f"t={three}", "--out", at, "--target", target)
        scores[target] = np.array([float(row["score"]) for row in windows(at)])
    # logit[k] - mean of the others: over all labels these contrasts cancel
    assert np.allclose(sum(scores.values()), 0, atol=1e-6)
    assert manifest(tmp_path / "out-t=strong")["models"][0]["target"] == "strong"
    run(
        "scan",
        *inputs,
        "--model",
        f"o={one}",
        "--model",
        f"t={three}",
        "--out",
        out,
        "--target",
        "t=2",
    )
    assert [model["target"] for model in manifest(out)["models"]] == ["score", "strong"]
    # the other of two labels: the same windows, the opposite sign
    for name, target in (("a", "site"), ("b", "background")):
        run("scan", *short.options("cnn"), "--out", tmp_path / name, "--target", target)
    site, background = (track(tmp_path / name, "cnn", short.genome) for name in "ab")
    assert np.allclose(site, -background, rtol=1e-6, atol=1e-8, equal_nan=True)


def test_windows_and_strides_by_model(run, short, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(
        *("scan", *short.options(), "--out", out, "--window", "100", "--window", "cnn=150"),
        *("--stride", "dnabert2=20"),
    )
    widths = {(row["model"], int(row["end"]) - int(row["start"])) for row in windows(out)}
    assert widths == {("cnn", 150), ("dnabert2", 100)}
    models = {model["name"]: model for model in manifest(out)["models"]}
    assert (models["cnn"]["stride"], models["dnabert2"]["stride"]) == (75, 20)
    starts = sorted({int(r["start"]) for r in windows(out) if r["model"] == "dnabert2"})
    assert starts[-12:-1] == list(range(6000, 6220, 20))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--window", "0"], "give a length in bp"),
        (["--window", "cnn=-5"], "give a length in bp"),
        (["--window", "cnn=1e3"], "give a length in bp"),
        (["--window", "x=100"], "no model has this name; use cnn"),
        (["--window", "=100"], "write [NAME=]VALUE"),
        (["--window", "5", "--window", "6"], "the same model is named twice"),
        (["--stride", "129"], "stride 129 must be between 1 and the window of 128 bp"),
        (["--batch-tokens", "0"], "'--batch-tokens': 0 is not in the range"),
        (["--shards", "0"], "'--shards': 0 is not in the range"),
        (["--workers", "0"], "'--workers': 0 is not in the range"),
        (["--method", "shap"], "--method shap: 'shap' is not known"),
        (
            ["--method", "gradient", "--alibi-rule", "absorb"],
            "gradient has no parameter 'alibi_rule'",
        ),
        (["--alibi-rule", "absorb", "--method-option", "alibi_rule=uniform"], "given twice"),
        (["--ism-draws", "1"], "--method attnlrp has no parameter 'draws'"),
        (["--method", "ism", "--ism-draws", "2"], "'2' is not one of"),
        (["--method-option", "alibi_rule=half"], "alibi_rule is 'half'; it can be absorb or unif"),
        (["--outputs", "logits"], "outputs 'logits': use classes, labels, values"),
        (["--outputs", "x=labels"], "--outputs x=...: no model has this name; use cnn"),
        (["--engine", "slurm"], "--engine slurm: 'slurm' is not known to gtrack.engines"),
        (["--precision", "tf32"], "--precision tf32 needs a CUDA device; use fp32 or bf16"),
        (["--precision", "fp8"], "'fp8' is not one of"),
        (["--device", "gpu"], "use auto, cpu, cuda, or cuda:0,1"),
        (["--device", "cuda:x"], "use auto, cpu, cuda, or cuda:0,1"),
        (["--model", "cnn=elsewhere"], "the name is given twice"),
        (["--model", "a/b=elsewhere"], "elsewhere: no such folder"),
        (["--model", "justaname"], "write NAME=FOLDER or NAME=HUB_ID"),
        (["--shard", "1"], "--plan DIR and --shard K go together"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_a_wrong_option_is_one_line_and_makes_nothing(run, short, tmp_path, options, why) -> None:
    ran = run("scan", *short.options("cnn"), "--out", tmp_path / "out", *options, code=2)
    assert why in ran.error
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["../up", "a b", ".hidden", "x" * 65, "a;rm"])
def test_a_model_name_is_a_file_name(run, short, tmp_path: Path, name: str) -> None:
    model = short.models["cnn"]
    command = ["scan", "--bed", short.bed, "--fasta", short.fasta, "--model", f"{name}={model}"]
    ran = run(*command, "--out", tmp_path / "out", code=2)
    assert f"model name {name!r}" in ran.error


def test_missing_options_are_listed(run, tmp_path: Path) -> None:
    ran = run("scan", "--out", tmp_path / "out", code=2)
    assert ran.error == "gtrack: error: missing --bed, --fasta, --model; see --help"


def test_two_models_of_one_kind(run, short, tmp_path: Path) -> None:
    out = tmp_path / "out"
    model = short.models["cnn"]
    run(
        *("scan", "--bed", short.bed, "--fasta", short.fasta, "--out", out),
        *("--model", f"before={model}", "--model", f"after.2={model}", "--target", "before=0"),
    )
    before, after = (track(out, name, short.genome) for name in ("before", "after.2"))
    assert np.allclose(before, -after, rtol=1e-6, atol=1e-8, equal_nan=True)


@pytest.mark.parametrize("method", ["attnlrp", "cplrp", "gradient"])
def test_methods(run, short, tmp_path: Path, method: str) -> None:
    out = tmp_path / "out"
    run("scan", *short.options(), "--out", out, "--method", method)
    job = manifest(out)["job"]
    assert job["method"] == method
    everything = {"attnlrp": {"alibi_rule": "absorb"}, "gradient": {"centred": "no"}}
    assert job["parameters"] == everything.get(method, {})
    used = {model["name"]: model["parameters"] for model in manifest(out)["models"]}
    of_cnn, of_dnabert2 = (
        (job["parameters"], {}) if method == "gradient" else ({}, job["parameters"])
    )
    assert used == {"cnn": of_cnn, "dnabert2": of_dnabert2}
    assert np.nanmax(np.abs(track(out, "dnabert2", short.genome))) > 1e-5


def test_methods_and_rules_differ(run, short, tmp_path: Path) -> None:
    found = []
    for options in (
        [],
        ["--alibi-rule", "uniform"],
        ["--method", "cplrp"],
        ["--method", "gradient"],
    ):
        out = tmp_path / str(len(found))
        run("scan", *short.options("dnabert2"), "--out", out, *options)
        found.append(track(out, "dnabert2", short.genome))
    for i, one in enumerate(found):
        for other in found[i + 1 :]:
            assert np.nanmax(np.abs(one - other)) > 1e-3 * np.nanmax(np.abs(one))


def test_bf16_runs_on_a_cpu(run, short, tmp_path: Path) -> None:
    for precision in ("fp32", "bf16"):
        run("scan", *short.options(), "--out", tmp_path / precision, "--precision", precision)
    for name in ("cnn", "dnabert2"):
        full, half = (track(tmp_path / p, name, short.genome) for p in ("fp32", "bf16"))
        there = np.isfinite(full)
        assert (np.isfinite(half) == there).all()
        same = np.array_equal(full[there], half[there])
        assert same == (name == "cnn"), "a CNN stays in float32: its winners are discrete"
    assert np.corrcoef(full[there], half[there])[0, 1] > 0.9
    scores = [
        np.array([float(row["score"]) for row in windows(tmp_path / p)]) for p in ("fp32", "bf16")
    ]
    assert np.abs(scores[0] - scores[1]).max() < 0.03 * np.abs(scores[0]).max()
    assert manifest(tmp_path / "bf16")["job"]["precision"] == "bf16"


def test_the_batch_budget_is_part_of_the_plan(run, short, tmp_path: Path) -> None:
    for name, options in (("a", []), ("b", ["--batch-tokens", "256"])):
        run("scan", *short.options(), "--out", tmp_path / name, *options)
    a, b = manifest(tmp_path / "a"), manifest(tmp_path / "b")
    assert a["plan_sha256"] != b["plan_sha256"]
    assert [m["batch_units"] for m in b["models"]] == [256, 256]
    for name in ("cnn", "dnabert2"):
        one, other = (track(tmp_path / k, name, short.genome) for k in "ab")
        assert np.allclose(one, other, atol=5e-5 * np.nanmax(np.abs(one)), equal_nan=True)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
@pytest.mark.parametrize("device", ["cuda", "cuda:0,1"])
def test_a_device_that_is_not_there(run, short, tmp_path: Path, device: str) -> None:
    ran = run("scan", *short.options(), "--out", tmp_path / "out", "--device", device, code=4)
    assert f"--device {device}: torch {torch.__version__} sees 0 CUDA device(s) here" in ran.error
    assert not (tmp_path / "out").exists()


def test_a_named_genome_is_not_copied(run, short, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("scan", *short.options("cnn"), "--out", out, "--genome", "xenLae2")
    assert [path.name for path in (out / "genome").iterdir()] == ["chrom.sizes"]
    assert manifest(out)["genome"]["id"] == "xenLae2"
    assert manifest(out)["genome"]["fasta"] is None


def test_a_large_genome_is_not_copied(run, short, tmp_path: Path, monkeypatch) -> None:
    size = short.fasta.stat().st_size
    out = tmp_path / "out"
    monkeypatch.setattr("gtrack.workflows.folder.genome._COPY_UP_TO", size - 1)
    run("scan", *short.options("cnn"), "--out", out)
    assert manifest(out)["genome"]["fasta"] is None
    shutil.rmtree(out)
    monkeypatch.setattr("gtrack.workflows.folder.genome._COPY_UP_TO", size)
    run("scan", *short.options("cnn"), "--out", out)
    assert (out / "genome/genome.fa").exists()


def test_a_narrowpeak_is_centred_on_its_summit(run, short, tmp_path: Path) -> None:
    peaks = short.bed.with_name("p.narrowPeak")
    peaks.write_text(
        "chr2\t6000\t6100\tp\t9\t.\t1\t2\t3\t20\nchr2\t8000\t8100\tq\t9\t.\t1\t2\t3\t-1\n"
    )
    out = tmp_path / "out"
    run("scan", *short.options("cnn", bed=peaks), "--out", out)
    # summit 6020, window 128: [5956, 6084) moved the least to hold the region; -1 is the centre
    assert sorted({int(row["start"]) for row in windows(out)}) == [6100 - 128, 8050 - 64]


def test_workers_bound_the_threads_of_tokenising(run, short, tmp_path: Path, monkeypatch) -> None:
    seen = set()
    real = DnaTokenizer.encode

    def encode(self, sequences):
        seen.add(os.environ.get("RAYON_NUM_THREADS"))
        return real(self, sequences)

    monkeypatch.delenv("RAYON_NUM_THREADS", raising=False)
    monkeypatch.setattr(DnaTokenizer, "encode", encode)
    run("scan", *short.options("dnabert2"), "--out", tmp_path / "out", "--workers", "1")
    assert seen == {"1"}

"""``gtrack predict``: what a model says of each that was given, in a line of its own, measured."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

LONG = "ACGTTGCATGCCGTAGGATCCTTAGA" * 20


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


def options(models: dict[str, Path], *names: str) -> list[str]:
    return [part for name in names or models for part in ("--model", f"{name}={models[name]}")]


def said_of(folder: Path, **fields: object) -> Path:
    """Change a model's config.json."""
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
    return folder


def random_csv(path: Path, n: int = 60, bp: int = 128) -> list[str]:
    """Write sequences with the labels 0 and 1 in turn."""
    rng = np.random.default_rng(3)
    found = ["".join(rng.choice(list("ACGT"), bp)) for _ in range(n)]
    lines = [f"{sequence},{at % 2}" for at, sequence in enumerate(found)]
    path.write_text("\n".join(["sequence,label", *lines, ""]))
    return found


def neighbours(scanned: list[dict[str, str]], window: int) -> set[str]:
    """Return the names of regions with another one within a window."""
    places = {row["name"]: (row["chrom"], int(row["start"]), int(row["end"])) for row in scanned}
    return {
        name
        for name, (chrom, start, end) in places.items()
        for other, (there, low, high) in places.items()
        if name != other and chrom == there and low - window <= end and start <= high + window
    }


@pytest.mark.parametrize("strand", [None, "forward", "region"])
def test_the_numbers_are_those_of_a_scan(run, inputs, tmp_path: Path, strand: str | None) -> None:
    """Of regions long and short, at edges and into N, by both kinds of models."""
    lines = inputs.bed.read_text().splitlines(keepends=True)
    if strand == "region":  # neighbours may not share a window on opposite strands
        lines = [line for line in lines if "into N" not in line and "codes" not in line]
        inputs.bed.write_text("".join(lines))
    more = () if strand is None else ("--strand", strand)
    run("scan", *inputs.options(), "--out", tmp_path / "out", *more)
    backwards = tmp_path / "backwards.bed"
    backwards.write_text("".join([lines[3], *reversed(lines)]))  # one of them twice
    said = rows(run("predict", *inputs.options(bed=backwards), *more).out)
    assert [row["name"] for row in said] == [
        line.split("\t")[3] for line in [lines[3], *reversed(lines)]
    ]
    assert [row["row"] for row in said] == [str(at) for at in range(1, len(lines) + 2)]
    assert said[0] == {**said[-4], "row": "1"}
    scanned = rows((tmp_path / "out" / "regions.tsv").read_text())
    lone = {row["name"] for row in scanned} - neighbours(scanned, window=128)
    assert len(lone) > 5
    for one in scanned:
        if one["name"] not in lone:  # in a scan, those share windows
            continue
        mine = next(row for row in said if row["name"] == one["name"])
        name = one["model"]
        assert mine["chrom"] == one["chrom"]
        assert mine["start"] == one["start"]
        if mine["note"] != ".":
            assert (mine["note"], one["n_share"]) == ("no A, C, G or T", "1")
            assert mine[f"{name}.logit.site"] == mine[f"{name}.predicted"] == "NA"
            continue
        assert mine[f"{name}.windows"] == one["windows"]
        score = float(mine[f"{name}.logit.site"]) - float(mine[f"{name}.logit.background"])
        assert score == pytest.approx(float(one["score"]), rel=1e-6, abs=1e-6)
        assert float(mine[f"{name}.probability.site"]) == pytest.approx(
            float(one["probability"]), abs=1e-6
        )  # the CNN's rules round otherwise
        assert mine[f"{name}.predicted"] == ("site" if score > 0 else "background")


def test_neighbours_change_no_number(run, inputs, tmp_path: Path) -> None:
    """Of windows that overlap, and of sites of one place on either strand."""
    sites = "chr2\t6100\t6140\tplus\t0\t+\nchr2\t6100\t6140\tminus\t0\t-\n"
    slid = "".join(f"chr2\t{at}\t{at + 128}\tw{at}\t0\t+\n" for at in range(6000, 6300, 10))
    inputs.bed.write_text(slid + sites)
    asked = ["predict", *inputs.options("cnn"), "--strand", "region"]
    together = rows(run(*asked).out)
    assert {row["cnn.windows"] for row in together} == {"1"}
    bases = inputs.genome["chr2"]
    loose = tmp_path / "loose.fa"
    written = [(row["name"], bases[int(row["start"]) : int(row["end"])]) for row in together]
    loose.write_text("".join(f">{name}\n{text}\n" for name, text in written[:30]))
    of_sequences = ["--sequences", loose, *inputs.options("cnn")[4:], "--strand", "forward"]
    alone = rows(run("predict", *of_sequences).out)
    for one, other in zip(together, alone, strict=False):
        assert float(one["cnn.logit.site"]) == pytest.approx(
            float(other["cnn.logit.site"]), rel=1e-5, abs=1e-6
        )
    plus, minus = together[-2:]
    assert plus["cnn.logit.site"] != minus["cnn.logit.site"], "each strand for itself"


def test_loose_sequences_have_the_numbers_of_their_scan(run, models, tmp_path: Path) -> None:
    path = tmp_path / "x.fa"
    path.write_text(f">a:1 x\n{LONG.lower()}\n>b\nACGTRACGATTA\n>a:1\n{LONG[:128]}\n")
    run("scan", "--sequences", path, *options(models), "--out", tmp_path / "out")
    ran = run("predict", "--sequences", path, *options(models))
    assert "1 of the 660 bases of the regions are no A, C, G, T or N (R 1)" in ran.err
    said = rows(ran.out)
    assert [(row["name"], row["length"]) for row in said] == [
        ("a:1", "520"),
        ("b", "12"),
        ("a:1", "128"),
    ]
    scanned = rows((tmp_path / "out" / "regions.tsv").read_text())
    assert len(scanned) == 6
    for one in scanned:
        mine = said[int(one["region"])]
        probability = float(mine[f"{one['model']}.probability.site"])
        assert probability == pytest.approx(float(one["probability"]), abs=1e-6)
        assert mine[f"{one['model']}.windows"] == one["windows"]
    assert int(said[0]["cnn.windows"]) > 1


def test_sites_get_flanks_and_windows_are_warned_of(run, inputs, tmp_path: Path) -> None:
    inputs.bed.write_text("chr2\t6000\t6001\ttss\t0\t+\n")
    asked = ["predict", *inputs.options("cnn")]
    wide = run(*asked, "--resize", 400)
    (row,) = rows(wide.out)
    assert (row["start"], row["end"], row["length"]) == ("5800", "6200", "400")
    assert int(row["cnn.windows"]) > 1
    far = run(*asked, "--window", 50)
    assert "--window 50 is far from the 128 bp that the model was trained on" in far.err


def test_workers_and_neighbours_change_nothing_and_a_file_is_what_stdout_is(
    run, models, tmp_path: Path
) -> None:
    path, out = tmp_path / "x.csv", tmp_path / "out.tsv"
    random_csv(path, 300)
    asked = ["predict", "--csv", path, *options(models)]
    text = run(*asked, "--workers", 1).out
    run(*asked, "--workers", 2, "--out", out)
    assert out.read_text() == text
    alone = run("predict", "--csv", path, *options(models, "cnn")).out
    both = rows(text)
    assert [row["cnn.logit.site"] for row in rows(alone)] == [row["cnn.logit.site"] for row in both]
    ran = run(*asked, "--out", out, code=2)
    assert "is there already; use --overwrite" in ran.error
    run(*asked, "--out", out, "--overwrite")
    assert out.read_text() == text
    ran = run(*asked, "--out", path, "--overwrite", code=2)
    assert "copy it elsewhere first" in ran.error
    run(*asked, "--out", tmp_path / "new" / "folder" / "x.tsv")
    assert (tmp_path / "new" / "folder" / "x.tsv").read_text() == text
    assert "cannot be made" in run(*asked, "--out", path / "x.tsv", code=3).error
    assert "too long" in run(*asked, "--out", tmp_path / ("n" * 300), code=2).error
    assert "is a folder" in run(*asked, "--out", tmp_path, code=2).error


@pytest.mark.parametrize("more", [(), ("--overwrite",)])
def test_a_pipe_or_device_is_never_replaced(
    run, models, tmp_path: Path, more: tuple[str, ...]
) -> None:
    """Root, in a container, would have made a file of /dev/null for all that run there."""
    pipe, link = tmp_path / "pipe", tmp_path / "stdout"
    os.mkfifo(pipe)
    link.symlink_to(pipe)  # as /dev/stdout is
    (tmp_path / "x.fa").write_text(f">x\n{LONG}\n")
    asked = ("predict", "--sequences", tmp_path / "x.fa", *options(models, "cnn"), *more)
    for out in (pipe, link):
        said = run(*asked, "--out", out, code=2).error
        assert f"{out}: is a device or a pipe, no file; give --out - and a redirection" in said
    assert pipe.is_fifo()
    assert link.is_symlink()


def test_what_cannot_be_read_is_a_line_with_its_reason(run, models, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("sequence,label\nNNNN,background\nACGTACGT,site\n")
    ran = run("predict", "--csv", path, *options(models, "cnn"))
    first, second = rows(ran.out)
    assert (first["note"], first["cnn.windows"], first["cnn.probability.site"]) == (
        *("no A, C, G or T", "0", "NA"),
    )
    assert (second["note"], second["label"]) == (".", "site")
    assert "without a score: 1 (column note says why)" in ran.err
    path.write_text("sequence\nNNNN\n")
    only = rows(run("predict", "--csv", path, *options(models)).out)
    assert only[0]["note"] == "no A, C, G or T"


def test_copies_of_a_sequence_count_once(run, make_cnn, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    whole = random_csv(path, 20, 200)
    rows_ = [f"{one[4 * k :][:150]},{at % 2}" for at, one in enumerate(whole) for k in range(5)]
    path.write_text("\n".join(["sequence,label", *rows_, ""]))
    ran = run("predict", "--csv", path, "--model", f"m={make_cnn(tmp_path / 'm')}")
    assert "m, 100 rows of 20 origins" in ran.err


def test_labels_are_measured_by_name_or_index(run, make_cnn, tmp_path: Path) -> None:
    folder, path = make_cnn(tmp_path / "m"), tmp_path / "x.csv"
    random_csv(path)
    ran = run("predict", "--csv", path, "--model", f"m={folder}")
    said = rows(ran.out)
    area = roc_auc_score(
        [row["label"] == "1" for row in said],
        [float(row["m.logit.site"]) - float(row["m.logit.background"]) for row in said],
    )
    assert f"AUROC {area:.4f}" in " ".join(ran.err.split())
    right = np.mean([(row["m.predicted"] == "site") == (row["label"] == "1") for row in said])
    assert f"accuracy {right:.4f}" in " ".join(ran.err.split())
    named = path.read_text().replace(",1", ",site").replace(",0", ",background")
    path.write_text(named)
    again = run("predict", "--csv", path, "--model", f"m={folder}")
    assert again.err == ran.err
    path.write_text(path.read_text().replace(",site", ",1.0").replace(",background", ",0.0"))
    assert run("predict", "--csv", path, "--model", f"m={folder}").err == ran.err  # as pandas
    path.write_text(named.replace(",background", ",site"))
    alone = run("predict", "--csv", path, "--model", f"m={folder}").err
    assert "accuracy" in alone
    assert "AUROC" not in alone
    assert "not all is measured: no row of label 'background'" in alone
    path.write_text(named.replace(",site", ",promoter"))
    other = run("predict", "--csv", path, "--model", f"m={folder}").err
    assert "not measured: label 'promoter' is no output of it (background, site); write" in other


def test_outputs_of_other_kinds(run, make_cnn, tmp_path: Path) -> None:
    """Labels and values are columns of the CSV under the names of the outputs."""
    labels = said_of(
        make_cnn(tmp_path / "labels", labels=3), problem_type="multi_label_classification"
    )
    values = said_of(make_cnn(tmp_path / "values", labels=1), problem_type="regression")
    path = tmp_path / "x.csv"
    sequences = random_csv(path)
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, (len(sequences), 3))
    lines = [
        f"{text},{','.join(map(str, row))},{row.sum() / 7:.3f}"
        for text, row in zip(sequences, truth, strict=True)
    ]
    path.write_text("\n".join(["sequence,none,weak,strong,score", *lines, ""]))
    both = ("--model", f"l={labels}", "--model", f"v={values}")
    ran = run("predict", "--csv", path, *both)
    said = rows(ran.out)
    assert "AUROC, mean of 3 labels" in ran.err
    assert "Pearson of score" in ran.err
    area = roc_auc_score(truth[:, 1], [float(row["l.logit.weak"]) for row in said])
    assert f"AUROC of weak {area:.4f}" in " ".join(ran.err.split())
    for row in said:
        chosen = [n for n in ("none", "weak", "strong") if float(row[f"l.logit.{n}"]) > 0]
        assert row["l.predicted"] == (",".join(chosen) or ".")
    assert "v.value.score" in said[0]
    assert "v.predicted" not in said[0]
    path.write_text(path.read_text().replace(",0,", ",2,", 1))
    bad = run("predict", "--csv", path, *both, code=2)
    assert "'2' is neither 0 nor 1" in bad.error
    assert "x.csv:" in bad.error
    path.write_text("sequence,label\n" + f"{LONG[:128]},1\n{LONG[5:133]},2.5\n")
    alone = run("predict", "--csv", path, *both)
    assert "l: not measured: no columns none, weak, strong in the CSV" in alone.err
    assert "Pearson of score" in alone.err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "missing --bed, --fasta; give --bed and --fasta, or --sequences"),
        (["--bed", "x.bed"], "missing --fasta"),
        (["--bed", "x.bed", "--csv", "x.csv"], "--sequences and --bed: give --bed and --fasta"),
        (["--csv", "gone.csv"], "gone.csv: no such file"),
        (["--csv", "gone.csv", "--window", "other=9"], "--window other=...: no model has this"),
    ],
)
def test_what_is_wrong_is_one_line(run, models, more: list[str], said: str) -> None:
    assert said in run("predict", *options(models, "cnn"), *more, code=2).error


def test_a_model_is_needed(run) -> None:
    assert "missing --model" in run("predict", "--csv", "x.csv", code=2).error


def test_too_many_tokens_say_what_to_do(run, make_dnabert2, tmp_path: Path) -> None:
    folder, path = make_dnabert2(tmp_path / "m"), tmp_path / "x.fa"
    path.write_text(f">a\n{LONG}\n")
    asked = ("predict", "--sequences", path, "--model", f"m={folder}")
    wide = run(*asked, "--window", 520, code=None)
    if wide.code:
        assert "give a smaller --window m=BP" in wide.error
    assert rows(run(*asked, "--window", "m=100").out)[0]["m.windows"] != "1"

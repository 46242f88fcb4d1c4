"""Heads and targets, end to end: what a folder says of its outputs decides what is explained."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from gtrack.io.null_files import read_null

REGIONS = "chr2\t2900\t3100\tinto N\t0\t.\nchr2\t6000\t6300\tlong\t0\t+\n"


@pytest.fixture
def short(inputs):
    inputs.bed.write_text(REGIONS)
    return inputs


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def said_of(folder: Path, **fields: object) -> Path:
    """Change a model's config.json."""
    path = folder / "config.json"
    config = {**json.loads(path.read_text()), **fields}
    path.write_text(json.dumps({k: v for k, v in config.items() if v is not None}))
    return folder


def scan(run, inputs, out: Path, *options: object, **code: int):
    return run("scan", "--bed", inputs.bed, "--fasta", inputs.fasta, "--out", out, *options, **code)


def bytes_of(out: Path, name: str) -> bytes:
    return (out / f"tracks/{name}.relevance.bw").read_bytes()


@pytest.mark.parametrize("make", ["make_cnn", "make_dnabert2"])
def test_several_targets_are_those_of_scans_alone(
    run, short, tmp_path: Path, request: pytest.FixtureRequest, make: str
) -> None:
    """One forward serves all; tracks, null and rows are byte for byte those of single scans."""
    folder = request.getfixturevalue(make)(tmp_path / "model", labels=3)
    said_of(folder, problem_type="multi_label_classification")
    model = ("--model", f"m={folder}", "--null-bases", 10_000, "--per-strand-tracks")
    both = tmp_path / "both"
    scan(run, short, both, *model, "--target", "m=strong,none")
    for label in ("strong", "none"):
        alone = tmp_path / label
        scan(run, short, alone, *model, "--target", label)
        for end in ("", ".forward", ".reverse"):
            assert bytes_of(both, f"m.{label}{end}") == bytes_of(alone, f"m{end}")
        for table in ("windows.tsv", "regions.tsv"):
            mine = [row for row in rows(both / table) if row.pop("target") == label]
            assert mine == rows(alone / table)
            assert "target" not in rows(alone / table)[0]
        nulls = (read_null(both / f"null/m.{label}.npz"), read_null(alone / "null/m.npz"))
        for one, other in zip(*nulls, strict=True):
            assert one.relevance.tobytes() == other.relevance.tobytes()
            assert one.codes.tobytes() == other.codes.tobytes()
    manifest = json.loads((both / "manifest.json").read_bytes())
    assert manifest["models"][0]["targets"] == ["strong", "none"]
    relevance = [t for t in manifest["tracks"] if t["kind"] == "relevance"]
    assert [(t["name"], t["model"], t["target"]) for t in relevance] == [
        ("m.strong", "m", "strong"),
        ("m.none", "m", "none"),
    ]


def test_an_annotation_has_no_name_of_a_target(run, short, tmp_path: Path, make_cnn) -> None:
    """``m.strong`` is a track where ``m`` has several targets, and free where it has one."""
    model = ("--model", f"m={make_cnn(tmp_path / 'model', labels=3)}")
    given = (*model, "--annotation", f"M.strong={short.bed}")
    ran = scan(run, short, tmp_path / "both", *given, "--target", "m=strong,none", code=2)
    assert "a track of a model has this name" in ran.error
    assert not (tmp_path / "both").exists()
    scan(run, short, tmp_path / "one", *given, "--target", "strong")


def test_shards_and_workers_do_not_matter(run, program, short, tmp_path: Path, make_cnn) -> None:
    model = ("--model", f"m={make_cnn(tmp_path / 'model', labels=3)}", "--target", "m=all")
    scan(run, short, tmp_path / "one", *model)
    scan(run, short, tmp_path / "two", *model, "--shards", 3, "--workers", 2)
    planned = tmp_path / "three"
    inputs = ("--bed", short.bed, "--fasta", short.fasta, "--out", planned)
    run("plan", *inputs, *model, "--shards", 2)
    for shard in (1, 0):
        run("scan", "--plan", planned, "--shard", shard)
    run("merge", planned)
    for label in ("none", "weak", "strong"):
        tracks = {bytes_of(tmp_path / name, f"m.{label}") for name in ("one", "two", "three")}
        assert len(tracks) == 1


def test_labels_are_explained_by_their_own_logit(run, short, tmp_path: Path, make_cnn) -> None:
    folder = make_cnn(tmp_path / "model", labels=3)
    options = ("--model", f"m={folder}", "--strand", "forward")
    scan(run, short, tmp_path / "classes", *options, "--target", "all")
    scan(run, short, tmp_path / "labels", *options, "--target", "all", "--outputs", "m=labels")
    ran = scan(run, short, tmp_path / "values", *options, "--target", "1", "--outputs", "values")
    assert "value of weak (output 1)" in ran.err
    by_label = {}
    for row in rows(tmp_path / "labels/regions.tsv"):
        by_label.setdefault(row["region"], {})[row["target"]] = row
    for row in rows(tmp_path / "classes/regions.tsv"):
        logits = {k: float(r["score"]) for k, r in by_label[row["region"]].items()}
        own = logits.pop(row["target"])
        assert float(row["score"]) == pytest.approx(own - sum(logits.values()) / 2, abs=1e-5)
    for row in rows(tmp_path / "values/windows.tsv"):
        assert row["probability"] == "NA"
    for row in rows(tmp_path / "labels/windows.tsv"):
        expected = 1 / (1 + np.exp(-float(row["score"])))
        assert float(row["probability"]) == pytest.approx(expected, rel=1e-6)
        total = sum(float(row[part]) for part in ("relevance_sum", "unplaced", "absorbed"))
        assert total == pytest.approx(float(row["score"]), abs=1e-6)


@pytest.mark.parametrize(
    ("labels", "problem_type", "outputs", "assumed"),
    [
        (1, "regression", "values", False),
        (1, "multi_label_classification", "labels", False),
        (1, None, "labels", False),  # gtrack's own models of one output
        (2, None, "classes", True),
        (2, "single_label_classification", "classes", False),
    ],
)
def test_the_folder_says_what_outputs_are(
    run, short, tmp_path: Path, make_cnn, labels: int, problem_type, outputs: str, assumed: bool
) -> None:
    folder = said_of(make_cnn(tmp_path / "model", labels=labels), problem_type=problem_type)
    ran = scan(run, short, tmp_path / "out", "--model", f"m={folder}")
    (model,) = json.loads((tmp_path / "out/manifest.json").read_bytes())["models"]
    assert model["outputs"]["kind"] == outputs
    assert ("does not say what the outputs are" in ran.err) == assumed


def test_a_config_that_makes_no_sense_is_refused_until_the_user_says(
    run, short, tmp_path: Path, make_cnn, make_dnabert2
) -> None:
    for make, name in ((make_cnn, "cnn"), (make_dnabert2, "bert")):
        folder = make(tmp_path / name, labels=1)
        for said, why in (
            ("single_label_classification", "with one output: nothing excludes it"),
            ("ranking", "problem_type 'ranking' is none of"),
        ):
            model = ("--model", f"m={said_of(folder, problem_type=said)}")
            ran = scan(run, short, tmp_path / f"{name}{said}", *model, code=4)
            assert why in ran.error
            assert f"m={folder}" in ran.error
            assert not (tmp_path / f"{name}{said}").exists()
        scan(run, short, tmp_path / f"{name}-out", *model, "--outputs", "values")
    ran = scan(run, short, tmp_path / "no", *model, "--outputs", "classes", code=2)
    assert "one output cannot be a class among others" in ran.error


def test_a_label_may_hold_any_character(run, short, tmp_path: Path, make_cnn) -> None:
    names = ["a,b", "m=c", "x/../y\n<b>"]
    folder = said_of(
        make_cnn(tmp_path / "model", labels=3),
        id2label={str(i): name for i, name in enumerate(names)},
        label2id={name: i for i, name in enumerate(names)},
        problem_type="multi_label_classification",
    )
    model = ("--model", f"m={folder}")
    for k, wish in enumerate(["a,b", "m=m=c", "m=x/../y\n<b>"]):
        scan(run, short, tmp_path / str(k), *model, "--target", wish)
        (said,) = json.loads((tmp_path / f"{k}/manifest.json").read_bytes())["models"]
        assert said["target"] == names[k]
    out = tmp_path / "all"
    scan(run, short, out, *model, "--target", "a,b", "--target", "2,0")
    stems = ["m.a%2Cb", "m.x%2F%2E%2E%2Fy%0A%3Cb%3E"]
    found = sorted(path.name for path in (out / "tracks").iterdir())
    assert [f"{stem}.relevance.bw" for stem in stems] == found
    table = rows(out / "windows.tsv")
    assert {row["target"] for row in table} == {"a,b", "x/../y\\n<b>"}, "a line stays a line"


def test_a_dead_model_is_no_silence(run, short, tmp_path: Path, make_cnn) -> None:
    from safetensors.numpy import load_file, save_file

    folder = make_cnn(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    weights["classifier.weight"][:] = 0
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    ran = scan(run, short, tmp_path / "out", "--model", f"m={folder}")
    assert "warning: m: the relevance of every base is 0" in ran.err
    track = pyBigWig.open(str(tmp_path / "out/tracks/m.relevance.bw"))
    assert set(track.values("chr2", 6000, 6300)) == {0.0}


def test_a_shard_under_the_name_of_another_is_not_merged(
    run, short, tmp_path: Path, models
) -> None:
    out = tmp_path / "out"
    short.bed.write_text("chr2\t0\t12000\n")
    stride = ("--stride", 8)  # enough windows for several pools
    model = ("--model", f"m={models['cnn']}")
    inputs = ("--bed", short.bed, "--fasta", short.fasta, "--out", out)
    run("plan", *inputs, *model, *stride, "--shards", 3, "--null-bases", 40_000)
    for shard in range(3):
        run("scan", "--plan", out, "--shard", shard)
    whole = {path: path.read_bytes() for path in (out / "shards").rglob("*.npz")}
    shards, parts = (sorted((out / at).glob("*.npz")) for at in ("shards", "shards/null"))
    for files, why in ((shards, "shards are missing or damaged"), (parts, "parts of the null")):
        assert len(files) > 1
        files[1].write_bytes(whole[files[0]])
        assert why in run("merge", out, code=2).error
        assert not (out / "manifest.json").exists()
        files[1].write_bytes(whole[files[1]])
    run("merge", out)

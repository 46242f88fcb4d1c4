"""Training of several labels and of values, from a CSV to what a scan explains."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from gtrack.cli import main
from gtrack.core.errors import InputError
from gtrack.core.heads import Head
from gtrack.core.sequences import reverse_complement
from gtrack.models.folder import open_model
from gtrack.workflows.train import TrainJob, train
from gtrack.workflows.training.networks import make_trainee
from tests.tracks import read_values

Run = Callable[..., Any]
MOTIFS = {"one": "TGACGTCT", "two": "GGCCTAAC"}
LENGTH = 60


def random_dna(rng: np.random.Generator, length: int) -> str:
    return "".join(rng.choice(list("ACGT"), length))


def plant(rng: np.random.Generator, motifs: list[str]) -> str:
    """Random bases with each motif in a fifth of its own, on either strand."""
    sequence = random_dna(rng, LENGTH)
    for place, motif in zip(rng.permutation(5).tolist(), motifs, strict=False):
        at = 12 * place + int(rng.integers(4))
        site = motif if rng.random() < 0.5 else reverse_complement(motif)
        sequence = sequence[:at] + site + sequence[at + 8 :]
    return sequence


def write(path: Path, header: list[str], rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return path


def labelled(path: Path, count: int, seed: int, header: tuple[str, str] = ("one", "two")) -> Path:
    """Two motifs that come independently of each other."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        have = rng.random(2) < 0.5
        found = [motif for motif, there in zip(MOTIFS.values(), have, strict=True) if there]
        rows.append((*have.astype(int).tolist(), plant(rng, found)))
    return write(path, [*header, "sequence"], rows)


def measured(path: Path, count: int, seed: int) -> Path:
    """Numbers of very different units: 250 for each of 0 to 3 copies, and a small negative one."""
    rng = np.random.default_rng(seed)
    copies = rng.integers(4, size=count).tolist()
    rows = [(plant(rng, [MOTIFS["one"]] * n), 250 * n + 1000, -n / 1e4) for n in copies]
    return write(path, ["sequence", "activity", "loss"], rows)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def problem(folder: Path) -> str:
    text: str = json.loads((folder / "config.json").read_text())["problem_type"]
    return text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("heads")
    labelled(folder / "labels.csv", 1000, 1)
    measured(folder / "values.csv", 800, 2)
    (folder / "shape.json").write_text('{"channels": [24], "kernel_sizes": [9]}')
    return folder


@pytest.fixture(scope="module")
def job(folder: Path) -> Callable[..., TrainJob]:
    """Make the job of a small CNN."""

    def make(out: str, **options: object) -> TrainJob:
        fields = {"config": str(folder / "shape.json"), "batch": 32, "lr": 5e-3, **options}
        return TrainJob(kind="cnn", out=folder / out, **fields)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="module")
def label_cnn(folder: Path) -> Path:
    arguments = (
        *("train", "cnn", "--csv", folder / "labels.csv", "--labels", "one, two"),
        *("--config", folder / "shape.json", "--epochs", 16, "--batch", 32, "--lr", "5e-3"),
        *("--out", folder / "label_cnn"),
    )
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.stderr
    return folder / "label_cnn"


@pytest.fixture(scope="module")
def value_job(folder: Path, job: Callable[..., TrainJob]) -> TrainJob:
    return job("value_cnn", csv=folder / "values.csv", values=("activity", "loss"), epochs=16.0)


@pytest.fixture(scope="module")
def value_cnn(value_job: TrainJob) -> Path:
    return train(value_job).folder


@pytest.fixture(scope="module")
def regions(folder: Path) -> tuple[Path, Path, dict[str, list[int]]]:
    """A genome with ten sites of either motif, one region around each, and where the sites are."""
    rng = np.random.default_rng(9)
    chrom = list(random_dna(rng, 2600))
    sites: dict[str, list[int]] = {name: [] for name in MOTIFS}
    rows = []
    for number in range(20):
        at = 100 + 120 * number
        name = ("one", "two")[number % 2]
        chrom[at : at + 8] = MOTIFS[name]
        sites[name].append(at)
        rows.append(f"chr\t{at - 20}\t{at + 28}\n")
    fasta, bed = folder / "g.fa", folder / "r.bed"
    fasta.write_text(f">chr\n{''.join(chrom)}\n")
    bed.write_text("".join(rows))
    return fasta, bed, sites


def tables(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_labels_are_learnt_and_each_track_stands_on_its_own_motif(
    label_cnn: Path, regions: tuple[Path, Path, dict[str, list[int]]], run: Run, tmp_path: Path
) -> None:
    record = json.loads((label_cnn / "training.json").read_text())
    scores = record["metrics"]["test"]["labels"]
    assert {name: score["auroc"]["value"] > 0.95 for name, score in scores.items()} == {
        "one": True,
        "two": True,
    }
    assert problem(label_cnn) == "multi_label_classification"
    head = open_model(label_cnn).head
    assert (head.outputs, head.names, head.said_by) == ("labels", ("one", "two"), "config")

    fasta, bed, sites = regions
    out = tmp_path / "scan"
    run("scan", "--bed", bed, "--fasta", fasta, "--model", f"m={label_cnn}",
        "--target", "m=one,two", "--out", out)  # fmt: skip
    for name in MOTIFS:
        track = read_values(out / "tracks" / f"m.{name}.relevance.bw", "chr", 0, 2600)
        mean = {
            other: np.mean([track[at : at + 8].sum() for at in places])
            for other, places in sites.items()
        }
        own, foreign = mean.pop(name), *mean.values()
        assert own > 1
        assert own > 5 * abs(foreign)
    probability = {
        target: [
            float(row["probability"])
            for row in tables(out / "windows.tsv")
            if row["target"] == target
        ]
        for target in MOTIFS
    }
    found = np.array([probability["one"], probability["two"]])
    assert (found.sum(0) > 1.01).any()  # not a softmax over both


def test_values_are_learnt_in_their_units_and_explained_without_a_probability(
    value_cnn: Path, regions: tuple[Path, Path, dict[str, list[int]]], run: Run, tmp_path: Path
) -> None:
    record = json.loads((value_cnn / "training.json").read_text())
    for score in record["metrics"]["test"]["values"].values():
        assert score["r2"]["value"] > 0.75
        assert score["r2"]["low"] < score["r2"]["value"] < score["r2"]["high"]
    assert problem(value_cnn) == "regression"

    fasta, bed, sites = regions
    out = tmp_path / "scan"
    run("scan", "--bed", bed, "--fasta", fasta, "--model", f"m={value_cnn}",
        "--target", "activity", "--out", out)  # fmt: skip
    rows = tables(out / "windows.tsv")
    assert {row["probability"] for row in rows} == {"NA"}
    values = np.array([float(row["score"]) for row in rows]).reshape(20, -1).mean(1)
    assert abs(np.median(values[::2]) - 1250) < 100  # one copy in each region of motif one
    assert abs(np.median(values[1::2]) - 1000) < 100
    track = read_values(out / "tracks" / "m.relevance.bw", "chr", 0, 2600)
    mean = {name: np.mean([track[at : at + 8].sum() for at in sites[name]]) for name in MOTIFS}
    assert mean["one"] > 100
    assert mean["one"] > 5 * abs(mean["two"])
    assert json.loads((out / "manifest.json").read_text())["models"][0]["name"] == "m"


def test_a_tiny_dnabert2_learns_values(folder: Path) -> None:
    job = TrainJob(
        kind="dnabert2", out=folder / "bert", csv=folder / "values.csv", values=("activity",),
        config="tiny", vocab=256, epochs=12.0, batch=32,
    )  # fmt: skip
    record = train(job).record
    assert record["metrics"]["test"]["values"]["activity"]["r2"]["value"] > 0.8
    assert problem(job.out) == "regression"
    labels = replace(
        job, out=folder / "next", config=None, base=str(job.out), csv=folder / "labels.csv",
        values=(), labels=("one", "two"), epochs=0.1,
    )  # fmt: skip
    told: list[str] = []
    assert train(labels, say=told.append).record["started_afresh"] == ["classifier"]
    assert problem(labels.out) == "multi_label_classification"
    assert told[-1].endswith("whose outputs are values and not labels")


def test_one_column_is_one_label(folder: Path, job: Callable[..., TrainJob]) -> None:
    path = labelled(folder / "odd.csv", 200, 4, ("H3K4me3=high [b]", "a/b"))
    one = job("single", csv=path, labels=("H3K4me3=high [b]",), steps=3)
    record = train(one).record
    assert record["data"]["outputs"] == "labels"
    assert record["data"]["labels"] == ["H3K4me3=high [b]"]
    parts = record["data"]["windows"]
    assert parts == {"train": 180, "test": 20}
    with path.open() as file:
        have = [int(row["H3K4me3=high [b]"]) for row in csv.DictReader(file)]
    counts = record["data"]["rows"]
    assert sum(part["H3K4me3=high [b]"] for part in counts.values()) == sum(have)
    head = open_model(one.out).head
    assert (head.outputs, head.names) == ("labels", ("H3K4me3=high [b]",))


def test_classes_say_that_they_are_classes(folder: Path, job: Callable[..., TrainJob]) -> None:
    rng = np.random.default_rng(6)
    rows = [(random_dna(rng, 30), number % 2) for number in range(60)]
    path = write(folder / "classes.csv", ["sequence", "label"], rows)
    record = train(job("classes", csv=path, steps=2)).record
    assert problem(folder / "classes") == "single_label_classification"
    assert not {"outputs", "windows"} & record["data"].keys()  # as before there were other forms
    assert "scale" not in record

    named = write(folder / "named.csv", ["sequence", "0", "1"], [(s, k, 1 - k) for s, k in rows])
    told: list[str] = []
    next_job = job("named", csv=named, labels=("0", "1"), steps=2, config=None)
    next_job = replace(next_job, base=str(folder / "classes"))
    assert train(next_job, say=told.append).record["started_afresh"] == ["classifier"]
    assert told[-1].endswith("whose outputs are classes and not labels")
    again = replace(next_job, out=folder / "again", base=str(folder / "named"))
    assert train(again).record["started_afresh"] == []


def test_a_model_of_values_is_gone_on_from_in_its_own_unit(
    value_cnn: Path, value_job: TrainJob, tmp_path: Path
) -> None:
    before = json.loads((value_cnn / "training.json").read_text())["metrics"]["test"]["values"]
    job = replace(value_job, out=tmp_path / "next", config=None, base=str(value_cnn),
                  epochs=5.0, steps=1, lr=1e-6)  # fmt: skip
    record = train(job).record
    assert record["started_afresh"] == []
    for name, score in record["metrics"]["test"]["values"].items():
        assert score["r2"]["value"] == pytest.approx(before[name]["r2"]["value"], abs=1e-3)


def test_an_interrupted_training_of_values_goes_on_to_the_same_bytes(
    value_job: TrainJob, tmp_path: Path
) -> None:
    job = replace(value_job, out=tmp_path / "m", steps=40)

    def stop(step: int, steps: int, loss: float | None) -> None:
        if step == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(job, on_step=stop)
    other = replace(job, values=("activity",), resume=True)
    with pytest.raises(InputError, match=r"holds another training \(data\.labels"):
        train(other)
    steps: list[int] = []
    train(replace(job, resume=True), on_step=lambda step, total, loss: steps.append(step))
    assert steps[0] == 9
    whole = train(replace(job, out=tmp_path / "whole")).folder
    for name in ("config.json", "model.safetensors", "training.json"):
        assert sha256(whole / name) == sha256(tmp_path / "m" / name)


def test_a_test_csv_has_the_same_columns(
    folder: Path, job: Callable[..., TrainJob], tmp_path: Path
) -> None:
    extra = labelled(tmp_path / "extra.csv", 40, 12)
    with (folder / "labels.csv").open() as file:
        seen = file.readlines()[1:4]
    with extra.open("a") as file:
        file.writelines(seen)
    options = {"csv": folder / "labels.csv", "labels": ("one", "two"), "steps": 2}
    record = train(job("tested", test_csv=extra, **options)).record
    assert list(record["metrics"]) == ["test_csv"]
    assert record["data"]["windows"] == {"train": 1000, "test": 0, "test_csv": 40}
    assert record["data"]["duplicates"]["removed_from_test_csv"] == 0
    assert record["data"]["alike"]["test_csv"]["rows_like_training"] == 3
    other = labelled(tmp_path / "other.csv", 40, 13, ("one", "three"))
    with pytest.raises(InputError, match=r"other.csv:1: no column named 'two' .*one,three"):
        train(job("tested2", test_csv=other, **options))
    alike = write(
        tmp_path / "alike.csv", ["sequence", "one", "two"], [("ACGTACGTAA", 1, n) for n in (0, 1)]
    )
    with pytest.raises(InputError, match=r"alike.csv: no row with a 0 for label 'one' is left"):
        train(job("tested3", test_csv=alike, **options))


def test_the_command_line_prints_every_score(folder: Path, run: Run, tmp_path: Path) -> None:
    path = labelled(tmp_path / "l.csv", 100, 3, ("on[bold]e", "two"))
    ran = run("train", "cnn", "--csv", path, "--labels", "two,on[bold]e", "--steps", 2,
              "--config", "tiny", "--out", tmp_path / "labels")  # fmt: skip
    for line in ("AUROC, mean of 2 labels", "AUROC of on[bold]e", "AUPRC of two"):
        assert line in ran.err
    assert "training set: 90 windows: " in ran.err
    ran = run("train", "cnn", "--csv", folder / "values.csv", "--values", "loss", "--steps", 2,
              "--config", "tiny", "--out", tmp_path / "values")  # fmt: skip
    for line in (
        "Pearson of loss",
        "Spearman of loss",
        "R2 of loss",
        "training set: 720 windows\n",
    ):
        assert line in ran.err
    assert "MCC" not in ran.err


@pytest.mark.parametrize(
    ("rows", "options", "says"),
    [
        ("ACGTACGT,2", ("--labels", "x"), "e.csv:2: column 'x': '2' is neither 0 nor 1"),
        ("ACGTACGT,nan", ("--values", "x"), "e.csv:2: column 'x': 'nan' is no finite number"),
        ("ACGTACGT,1", ("--labels", "x,z"), "no column named 'z' in the header 'sequence,x'"),
        ("ACGTACGT,1", ("--labels", "x,,y"), "a name is empty"),
        ("ACGTACGT,1", ("--labels", "x,x"), "x is named twice"),
        ("ACGTACGT,1", ("--values", "Sequence"), "is the column of the sequences"),
        ("ACGTACGT,1", ("--values", "x", "--labels", "x"), "not both"),
        ("ACGTACGT,1\nAAAACCCC,1", ("--labels", "x"), "no row with a 0 for label 'x' is left to"),
        ("ACGTACGT,1\nAAAACCCC,1", ("--values", "x"), "no second value of 'x' is left to train"),
        (
            "ACGTACGT,1e9\nAAAACCCC,1000000001\nCAAACCCC,1e9\nTAAACCCC,1000000001",
            ("--values", "x", "--test-share", "0.5"),
            "too little for float32",
        ),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(
    run: Run, tmp_path: Path, rows: str, options: tuple[str, ...], says: str
) -> None:
    (tmp_path / "e.csv").write_text(f"sequence,x\n{rows}\n")
    ran = run("train", "cnn", "--csv", tmp_path / "e.csv", *options, "--out", tmp_path / "m",
              code=2)  # fmt: skip
    assert says in ran.error
    assert [path.name for path in tmp_path.iterdir()] == ["e.csv"]


def test_regions_have_no_columns(run: Run, tmp_path: Path) -> None:
    ran = run("train", "cnn", "--positives", "p.bed", "--negatives", "shuffle", "--fasta", "g.fa",
              "--window", 60, "--values", "x", "--out", tmp_path / "m", code=2)  # fmt: skip
    assert "--values x names columns of --csv FILE" in ran.error


def test_a_config_that_contradicts_itself_starts_the_classifier_afresh(
    folder: Path, label_cnn: Path, job: Callable[..., TrainJob], tmp_path: Path
) -> None:
    config = json.loads((label_cnn / "config.json").read_text())
    base = tmp_path / "base"
    base.mkdir()
    (base / "config.json").write_text(json.dumps(config | {"problem_type": "ranking"}))
    (base / "model.safetensors").write_bytes((label_cnn / "model.safetensors").read_bytes())
    odd = job("odd", csv=folder / "labels.csv", labels=("one", "two"), config=None)
    odd = replace(odd, base=str(base))
    trainee = make_trainee(odd, Head("labels", ("one", "two")), 60, [], tmp_path)
    assert trainee.afresh == ("classifier",)
    assert not trainee.goes_on

"""What is wrong, or cannot be said, is said: a message before any work, or NaN with its reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gtrack.core.evaluation_rows import TRACK
from gtrack.core.metrics import METRICS
from gtrack.workflows.calling.given_tracks import TracksJob, check_tracks
from gtrack.workflows.calling.taken_tracks import take_tracks
from tests.evaluate.tables import number
from tests.hits.conftest import meme
from tests.hits.foreign import SIZES, make, write_bigwig

ALL_N = "chr2\t3040\t3240\tall N\t0\t.\n"
GOOD = "chr2\t6000\t6100\tgood\t0\t+\n"
BETTER = "chr2\t7000\t7100\tbetter\t0\t-\n"


def refused(run, scanned, tmp_path: Path, *options: object) -> str:
    """Evaluate; return the message of the refusal, which came before any work."""
    out = tmp_path / "eval"
    ran = run("evaluate", scanned[1], "--out", out, "--sample", 2, *options, code=2)
    assert not (out / "chunks").exists()
    assert not (out / "metrics.tsv").exists()
    return ran.error


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("chr2\t9000\t9010\n", ("none of its 1 sites", "scanned region")),
        ("", ("truth.bed",)),
        ("# nothing\n", ("truth.bed",)),
        ("2\t6340\t6352\n", ("truth.bed:1", "no chromosome 2", "chr2")),
        ("chr2\t6340\t6352\nchr2\t11990\t12001\n", ("truth.bed:2", "12001", "12000 bp")),
        ("chr2\t6352\t6340\n", ("truth.bed:1",)),
    ],
)
def test_wrong_truth(run, scanned, tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    (tmp_path / "truth.bed").write_text(text)
    error = refused(run, scanned, tmp_path, "--truth", tmp_path / "truth.bed")
    assert all(word in error for word in words), error


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("region\tlabel\nlong\tsite\nlonger\tsite\n", ("labels.tsv:3", "longer", "no region")),
        ("region\tlabel\nlong\tbinder\n", ("labels.tsv:2", "binder", "background, site")),
        ("region\tlabel\nlong\t2\n", ("labels.tsv:2", "'2'")),
        (
            "region\tlabel\nlong\tsite\nchr2:6000-6700\tsite\n",
            ("labels.tsv:3", "has a label already", "labels.tsv:2"),
        ),
        ("name\tlabel\nlong\tsite\n", ("labels.tsv:1", "'region' and 'label'")),
        ("long\tsite\n", ("labels.tsv:1",)),
        ("region\tlabel\nlong site\n", ("labels.tsv:2", "1 columns")),
        ("region\tlabel\n", ("labels.tsv", "no label")),
        ("", ("labels.tsv",)),
    ],
)
def test_wrong_labels(run, scanned, tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    (tmp_path / "labels.tsv").write_text(text)
    error = refused(run, scanned, tmp_path, "--labels", tmp_path / "labels.tsv")
    assert all(word in error for word in words), error


def test_sites_outside_are_counted_aloud(run, scanned, tmp_path: Path, sites: Path, quick) -> None:
    ran = run(
        *("evaluate", scanned[1], "--out", tmp_path / "eval", "--truth", sites, *quick),
        *("--metrics", "mass_accuracy"),
    )
    said = "1 of 6 sites of the truth lie in no scanned region"
    assert said in ran.err
    assert said in (tmp_path / "eval/evaluation.html").read_text()


def test_sites_that_an_edge_cuts_are_counted_aloud(
    run, scanned, tmp_path: Path, quick, read_evaluation
) -> None:
    """A site in the windows of the last region ends beyond both of them: nothing is whole."""
    truth = tmp_path / "cut.bed"
    truth.write_text("chr1\t590\t700\tcut\n")
    ran = run(
        *("evaluate", scanned[1], "--out", tmp_path / "eval", "--truth", truth, *quick),
        *("--metrics", "mass_accuracy"),
    )
    for width in 128, 160:
        said = f"sites of the truth that the edge of a window of {width} bp cuts: 1; their bases"
        assert said in ran.err
        assert said in (tmp_path / "eval/evaluation.html").read_text()
    rows = read_evaluation(tmp_path / "eval").rows()
    assert {row["value"] for row in rows} == {"NA"}
    assert any("no whole site in the window" in row["reason"] for row in rows)


def test_without_truth_nothing_is_said_of_places(
    first, run, scanned, tmp_path, quick, read_evaluation
):
    run("evaluate", scanned[1], "--out", tmp_path / "eval", *quick, "--metrics", "auroc,shift_p")
    rows = read_evaluation(tmp_path / "eval").rows()
    assert {row["model"] for row in rows} == {"cnn", "dnabert2"}
    assert {row["metric"] for row in rows} == {"auroc", "shift_p"}
    assert all(row["value"] == "NA" and "--truth" in row["reason"] for row in rows)


@pytest.fixture
def scan_of(run, inputs, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that scans regions with models given by name."""

    def scan(bed: str, models: dict[str, Path], *options: object) -> Path:
        inputs.bed.write_text(bed)
        named = [part for name, at in models.items() for part in ("--model", f"{name}={at}")]
        out = tmp_path / "scan"
        run("scan", "--bed", inputs.bed, "--fasta", inputs.fasta, *named, "--out", out, *options)
        return out

    return scan


def test_a_region_of_n_alone(run, inputs, scan_of, read_evaluation) -> None:
    """Every metric of its maps is undefined, by every method, and the rows say in how many."""
    scan = scan_of(ALL_N + GOOD + BETTER, inputs.models)
    sites = inputs.folder / "sites.bed"
    sites.write_text("chr2\t3130\t3150\nchr2\t6040\t6060\n")
    run("evaluate", scan, "--truth", sites, "--draws", 1)
    found = read_evaluation(scan / "evaluation")
    of_maps = [
        name
        for name, metric in METRICS.items()
        if metric.axis in ("sparsity", "complexity", "localisation")
    ]
    own = ("attnlrp", "cplrp", "gradient", "ism")
    for row in found.rows("per_region.tsv", name="all N"):
        judged = row["method"] in own and row["metric"] in of_maps
        if judged or row["metric"] in (
            "pearson",
            "ism_pearson",
            "mask_pearson",
            "strand_consistency",
        ):
            assert row["value"] == "NA", row
    for model in inputs.models:
        row = found.row(model=model, method="attnlrp", metric="gini", level="base")
        assert row["n"] == "2"
        assert "undefined in 1 of 3 regions" in row["reason"]
        row = found.row(model=model, method="attnlrp", metric="mass_accuracy", level="base")
        assert (row["n"], row["ci_low"]) == ("1", "NA")
        row = found.row(model=model, method="attnlrp", metric="abc")
        assert float(row["value"]) == float(row["value"])


def test_one_region_only(run, inputs, scan_of, read_evaluation) -> None:
    scan = scan_of(GOOD, inputs.models)
    ran = run("evaluate", scan, "--draws", 1, "--methods", "attnlrp")
    assert "one region only" in ran.err
    found = read_evaluation(scan / "evaluation")
    rows = found.rows()
    assert all(row["ci_low"] == row["ci_high"] == "NA" for row in rows)
    assert not [row for row in rows if row["method"] == "shuffled_pair" and row["value"] != "NA"]
    assert (
        found.row(model="cnn ~ dnabert2", method="attnlrp", metric="pearson", level="base")["n"]
        == "1"
    )


def test_other_targets(run, inputs, make_cnn, tmp_path: Path, scan_of, read_evaluation) -> None:
    """Maps of two targets are compared, and the row says which; each target has its own groups."""
    models = {"many": make_cnn(tmp_path / "many", labels=3), "bert": inputs.models["dnabert2"]}
    scan = scan_of(GOOD + BETTER, models, "--target", "many=strong,none")
    run("evaluate", scan, "--draws", 1, "--methods", "attnlrp", "--metrics", "pearson,abc,auroc")
    found = read_evaluation(scan / "evaluation")
    rows = found.rows(model="many ~ bert", group="all", method="attnlrp", level="base")
    assert {row["target"] for row in rows} == {"strong ~ site", "none ~ site"}
    assert {row["target"] for row in found.rows(model="many", metric="abc")} == {"strong", "none"}
    assert not [row for row in rows if row["value"] == "NA"]


def test_the_order_of_models_does_not_matter(run, inputs, scan_of, read_evaluation) -> None:
    """A pair has one name, and every row once, whichever model comes first."""
    models = {"bert": inputs.models["dnabert2"], "cnn": inputs.models["cnn"]}
    scan = scan_of(GOOD + BETTER, models)
    run("evaluate", scan, "--draws", 1, "--methods", "attnlrp", "--metrics", "similarity")
    rows = read_evaluation(scan / "evaluation").rows(group="all")
    assert {row["model"] for row in rows} == {"bert ~ cnn"}
    assert [r["n"] for r in rows if r["level"] == "token" and r["method"] == "attnlrp"]
    keys = [(row["method"], row["metric"], row["level"]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert ("shuffled_pair", "pearson_bound", "base") not in keys


def with_head(folder: Path, kind: str) -> Path:
    """Say in a model's config.json what its outputs are."""
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "problem_type": kind}))
    return folder


def test_multi_label_and_regression_heads(
    run, make_cnn, tmp_path: Path, scan_of, read_evaluation
) -> None:
    models = {
        "labels": with_head(make_cnn(tmp_path / "a", labels=3), "multi_label_classification"),
        "value": with_head(make_cnn(tmp_path / "b", labels=1), "regression"),
    }
    scan = scan_of(GOOD + BETTER, models, "--target", "labels=all")
    labels = tmp_path / "labels.tsv"
    labels.write_text("region\tlabel\ngood\tweak\nbetter\tnone\n")
    options = ("--draws", 1, "--methods", "attnlrp", "--metrics", "gini,abc,completeness")
    run("evaluate", scan, *options)
    found = read_evaluation(scan / "evaluation")
    for label in ("none", "weak", "strong"):
        calls = {
            row["called"] for row in found.rows("per_region.tsv", model="labels", target=label)
        }
        assert calls <= {"positive", "negative"}
        assert found.row(model="labels", target=label, method="attnlrp", metric="abc")["n"] == "2"
    for row in found.rows(model="value"):
        if row["group"] == "all":
            assert row["value"] != "NA"
        else:
            assert (row["value"], row["reason"]) == ("NA", "values are no calls")
    run("evaluate", scan, *options, "--labels", labels)
    for target, truth in (("weak", (True, False)), ("none", (False, True))):
        chosen = {"model": "labels", "target": target, "metric": "abc", "method": "attnlrp"}
        rows = found.rows("per_region.tsv", **chosen)
        right = [
            number(row["value"])
            for row, is_it in zip(rows, truth, strict=True)
            if (row["called"] == "positive") == is_it
        ]
        (row,) = found.rows(group="correct", **chosen)
        assert int(row["n"]) == len(right)
        assert number(row["value"]) == pytest.approx(np.mean(right), rel=1e-6) or not right


def test_labels_of_values(run, make_cnn, tmp_path: Path, scan_of) -> None:
    scan = scan_of(GOOD, {"value": with_head(make_cnn(tmp_path / "v", labels=1), "regression")})
    labels = tmp_path / "labels.tsv"
    labels.write_text("region\tlabel\ngood\t1\n")
    assert "values" in run("evaluate", scan, "--labels", labels, code=2).error


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Take tracks of another tool: with peaks, constant, and constant with zeros on chr2."""
    given = make(tmp_path, meme())
    tracks = [("peaks", given.bigwig)]
    for name, value in (("flat", 1.0), ("zero", 0.0)):
        values = {chrom: np.full(size, value, np.float32) for chrom, size in SIZES.items()}
        values["chr10"] += 1 - value  # a track that is 0 everywhere is refused when it is taken
        tracks.append((name, write_bigwig(tmp_path / f"{name}.bw", SIZES, values)))
    job = TracksJob(
        tracks=tuple(tracks),
        motifs=str(given.folder / "m.meme"),
        bed=given.folder / "r.bed",
        fasta=given.folder / "g.fa",
        out=tmp_path / "taken",
    )
    take_tracks(job, check_tracks(job))
    return tmp_path / "taken"


def test_tracks_of_others_and_constant_relevance(
    run, foreign: Path, tmp_path: Path, read_evaluation
) -> None:
    sites = tmp_path / "truth.bed"
    sites.write_text("".join(f"chr2\t{at}\t{at + 7}\n" for at in range(300, 8000, 250)))
    ran = run("evaluate", foreign, "--truth", sites)
    assert "of another tool" in ran.err
    found = read_evaluation(foreign / "evaluation")
    peaks = found.row(model="peaks", method=TRACK, metric="mass_accuracy")
    assert float(peaks["value"]) > 3 * float(peaks["baseline"])
    assert found.row(model="flat", metric="gini", level="base")["value"] == "0"
    flat = found.row(model="flat", method=TRACK, metric="mass_accuracy")
    assert float(flat["value"]) == pytest.approx(float(flat["baseline"]))
    for metric, n in (("gini", "1"), ("entropy", "1"), ("mass_accuracy", "0")):
        row = found.row(model="zero", method=TRACK, metric=metric)
        assert row["n"] == n
        assert f"undefined in {3 - int(n)} of 3 regions" in row["reason"]
        assert (row["value"] == "NA") == (n == "0")
    for metric in ("pearson", "spearman"):
        row = found.row(model="peaks ~ flat", method=TRACK, metric=metric)
        assert row["value"] == "NA"
        assert "constant" in row["reason"]
    for metric in ("abc", "ism_pearson", "mask_pearson", "strand_consistency", "untrained_pearson"):
        row = found.row(model="peaks", metric=metric)
        assert row["value"] == "NA"
        assert "another tool" in row["reason"]
    ran = run("evaluate", foreign, code=2)  # without the truth: another evaluation
    assert "--overwrite" in ran.error


def test_labels_of_foreign_tracks_say_nothing(run, foreign: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.tsv"
    labels.write_text("region\tlabel\nfirst\t1\n")
    ran = run("evaluate", foreign, "--labels", labels, code=2)
    assert "another tool" in ran.error


def test_a_moved_model_and_a_changed_one(run, own_models, tmp_path: Path, quick) -> None:
    scan = tmp_path / "scan"
    own_models.bed.write_text(GOOD + BETTER)
    run("scan", *own_models.options("cnn"), "--out", scan)
    moved = tmp_path / "moved"
    shutil.move(own_models.models["cnn"], moved)
    options = (*quick, "--metrics", "abc")
    ran = run("evaluate", scan, *options, code=2)
    assert "cnn" in ran.error
    assert "--model" in ran.error
    run("evaluate", scan, *options, "--model", f"cnn={moved}")
    weights = (moved / "model.safetensors").read_bytes()
    (moved / "model.safetensors").write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    other = (*options, "--model", f"cnn={moved}", "--overwrite", "--seed", 5)
    ran = run("evaluate", scan, *other, code=2)
    assert "cnn" in ran.error

"""The numbers of ``gtrack evaluate`` on the example, against slow direct ways to the same."""

from __future__ import annotations

import csv
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import gtrack
from gtrack.core.intervals import Interval
from gtrack.core.sequences import base_codes
from gtrack.evaluation import complexity, localisation, similarity, sparsity
from gtrack.evaluation.faithfulness import abc, aopc
from gtrack.evaluation.flips import Flips, letters
from gtrack.io.bigwig import BigWigReader
from gtrack.io.fasta import Genome
from gtrack.workflows.evaluating.windows import another
from tests.conftest import ROOT
from tests.evaluate.tables import Evaluation, number
from tests.hits.conftest import meme
from tests.hits.foreign import make

DATA = ROOT / "example_data"
FOLDERS = {"cnn": DATA / "models/cnn", "bert": DATA / "models/dnabert2"}
WINDOW = 200
REGIONS = (0, 3)  # rows; the first is as long as a window


def intervals(path: Path) -> list[tuple[str, int, int]]:
    lines = (line.split("\t") for line in path.read_text().splitlines())
    return [(cells[0], int(cells[1]), int(cells[2])) for cells in lines]


def window(row: int) -> tuple[str, int, int]:
    """Return the window centred on a region, moved into its chromosome."""
    chrom, start, end = intervals(DATA / "regions.bed")[row]
    first = max((start + end) // 2 - WINDOW // 2, 0)
    return chrom, first, first + WINDOW


def truth_of(chrom: str, start: int, end: int) -> NDArray[np.bool_]:
    """Return the bases of a window that are true, site by site and base by base."""
    mask = np.zeros(end - start, bool)
    for name, first, last in intervals(DATA / "truth.bed"):
        for base in range(first, last):
            if name == chrom and start <= base < end:
                mask[base - start] = True
    return mask


@pytest.fixture(scope="module")
def texts() -> dict[int, str]:
    with Genome.open(DATA / "genome.fa") as genome:
        return {row: genome.fetch(*window(row)) for row in range(12)}


@pytest.fixture(scope="module")
def models() -> dict[str, gtrack.Model]:
    return {name: gtrack.load_model(folder) for name, folder in FOLDERS.items()}


@pytest.mark.parametrize("model", FOLDERS)
@pytest.mark.parametrize("metric", ["mass_accuracy", "abc"])
def test_the_example_beats_its_controls(example, model: str, metric: str) -> None:
    """By disjoint 95 % intervals, in twelve regions alone."""
    _, found = example
    own = found.row(model=model, method="attnlrp", metric=metric)
    for control in ("random", "shuffled_pair", "untrained"):
        other = found.row(model=model, method=control, metric=metric)
        assert number(own["ci_low"]) > number(other["ci_high"]), (own, other)


def test_the_page_does_not_praise_the_controls(example) -> None:
    """Chance is near what it should be: an area of 0, the truth's share, no correlation."""
    _, found = example
    for model in FOLDERS:
        row = found.row(model=model, method="random", metric="abc")
        assert number(row["ci_low"]) - 1 < 0 < number(row["ci_high"]) + 1
        for metric in ("untrained_pearson", "untrained_spearman"):
            assert abs(number(found.row(model=model, metric=metric)["value"])) < 0.4


def test_baselines_are_what_they_say(example) -> None:
    _, found = example
    shares = [truth_of(*window(row)).mean() for row in range(12)]
    share = np.mean([each for each in shares if each])
    for model in FOLDERS:
        for metric, expected in (
            *((name, share) for name in ("mass_accuracy", "rank_accuracy", "auprc")),
            *(("auroc", 0.5), ("enrichment", 1.0)),
        ):
            row = found.row(model=model, method="attnlrp", metric=metric)
            assert number(row["baseline"]) == pytest.approx(expected, rel=1e-6)
        for metric in ("abc", "faithfulness_correlation", "aopc_morf"):
            chance = found.values(model=model, method="random", metric=metric)
            for method in ("attnlrp", "gradient", "untrained"):
                row = found.row(model=model, method=method, metric=metric)
                assert number(row["baseline"]) == pytest.approx(np.nanmean(chance), rel=1e-6)
            assert found.row(model=model, method="random", metric=metric)["baseline"] == "NA"
        for metric in ("gini", "entropy", "completeness"):
            row = found.row(model=model, method="attnlrp", metric=metric, level=_level(metric))
            assert row["baseline"] == "NA"
    for level in ("base", "token"):
        chosen = {"model": "cnn ~ bert", "metric": "pearson", "level": level}
        apart = found.values(method="shuffled_pair", **chosen)
        row = found.row(method="attnlrp", **chosen)
        assert number(row["baseline"]) == pytest.approx(np.nanmean(apart), rel=1e-6)


def _level(metric: str) -> str:
    return "window" if metric == "completeness" else "base"


@pytest.mark.parametrize("model", FOLDERS)
def test_values_are_those_of_a_direct_computation(
    example, models, texts: dict[int, str], model: str
) -> None:
    """Explained alone by `gtrack.explain`, measured by the functions themselves."""
    _, found = example

    def value(row: int, method: str, metric: str, level: str, of: str = model) -> float:
        return found.values(model=of, method=method, metric=metric, level=level)[row]

    def near(expected: float) -> object:
        return pytest.approx(expected, rel=2e-4, abs=2e-5, nan_ok=True)

    for row in REGIONS:
        text, mask = texts[row], truth_of(*window(row))
        both = gtrack.explain(models[model], text)
        gradient = gtrack.explain(models[model], text, method="gradient").bases[0].astype(float)
        bases = both.bases[0].astype(float)
        if row == 0:  # its window is the scan's own
            assert value(row, "attnlrp", "gini", "base") == near(sparsity.gini(bases))
            expected = localisation.mass_accuracy(bases, mask)
            assert value(row, "attnlrp", "mass_accuracy", "base") == near(expected)
        assert value(row, "gradient", "entropy", "base") == near(complexity.entropy(gradient))
        expected = localisation.auroc(gradient, mask)
        assert value(row, "gradient", "auroc", "base") == near(expected)
        expected = similarity.pearson(bases, gradient)
        assert value(row, "attnlrp ~ gradient", "pearson", "base") == near(expected)
        expected = float(np.nansum(bases)) / float(both.scores[0])
        assert value(row, "attnlrp", "completeness", "window") == near(expected)
        strands = [
            gtrack.explain(models[model], text, strand=strand).bases[0].astype(float)
            for strand in ("forward", "reverse")
        ]
        expected = similarity.pearson(*strands)
        assert value(row, "attnlrp", "strand_consistency", "base") == near(expected)
        if model == "bert":
            units = both.units[0]
            kept = units["placed"] & (units["strand"] == "+")
            expected = sparsity.gini(units["relevance"][kept])
            assert value(row, "attnlrp", "gini", "token") == near(expected)
            one = gtrack.explain(models["cnn"], text).bases[0].astype(float)
            spans = zip(units["start"][kept], units["end"][kept], strict=True)
            summed = [one[start:end].sum() for start, end in spans]
            expected = similarity.spearman(np.array(summed), units["relevance"][kept])
            assert value(row, "attnlrp", "spearman", "token", of="cnn ~ bert") == near(expected)
    row = REGIONS[0]
    direct = [
        gtrack.explain(models[name], texts[row]).bases[0].astype(float) for name in ("cnn", "bert")
    ]
    expected = similarity.pearson(*direct)
    assert value(row, "attnlrp", "pearson", "base", of="cnn ~ bert") == near(expected)


@pytest.mark.parametrize("model", FOLDERS)
def test_curves_are_those_of_a_loop(example, models, texts: dict[int, str], model: str) -> None:
    """Every altered window is read by itself, strand by strand, as `gtrack.explain` scores it."""
    _, found = example
    chunk = json.loads((found.out / "chunks/000000.json").read_bytes())
    curves = chunk["curves"][model]["attnlrp"]
    row = REGIONS[1]
    text = texts[row]
    relevance = gtrack.explain(models[model], text).bases[0].astype(float)
    flips = Flips(base_codes(text), {"attnlrp": relevance}, steps=10, draws=1, seed=row)
    altered = letters(flips.altered()[:20])
    whole = float(gtrack.explain(models[model], text).scores[0])
    scores = [float(gtrack.explain(models[model], each).scores[0]) for each in altered]
    for order, own in (("morf", scores[:10]), ("lerf", scores[10:])):
        assert curves[order][row] == pytest.approx([whole, *own], rel=1e-4, abs=1e-4)
    expected = abc([whole, *scores[:10]], [whole, *scores[10:]])
    values = found.values(model=model, method="attnlrp", metric="abc")
    assert values[row] == pytest.approx(expected, rel=1e-3, abs=1e-4)
    expected = aopc([whole, *scores[:10]])
    values = found.values(model=model, method="attnlrp", metric="aopc_morf")
    assert values[row] == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_groups_are_those_of_the_probabilities(example) -> None:
    scan, found = example
    with (scan / "regions.tsv").open(newline="") as file:
        likely = {
            (row["model"], int(row["region"])): float(row["probability"])
            for row in csv.DictReader(file, delimiter="\t")
        }
    words = set()
    for row in found.rows("per_region.tsv", method="track", metric="gini", level="base"):
        expected = likely[row["model"], int(row["region"])] > 0.5
        words.add(row["called"])
        assert row["called"] == ("positive" if expected else "negative")
    assert words == {"positive", "negative"}
    for model in FOLDERS:
        chosen = {"model": model, "method": "track", "metric": "gini", "level": "base"}
        values = found.values(**chosen)
        for group, wanted in (("positive", True), ("negative", False)):
            (line,) = found.rows(group=group, **chosen)
            mine = [v for row, v in enumerate(values) if (likely[model, row] > 0.5) == wanted]
            assert int(line["n"]) == len(mine)
            assert number(line["value"]) == pytest.approx(np.mean(mine), rel=1e-6)
        (line,) = found.rows(group="correct", **chosen)
        assert (line["value"], line["reason"]) == ("NA", "no --labels were given")
    calls = {model: [likely[model, row] > 0.5 for row in range(12)] for model in FOLDERS}
    both = [all(each) for each in zip(*calls.values(), strict=True)]
    (line,) = found.rows(
        model="cnn ~ bert", method="track", metric="pearson", level="base", group="positive"
    )
    assert int(line["n"]) == sum(both)


def test_labels_are_added_from_the_chunks(
    example, run: Callable, tmp_path: Path, read_evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names of the example's regions say what they are; nothing is computed anew."""
    import shutil

    from gtrack.workflows import evaluate as workflow

    scan, first = example
    out = Path(shutil.copytree(first.out, tmp_path / "eval"))
    names = [line.split("\t")[3] for line in (scan.parent / "some.bed").read_text().splitlines()]
    labels = tmp_path / "labels.tsv"
    labels.write_text(
        "region\tlabel\n" + "".join(f"{n}\t{int(n.startswith('pos'))}\n" for n in names)
    )
    monkeypatch.setattr(workflow, "open_readers", None)
    run(
        *("evaluate", scan, "--out", out, "--truth", DATA / "truth.bed", "--methods", "gradient"),
        *("--draws", 1, "--labels", labels),
    )
    found = read_evaluation(out)
    for model in FOLDERS:
        chosen = {"model": model, "method": "attnlrp", "metric": "gini", "level": "base"}
        rows = found.rows("per_region.tsv", **chosen)
        right = [
            number(row["value"])
            for row in rows
            if (row["called"] == "positive") == row["name"].startswith("pos")
        ]
        (line,) = found.rows(group="correct", **chosen)
        assert int(line["n"]) == len(right) > 6
        assert number(line["value"]) == pytest.approx(np.mean(right), rel=1e-6)


def test_mask_and_bounds(example) -> None:
    """A bound is above what it bounds; agreement with [MASK] is of tokens alone."""
    _, found = example
    assert number(found.row(model="bert", method="attnlrp", metric="mask_pearson")["value"]) > 0.8
    (row,) = found.rows(model="cnn", metric="mask_pearson")
    assert (row["value"], row["reason"]) == ("NA", "the model reads bases, and has no [MASK]")
    for metric in ("mass_accuracy", "rank_accuracy"):
        bounds = found.values(model="bert", metric=f"{metric}_bound")
        assert not len(bounds), "of the scan's blind method, listed in metrics.tsv alone"
        bound = found.row(model="bert", method="attnlrp", metric=f"{metric}_bound")
        own = found.row(model="bert", method="attnlrp", metric=metric)
        assert number(own["value"]) <= number(bound["value"]) <= 1
    assert not math.isnan(
        number(found.row(model="bert", method="flat_overlap", metric="auroc")["value"])
    )


def test_a_region_is_read_on_the_strands_of_the_scan(run, tmp_path: Path) -> None:
    """Under ``--strand region``: one without a strand on both, as its track is."""
    bed = tmp_path / "some.bed"
    places = [(8879, 9079, "."), (20093, 20293, "+"), (60000, 60200, "-"), (90000, 90200, ".")]
    bed.write_text("".join(f"chr1\t{a}\t{b}\tr\t0\t{strand}\n" for a, b, strand in places))
    inputs = ("--bed", bed, "--fasta", DATA / "genome.fa", "--model", f"cnn={DATA / 'models/cnn'}")
    run("scan", *inputs, "--out", tmp_path / "scan", "--strand", "region")
    options = ("--methods", "attnlrp", "--draws", 1, "--metrics", "sanity,sparsity,faithfulness")
    run("evaluate", tmp_path / "scan", "--out", tmp_path / "eval", *options)
    found = Evaluation(tmp_path / "eval")
    for metric in ("gini", "hoyer"):
        of_track, again = (found.values(method=m, metric=metric) for m in ("track", "attnlrp"))
        assert again == pytest.approx(of_track, rel=1e-4)
    told = found.rows("per_region.tsv", metric="strand_consistency")
    assert [row["region"] for row in told if row["value"] != "NA"] == ["0", "3"]
    lines = (tmp_path / "scan/regions.tsv").read_text().splitlines()
    scores = [float(row["score"]) for row in csv.DictReader(lines, delimiter="\t")]
    with BigWigReader(tmp_path / "scan/tracks/cnn.relevance.bw") as track:
        sums = [float(np.nansum(track.values("chr1", a, b))) for a, b, _ in places]
    found_sums = found.values(method="attnlrp", metric="completeness") * scores
    assert found_sums == pytest.approx(sums, rel=1e-4)


def test_what_regions_share_counts_once_on_annotations(run, tmp_path: Path) -> None:
    """Ten regions of one place are no ten pieces of evidence for its annotation."""
    bed, features = tmp_path / "some.bed", tmp_path / "f.bed"
    starts = [*range(8879, 9079, 20), 20093, 60000, 90000]
    bed.write_text("".join(f"chr1\t{at}\t{at + 200}\n" for at in starts))
    features.write_text("chr1\t8900\t8950\nchr1\t60050\t60100\n")
    inputs = ("--bed", bed, "--fasta", DATA / "genome.fa", "--model", f"cnn={DATA / 'models/cnn'}")
    run("scan", *inputs, "--out", tmp_path / "scan")
    options = ("--annotation", f"f={features}", "--methods", "attnlrp", "--sample", 2)
    run("evaluate", tmp_path / "scan", *options, "--metrics", "relevance_enrichment,gini")
    found = Evaluation(tmp_path / "scan/evaluation")
    assert found.row(metric="relevance_enrichment")["n"] == "4"
    row = found.row(method="track", metric="gini")
    assert (row["n"], row["ci_low"]) == ("13", "NA"), "thirteen regions of four loci"


def test_hits_on_annotations_are_those_of_the_manifest(run, tmp_path: Path) -> None:
    """A name may hold what bigBeds end with; hits that are gone are no scan without hits."""
    given, features, out = make(tmp_path, meme()), tmp_path / "f.bed", tmp_path / "out"
    run(*given.options(out, track=f"a.bb={given.bigwig}"))
    features.write_text("".join(f"chr2\t{at}\t{at + 7}\n" for at in range(300, 8700, 250)))
    asked = ("evaluate", out, "--annotation", f"f={features}", "--metrics", "hit_enrichment")
    run(*asked)
    row = Evaluation(out / "evaluation").row(metric="hit_enrichment")
    assert (row["model"], row["reason"]) == ("a.bb", ".")
    assert number(row["value"]) > 5, "the sites of the motif are its hits"
    (out / "hits/a.bb.hits.bed").unlink()
    assert "a.bb.hits.bed: is not there" in run(*asked, "--overwrite", code=5).error


def test_a_label_may_look_like_a_pair_of_them(run, tmp_path: Path) -> None:
    """Two models are compared whatever their outputs are called."""
    models = []
    for name, label in (("one", "a ~ b"), ("two", "c")):
        folder = Path(shutil.copytree(DATA / "models/cnn", tmp_path / name))
        config = json.loads((folder / "config.json").read_text())
        config |= {"id2label": {"0": "0", "1": label}, "label2id": {"0": 0, label: 1}}
        (folder / "config.json").write_text(json.dumps(config))
        models.append(f"--model={name}={folder}")
    bed = tmp_path / "some.bed"
    bed.write_text("".join(f"chr1\t{at}\t{at + 200}\n" for at in (8879, 20093, 60000)))
    run("scan", "--bed", bed, "--fasta", DATA / "genome.fa", *models, "--out", tmp_path / "scan")
    options = ("--methods", "attnlrp", "--draws", 1, "--metrics", "similarity")
    run("evaluate", tmp_path / "scan", *options)
    row = Evaluation(tmp_path / "scan/evaluation").row(method="track", metric="pearson")
    assert (row["model"], row["target"]) == ("one ~ two", "a ~ b ~ c")
    assert number(row["value"]) == pytest.approx(1)


def test_another_window_is_none_of_the_same_bases(run, tmp_path: Path) -> None:
    """A place under two names, as TSSs of two transcripts: its next region is itself."""
    bed = tmp_path / "some.bed"
    names = [f"chr1\t{at}\t{at + 200}\t{name}\n" for at in (8879, 20093, 60000) for name in "ab"]
    bed.write_text("".join(names))
    models = [f"--model={name}={DATA / 'models/cnn'}" for name in ("one", "two")]
    inputs = ("--bed", bed, "--fasta", DATA / "genome.fa", *models)
    run("scan", *inputs, "--out", tmp_path / "scan")
    options = ("--methods", "attnlrp", "--draws", 1, "--metrics", "similarity,faithfulness")
    run("evaluate", tmp_path / "scan", *options)
    found = Evaluation(tmp_path / "scan/evaluation")
    apart = found.values(method="shuffled_pair", metric="pearson", level="base")
    assert len(apart) == 6
    assert (np.abs(apart) < 0.5).all()
    row = found.row(method="track", metric="pearson")
    assert number(row["value"]) == pytest.approx(1)
    assert abs(number(row["baseline"])) < 0.5
    areas = found.values(model="one", method="shuffled_pair", metric="abc")
    own = found.values(model="one", method="attnlrp", metric="abc")
    assert not np.isclose(areas, own).any()


def test_another_window_where_all_are_one_is_none() -> None:
    windows = [Interval("c", 0, 9), Interval("c", 5, 14), Interval("c", 9, 18), Interval("d", 0, 9)]
    assert [another(windows, at) for at in range(4)] == [2, 3, 3, 0]
    assert another(windows[:2], 0) is None
    assert another(windows[:1], 0) is None

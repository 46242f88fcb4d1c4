"""``gtrack evaluate`` as a command: what it writes, what it goes on from, what it refuses."""

from __future__ import annotations

import html.parser
import itertools
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gtrack.core.errors import InputError
from gtrack.core.evaluation_rows import BOUND, GROUPS
from gtrack.core.metrics import METRICS
from gtrack.evaluation.window_maps import sample_of
from gtrack.workflows import evaluate as workflow
from gtrack.workflows.evaluating.job import evaluate_job

COLUMNS = (
    "model target method metric level group value median ci_low ci_high n baseline reason over_low "
    "over_high".split()
)
REGION_COLUMNS = "region chrom start end name model target method metric level called value".split()


def test_files_and_tidy_columns(first) -> None:
    names = {path.name for path in first.out.iterdir()}
    figures = {name for name in names if name.endswith((".svg", ".png"))}
    assert {"metrics.tsv", "per_region.tsv", "evaluation.html", "chunks"} <= names
    assert {"similarity.svg", "perturbation.png", "localisation.svg", "locus_1.png"} <= figures
    assert {Path(name).stem for name in figures if name.endswith("svg")} == {
        Path(name).stem for name in figures if name.endswith("png")
    }
    rows = first.rows()
    assert list(rows[0]) == COLUMNS
    keys = [tuple(row[name] for name in COLUMNS[:6]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert {row["group"] for row in rows} == set(GROUPS)
    for row in rows:
        metric = METRICS[row["metric"].removesuffix(BOUND)]
        assert row["level"] in metric.levels
        if row["value"] == "NA":
            assert row["reason"] != ".", row
            assert row["n"] == "0"
            continue
        value = float(row["value"])
        assert metric.low - 1e-9 <= value <= metric.high + 1e-9, row
        if row["ci_low"] != "NA":
            assert float(row["ci_low"]) - 1e-9 <= value <= float(row["ci_high"]) + 1e-9, row


def test_per_region_values_give_the_table(first) -> None:
    """The table's means, medians and n are those of the values written beside it."""
    values: dict[tuple[str, ...], list[float]] = {}
    for row in first.rows("per_region.tsv"):
        assert list(row) == REGION_COLUMNS
        key = tuple(row[name] for name in ("model", "target", "method", "metric", "level"))
        for group in ("all", row["called"]):
            value = math.nan if row["value"] == "NA" else float(row["value"])
            values.setdefault((*key, group), []).append(value)
    seen = 0
    for row in first.rows():
        key = tuple(row[name] for name in COLUMNS[:6])
        if key not in values or row["reason"].startswith("values"):
            continue
        known = sorted(value for value in values[key] if not math.isnan(value))
        assert int(row["n"]) == len(known), row
        if known:
            seen += 1
            assert float(row["value"]) == pytest.approx(math.fsum(known) / len(known), rel=1e-6)
            middle = (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
            assert float(row["median"]) == pytest.approx(middle, rel=1e-6, abs=1e-9)
    assert seen > 100


class _Sources(html.parser.HTMLParser):
    """Collects what a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "srcset", "data", "poster") or (tag == "link" and name == "href"):
                self.loaded.append(value or "")
            elif name.endswith("href") and tag in ("use", "image"):
                self.loaded.append(value or "")
        self.tags = {*getattr(self, "tags", ()), tag}


def test_the_page_loads_nothing(first) -> None:
    text = (first.out / "evaluation.html").read_text()
    page = _Sources()
    page.feed(text)
    assert all(source.startswith(("#", "data:")) for source in page.loaded)
    assert "svg" in page.tags
    assert "@import" not in text
    assert "url(http" not in text


def job_of(scan: Path, out: Path, **other: object):
    given = {"sample": 4, "draws": 1, "full": False, "methods": ("attnlrp",)}
    return evaluate_job(scan=scan, out=out, **{**given, **other})


def test_a_second_run_reads_the_chunks(
    scanned, tmp_path: Path, read_evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes, and no model is opened."""
    job = job_of(scanned[1], tmp_path / "eval", metrics=("mass_accuracy", "gini", "abc"))
    workflow.evaluate(job)
    before = read_evaluation(tmp_path / "eval").tables()
    for name in before:
        (tmp_path / "eval" / name).unlink()

    def refused(*_: object) -> None:
        raise AssertionError("a model was opened")

    monkeypatch.setattr(workflow, "open_readers", refused)
    workflow.evaluate(job)
    assert read_evaluation(tmp_path / "eval").tables() == before


def test_a_killed_run_goes_on(
    scanned, tmp_path: Path, read_evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "CHUNK", 2)
    whole = job_of(scanned[1], tmp_path / "whole")
    workflow.evaluate(whole)
    job = job_of(scanned[1], tmp_path / "cut")
    told = itertools.count()

    def stop(name: str, done: int, of: int) -> None:
        if name == "cnn" and done and next(told) == 1:  # the second chunk's first model
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workflow.evaluate(job, stop)
    assert [path.name for path in (tmp_path / "cut/chunks").iterdir()] == ["000000.json"]
    assert not (tmp_path / "cut/metrics.tsv").exists()
    workflow.evaluate(job)
    cut, uncut = (read_evaluation(tmp_path / name).tables() for name in ("cut", "whole"))
    assert cut == uncut


def test_a_damaged_chunk_is_done_again(scanned, tmp_path: Path, read_evaluation) -> None:
    job = job_of(scanned[1], tmp_path / "eval", metrics=("abc",), sample=2)
    workflow.evaluate(job)
    before = read_evaluation(tmp_path / "eval").tables()
    chunk = tmp_path / "eval/chunks/000000.json"
    chunk.write_bytes(chunk.read_bytes()[:900])
    workflow.evaluate(job)
    assert read_evaluation(tmp_path / "eval").tables() == before


def test_what_another_version_measured_is_not_gone_on_from(
    scanned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scan is of one version, its evaluation was begun by the next."""
    job = job_of(scanned[1], tmp_path / "eval", metrics=("gini",), sample=2)
    workflow.evaluate(job)
    monkeypatch.setattr(workflow, "__version__", "9.9")
    with pytest.raises(InputError, match=r"options, truth, scan or version"):
        workflow.evaluate(job)


def test_other_options_are_refused(run, first, scanned, tmp_path: Path, sites: Path, quick) -> None:
    out = Path(shutil.copytree(first.out, tmp_path / "eval"))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    command = ("evaluate", scanned[1], "--out", out, *quick)
    for other in (
        ("--truth", sites, "--seed", 1),
        ("--truth", sites, "--draws", 2),
        ("--truth", sites, "--methods", "cplrp"),
        (),
    ):
        ran = run(*command, *other, code=2)
        assert "--overwrite" in ran.error
        assert {path: path.read_bytes() for path in before} == before
    run(*command, "--metrics", "gini", "--overwrite")
    assert {path.name for path in (out / "chunks").iterdir()} == {"000000.json"}
    assert (out / "metrics.tsv").read_bytes() != before[out / "metrics.tsv"]
    for gone in ("localisation.svg", "localisation.png"):  # of the evaluation that was replaced
        assert not (out / gone).exists()


@pytest.mark.parametrize("name", ["notes.txt", "metrics.tsv.bak", "chunks.json"])
def test_foreign_files_are_refused(run, scanned, tmp_path: Path, name: str, quick) -> None:
    (tmp_path / "eval").mkdir()
    (tmp_path / "eval" / name).write_text("mine")
    ran = run("evaluate", scanned[1], "--out", tmp_path / "eval", *quick, code=2)
    assert name in ran.error
    assert [path.name for path in (tmp_path / "eval").iterdir() if path.name == name]
    run("evaluate", scanned[1], "--out", tmp_path / "eval", *quick, "--overwrite", code=2)
    assert (tmp_path / "eval" / name).read_text() == "mine"


@pytest.mark.parametrize("name", ["metrics.tsv", "localisation.png", "chunks/000000.json"])
def test_what_others_call_as_we_do_is_kept(run, scanned, tmp_path: Path, name: str, quick) -> None:
    out = tmp_path / "eval"
    out.mkdir()
    kept = out / name
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("epoch\tloss\n1\t0.5\n")
    for options in ((), ("--overwrite",)):
        ran = run("evaluate", scanned[1], "--out", out, *quick, *options, code=2)
        assert name in ran.error
        assert kept.read_text() == "epoch\tloss\n1\t0.5\n"


def test_workers_do_not_matter(run, scanned, tmp_path: Path, sites: Path, read_evaluation) -> None:
    options = ("--truth", sites, "--sample", 3, "--draws", 1, "--methods", "attnlrp")
    for workers in (1, 2):
        out = tmp_path / f"of{workers}"
        run("evaluate", scanned[1], "--out", out, *options, "--workers", workers)
    one, two = (read_evaluation(tmp_path / f"of{workers}").tables() for workers in (1, 2))
    assert one == two


def test_the_sample_is_seeded(first) -> None:
    assert sample_of(12, 4, 0) == sample_of(12, 4, 0)
    assert len({tuple(sample_of(12, 4, seed)) for seed in range(20)}) > 5
    assert sample_of(12, None, 0) == sample_of(12, 99, 3) == list(range(12))
    rows = first.rows("per_region.tsv", metric="abc", method="random", model="cnn")
    assert [int(row["region"]) for row in rows] == sample_of(12, 4, 0)


def test_the_user_hears_the_cost_and_n(run, small: Path, quick) -> None:
    ran = run("evaluate", small, *quick, "--metrics", "abc,gini")
    assert "4 regions to examine" in ran.err
    assert "forward passes" in ran.err
    for name in ("metrics.tsv", "per_region.tsv", "evaluation.html"):
        assert str(small / "evaluation" / name) in ran.err


def test_an_evaluation_in_the_scan_leaves_the_scan_whole(run, small: Path, quick) -> None:
    tracks = {p.name: p.read_bytes() for p in (small / "tracks").iterdir()}
    run("evaluate", small, *quick, "--metrics", "gini")
    run("report", small)
    assert {p.name: p.read_bytes() for p in (small / "tracks").iterdir()} == tracks


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--metrics", "loudness"), "--metrics loudness"),
        (("--methods", "shap"), "--methods shap"),
        (("--full", "--sample", 3), "leave out --sample"),
        (("--sample", 0), "--sample"),
        (("--truth", "nowhere.bed"), "nowhere.bed"),
        (("--model", "other=x"), "other"),
        (("--model", "cnn=x", "--model", "cnn=y"), "the same model is named twice"),
        (("--device", "abacus"), "abacus"),
    ],
)
def test_wrong_options(
    run: Callable, scanned, tmp_path: Path, options: tuple[object, ...], words: str
) -> None:
    ran = run("evaluate", scanned[1], "--out", tmp_path / "eval", *options, code=2)
    assert words in ran.err
    assert not (tmp_path / "eval/metrics.tsv").exists()


def test_no_scan(run, tmp_path: Path) -> None:
    ran = run("evaluate", tmp_path / "nothing", code=2)
    assert "nothing" in ran.error

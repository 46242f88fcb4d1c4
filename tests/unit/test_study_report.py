"""The study's page says what its cache holds: figures, controls, verdicts, and nothing made up."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.study import app, report, words
from benchmarks.study.results import METRICS, PLACE, Figure, Key, Results, collect
from benchmarks.study.steps import Work
from benchmarks.study.tables import DASH, lines_of, number, table

MASS = words.Shown("mass_accuracy")


def row(**given: object) -> dict[str, str]:
    usual = {
        **{"set": "tf0", "seed": 0, "truth": "truth", "model": "cnn", "target": "1"},
        **{"method": "attnlrp", "metric": "mass_accuracy", "level": "base", "group": "positive"},
        **{"value": 0.5, "median": 0.52, "ci_low": 0.45, "ci_high": 0.55, "n": 60},
        **{"baseline": 0.1, "reason": "."},
    }
    return {name: str(value) for name, value in {**usual, **given}.items()}


def cache(folder: Path, *rows: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    columns = (*PLACE, *METRICS)
    lines = ["\t".join(columns), *("\t".join(r[c] for c in columns) for r in rows)]
    (folder / "results.tsv").write_text("\n".join(lines) + "\n")
    sets = {
        name: {"train": {"0": 5}, "test": {"0": 150, "1": 150}, "sites": {"truth": 7}}
        for name in words.TITLES
    }
    score = {"value": 0.86, "low": 0.85, "high": 0.87}
    model = {"parameters": 9218, "steps": 100, "rows": 10, "auroc": score, "mcc": score}
    facts = {
        "sets": sets,
        "models": {"tf0/cnn.0": {**model, "cpu_s": 37.0}},
        "cpu_s": {"models": 3600.0},
        "resumed": 2,
    }
    (folder / "facts.json").write_text(json.dumps(facts))
    return folder


def page(folder: Path, *rows: dict[str, str]) -> str:
    return report.render(Results.read(cache(folder, *rows)), {})


def cells(text: str, *parts: str, column: str = "windows") -> list[dict[str, str]]:
    """Return the rows of tables with a column, as heading to cell, whose line holds these words."""
    found, heading = [], list[str]()
    for line in text.splitlines():
        if not line.startswith("|"):
            heading = []
            continue
        columns = [cell.strip() for cell in line.strip("|").split("|")]
        if not heading:
            heading = columns
        elif column in heading and all(part in line for part in parts):
            found.append(dict(zip(heading, columns, strict=True)))
    return found


def test_a_figure_stands_with_interval_windows_and_chance(tmp_path: Path) -> None:
    (found,) = cells(page(tmp_path, row()), "cnn")
    assert found["attnlrp"] == ".500 (.450 to .550)"
    assert found["windows"] == "60 positive"
    assert found["knows nothing"] == ".100"
    assert found["above all of these"] == "yes"


@pytest.mark.parametrize(
    ("control", "verdict"),
    [
        ({"method": "untrained", "value": 0.3, "ci_low": 0.2, "ci_high": 0.4}, "yes"),
        ({"method": "untrained", "value": 0.4, "ci_low": 0.3, "ci_high": 0.46}, "no: untrained"),
        ({"truth": "control", "group": "all", "ci_high": 0.44}, "yes"),
        ({"truth": "control", "group": "all"}, "no: other class"),
        ({"method": "cplrp", "value": 0.9, "ci_low": 0.8, "ci_high": 0.95}, "yes"),
        ({"method": "flat_overlap", "value": 0.9, "ci_low": 0.8, "ci_high": 0.95}, "yes"),
    ],
)
def test_the_verdict_asks_for_intervals_apart(
    tmp_path: Path, control: dict[str, object], verdict: str
) -> None:
    text = page(tmp_path, row(), row(**control))
    assert cells(text, "cnn")[0]["above all of these"] == verdict
    assert ("in 1 of 1." in text) == (verdict == "yes")
    assert ("in 0 of 1; not: GUE tf/0, cnn" in text) == (verdict != "yes")


def test_chance_must_be_beaten_too(tmp_path: Path) -> None:
    (found,) = cells(page(tmp_path, row(baseline=0.45)), "cnn")
    assert found["above all of these"] == "no: knows nothing"


def test_what_has_no_number_has_its_reason(tmp_path: Path) -> None:
    empty = row(value="NA", median="NA", ci_low="NA", ci_high="NA", n=0, reason="no truth here")
    (found,) = cells(page(tmp_path, empty), "cnn")
    assert found["attnlrp"] == f"{DASH} (no truth here)"
    assert "above all of these" not in found


def test_the_group_of_all_stands_in_where_nothing_is_called_positive(tmp_path: Path) -> None:
    empty = row(value="NA", median="NA", ci_low="NA", ci_high="NA", n=0, reason="none called")
    (found,) = cells(page(tmp_path, empty, row(group="all", n=300)), "cnn")
    assert found["windows"] == "300 all"


def test_further_seeds_and_the_bound_stand_beside(tmp_path: Path) -> None:
    rows = [row(seed=2, value=0.61), row(seed=10, value=0.7), row(), row(group="all", value=0.2)]
    text = page(tmp_path, *rows, row(metric="mass_accuracy_bound", value=0.8))
    (found,) = cells(text, "cnn")
    assert found["further seeds"] == ".610 .700"
    assert found["bound"] == ".800"


def test_methods_stand_beside_each_other(tmp_path: Path) -> None:
    text = page(tmp_path, row(), row(method="ism", value=0.4), row(method="random", value=0.1))
    both = cells(text.split("## Which method")[1], "cnn", column="ism")[0]
    assert both["ism"] == ".400 (.450 to .550)"
    assert "random" not in both


def test_tata_shows_place_beside(tmp_path: Path) -> None:
    rows = [
        row(set="tata"),
        row(set="tata", truth="control", group="all", value=0.42),
        row(set="tata", truth="negatives", group="all", value=0.43),
    ]
    text = page(tmp_path, *rows).split("## The negative example")[1]
    (found,) = cells(text, "cnn", column="promoters")
    assert found["same places, other class"] == ".420"
    assert found["TATA of negatives"] == ".430"


def test_what_a_control_says_already_stands_once(tmp_path: Path) -> None:
    same = row(method="random", value=0.1)
    assert "knows nothing" not in cells(page(tmp_path, row(), same), "cnn")[0]
    other = row(method="random", value=0.11)
    assert "knows nothing" in cells(page(tmp_path, row(), other), "cnn")[0]


def test_sparsity_is_not_judged(tmp_path: Path) -> None:
    rows = [row(metric="gini"), row(metric="gini", method="untrained")]
    text = page(tmp_path, *rows)
    (found,) = cells(text.split("## Sparsity")[1], "cnn")
    assert "untrained" in found
    assert "above all of these" not in found


def test_caveats_and_cost_are_said(tmp_path: Path) -> None:
    text = page(tmp_path, row())
    assert "says nothing about the biology" in " ".join(text.split())
    assert "Nothing here reproduces the paper" in text
    assert "1.0 CPU hours" in text
    assert "2 steps were interrupted" in text


def test_the_same_cache_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [row(), row(model="dnabert2", value=0.3), row(method="untrained", value=0.2)]
    written = []
    for k, order in enumerate((rows, rows[::-1])):
        folder = cache(tmp_path / f"cache{k}", *order)
        (tmp_path / f"{k}").mkdir()
        report.write(folder, tmp_path / f"{k}" / "study.md", tmp_path / f"{k}" / "images")
        files = sorted((tmp_path / f"{k}").rglob("*.*"))
        written.append({f.name: f.read_bytes() for f in files})
    assert written[0] == written[1]
    assert set(written[0]) == {"study.md", "study_mass_accuracy.svg"}
    assert b"(images/study_mass_accuracy.svg)" in written[0]["study.md"]


def test_the_command_writes_the_page_and_holds_the_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, work = cache(tmp_path / "cache", row()), Work(tmp_path / "work")
    asked = ["--stages", "report", "--work", str(work.folder), "--cache", str(folder)]
    asked += ["--page", str(tmp_path / "study.md")]
    work.mark("models/tf0/cnn.0", [], (), 3600.0, 1.0)
    assert app.main(asked) == 0
    links = {"mass_accuracy": "images/study_mass_accuracy.svg"}
    assert (tmp_path / "study.md").read_text() == report.render(Results.read(folder), links)
    work.mark("models/tf0/cnn.1", [], (), 6 * 3600.0, 1.0)
    assert app.main(asked) == 1
    assert "7.00 CPU hours so far; the limit is 6" in capsys.readouterr().out


def test_the_figure_holds_every_row_and_is_xml(tmp_path: Path) -> None:
    rows = [row(), row(model="dna<bert"), row(method="untrained", value=0.2)]
    folder = cache(tmp_path / "cache", *rows)
    report.write(folder, tmp_path / "study.md", tmp_path / "images")
    tree = ElementTree.fromstring((tmp_path / "images" / "study_mass_accuracy.svg").read_text())
    text = [each.text for each in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"GUE tf/0: cnn", "GUE tf/0: dna<bert", "untrained"} <= set(text)


def test_a_figure_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"results\.tsv:3: .* is there twice"):
        Results.read(cache(tmp_path, row(), row(value=0.1)))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    cache(tmp_path, row())
    (tmp_path / "results.tsv").write_text("set\tvalue\n")
    with pytest.raises(ValueError, match="no column seed, truth"):
        Results.read(tmp_path)


def test_collect_copies_figures_and_costs(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    place = work.at("evals", "tf0.0", "truth")
    place.mkdir(parents=True)
    rows = [
        row(),
        row(method="attnlrp ~ cplrp"),  # of two methods: no table shows it
        row(target="acceptor ~ donor"),  # of different outputs
        row(group="negative"),
        row(metric="auprc"),
        row(metric="mass_accuracy_bound"),
    ]
    lines = ["\t".join((*METRICS, "more"))]
    lines += ["\t".join([*(each[c] for c in METRICS), "x"]) for each in rows]
    (place / "metrics.tsv").write_text("\n".join(lines) + "\n")
    work.at("sets", "tf0").mkdir(parents=True)
    work.at("sets", "tf0", "set.json").write_text('{"train": {}, "test": {}, "sites": {}}')
    work.at("models", "tf0", "cnn.0").mkdir(parents=True)
    score = {"value": 0.8, "low": 0.7, "high": 0.9}
    record = {
        **{"parameters": 3, "settings": {"steps": 4}},
        "metrics": {"test": {"rows": 5, "auroc": score}},
    }
    work.at("models", "tf0", "cnn.0", "training.json").write_text(json.dumps(record))
    work.mark("models/tf0/cnn.0", ["train"], (), 12.0, 13.0)
    assert collect(work, [("tf0", 0)], tmp_path / "cache") == 1
    found = Results.read(tmp_path / "cache")
    key, bound = found.figures
    assert bound.metric == "mass_accuracy_bound"
    assert (key.set, key.seed, key.truth, key.metric) == ("tf0", "0", "truth", "mass_accuracy")
    assert found.figures[key].value == 0.5
    assert found.facts["models"]["tf0/cnn.0"]["cpu_s"] == 12.0
    assert found.facts["cpu_s"] == {"models": 12.0}


def test_only_the_first_seed_makes_a_line(tmp_path: Path) -> None:
    results = Results.read(cache(tmp_path, row(seed=10), row(seed=2), row(metric="gini")))
    assert [line.key.seed for line in lines_of(results, MASS)] == ["2"]


@given(st.floats(-1e6, 1e6))
def test_numbers_read_back_to_their_digits(value: float) -> None:
    text = number(value).replace("\N{MINUS SIGN}", "-")
    assert math.isclose(float(text), value, abs_tol=0.0501 if abs(value) > 9.9 else 5.01e-4)
    assert not text.startswith(("0.", "-0."))


def test_a_bar_in_a_cell_stays_one_cell() -> None:
    assert table(["a"], [["x|y"]])[-1] == "| x\\|y |"


def test_nan_is_above_nothing() -> None:
    nan = Figure(*[math.nan] * 4, n=0, blind=math.nan, reason="")
    some = Figure(0.5, 0.5, 0.4, 0.6, 10, 0.1, "")
    assert not nan.is_above(some)
    assert not some.is_above(nan)
    assert Key(*["x"] * 5, "attnlrp_rc", *["x"] * 3).is_control is False

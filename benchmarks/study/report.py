"""docs/study.md and its figures, from the cache and from nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from benchmarks.study import words
from benchmarks.study.figures import dots
from benchmarks.study.results import Results
from benchmarks.study.tables import (
    DASH,
    Line,
    lines_of,
    methods_table,
    metric_table,
    number,
    table,
)
from benchmarks.study.words import SHOWN, TITLES, TRUTHS, Shown
from gtrack.core.metrics import AXES as METRIC_AXES
from gtrack.core.metrics import Axis

FIGURES = ("mass_accuracy", "abc")
"""Metrics that a figure is drawn of."""


def write(cache: Path, page: Path, images: Path) -> None:
    """Write the page, and its figures into `images`, which is a folder beside the page."""
    results = Results.read(cache)
    drawn = {}
    for name in FIGURES:
        shown = Shown(name)
        lines = lines_of(results, shown)
        if any(not math.isnan(line.figure.value) for line in lines):
            drawn[name] = f"study_{name}.svg"
            images.mkdir(parents=True, exist_ok=True)
            (images / drawn[name]).write_text(dots(shown.title, lines), encoding="utf-8")
    links = {name: f"{images.name}/{file}" for name, file in drawn.items()}
    page.write_text(render(results, links), encoding="utf-8")


def render(results: Results, images: dict[str, str]) -> str:
    """Return the page; `images` maps a metric to the path of its figure."""
    counted = results.facts["sets"].values()
    windows = max((sum(each["test"].values()) for each in counted), default=0)
    parts = [
        "# Study: which explanation to believe, and where it fails",
        f"{words.HEAD} {_cost(results)}",
        "## Read this first",
        words.CAVEATS.format(windows=windows),
        "## Sets and models",
        "\n".join(_sets(results)),
        "\n".join(_models(results)),
        "## In one look",
        "\n".join(_summary(results)),
    ]
    for axis in SHOWN:
        parts += _axis(results, axis, images)
    parts += _methods(results)
    parts += ["## The negative example: TATA", words.TATA, *_tata(results)]
    parts += ["## Splice sites", words.SPLICE, "## Non-TATA promoters", words.NOTATA]
    return "\n\n".join(part for part in parts if part) + "\n"


def _cost(results: Results) -> str:
    spent = results.facts["cpu_s"]
    total = sum(spent.values()) / 3600
    stages = ", ".join(f"{stage} {seconds / 60:.0f} min" for stage, seconds in spent.items())
    n = results.facts["resumed"]
    more = f" {n} steps were interrupted: what they had cost until then is not in it." if n else ""
    return f"From scratch it took {total:.1f} CPU hours ({stages}).{more}"


def _sets(results: Results) -> list[str]:
    rows = []
    for name, facts in results.facts["sets"].items():
        learnt = sum(facts["train"].values())
        tried = ", ".join(f"{label}: {n}" for label, n in facts["test"].items())
        motif = f" ({facts['motif']}, {facts['matrix']})" if "motif" in facts else ""
        sites = str(facts["sites"].get("truth", DASH))
        learnt_from = f"{learnt:,}" if learnt else "simulated"
        rows.append([TITLES[name], learnt_from, tried, TRUTHS[name] + motif, sites])
    return table(["set", "learnt from", "tried on, by label", "truth", "sites"], rows)


def _models(results: Results) -> list[str]:
    rows = []
    for name, facts in results.facts["models"].items():
        group, model = name.split("/")
        auroc = facts.get("auroc")
        between = f" ({number(auroc['low'])} to {number(auroc['high'])})" if auroc else ""
        rows.append(
            [
                *(TITLES[group], model.split(".")[0], model.split(".")[1]),
                *(f"{facts['parameters']:,}", f"{facts['steps']:,}"),
                number(auroc["value"]) + between if auroc else DASH,
                number(facts["mcc"]["value"]) if "mcc" in facts else DASH,
                "as shipped" if facts["cpu_s"] is None else f"{facts['cpu_s']:.0f}",
            ]
        )
    header = ["set", "model", "seed", "parameters", "steps", "AUROC, held out", "MCC", "CPU s"]
    return table(header, rows)


def _summary(results: Results) -> list[str]:
    """Return one line for each judged metric: how many maps are above all their controls."""
    out = []
    for shown in (each for metrics in SHOWN.values() for each in metrics if each.is_judged):
        lines = [line for line in lines_of(results, shown) if line.beats != DASH]
        bad = [f"{TITLES[w.key.set]}, {w.name}" for w in lines if w.beats != "yes"]
        if lines:
            but = f"; not: {'; '.join(bad)}" if bad else ""
            out.append(
                f"- **{shown.title}**: above all its controls, intervals apart, in "
                f"{len(lines) - len(bad)} of {len(lines)}{but}."
            )
    return out or ["- Nothing was measured."]


def _axis(results: Results, axis: Axis, images: dict[str, str]) -> list[str]:
    title, question = METRIC_AXES[axis]
    parts = [f"## {title}", f"{question} {words.NOTES[axis]}"]
    for shown in SHOWN[axis]:
        lines = lines_of(results, shown)
        if lines:
            parts += [f"### {shown.title}", f"`{shown.name}`: {shown.known.words}"]
            if shown.name in images:
                parts.append(f"![{shown.title} of every set and model]({images[shown.name]})")
            parts.append("\n".join(metric_table(lines, shown.is_judged)))
    return parts if len(parts) > 2 else [*parts, "Not measured."]


def _methods(results: Results) -> list[str]:
    """Return the tables that set methods beside each other."""
    parts = []
    for axis in ("localisation", "faithfulness"):
        for shown in SHOWN[axis]:
            rows = methods_table(results, shown)
            if rows:
                parts += [f"### {shown.title}, by method", "\n".join(rows)]
    return ["## Which method", words.METHODS, *parts] if parts else []


def _tata(results: Results) -> list[str]:
    """Return the table of relevance on TATA boxes, and of what place alone explains."""
    shown = Shown("mass_accuracy")
    lines = [line for line in lines_of(results, shown) if line.key.set == "tata"]
    rows = [_tata_row(results, line) for line in lines]
    header = ["model", "promoters", "chance", "same places, other class", "TATA of negatives"]
    return ["\n".join(table(header, rows))] if rows else []


def _tata_row(results: Results, line: Line) -> Sequence[str]:
    own = results.beside(line.key, truth="negatives", group="all")
    values = (line.figure.value, line.figure.blind)
    other = line.other_class.value if line.other_class else math.nan
    return [line.name, *map(number, (*values, other, own.value if own else math.nan))]

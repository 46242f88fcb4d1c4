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
from benchmarks.study.words import AXES, TITLES, TRUTHS, Axis, Metric

FIGURES = ("mass_accuracy", "abc")
"""Metrics that a figure is drawn of."""


def write(cache: Path, page: Path, images: Path) -> None:
    """Write the page, and its figures into `images`, which is a folder beside the page."""
    results = Results.read(cache)
    drawn = {}
    for name in FIGURES:
        metric = next(m for axis in AXES for m in axis.metrics if m.name == name)
        lines = lines_of(results, metric)
        if any(not math.isnan(line.figure.value) for line in lines):
            drawn[name] = f"study_{name}.svg"
            images.mkdir(parents=True, exist_ok=True)
            (images / drawn[name]).write_text(dots(metric.title, lines), encoding="utf-8")
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
    for axis in AXES:
        parts += _axis(results, axis, images)
    parts += _methods(results)
    parts += ["## The negative example: TATA", words.TATA, *_tata(results)]
    parts += ["## Non-TATA promoters", words.NOTATA]
    parts += _rest(results)
    return "\n\n".join(part for part in parts if part) + "\n"


def _cost(results: Results) -> str:
    spent = results.facts["cpu_s"]
    total = sum(spent.values()) / 3600
    stages = ", ".join(f"{stage} {seconds / 60:.0f} min" for stage, seconds in spent.items())
    return f"From scratch it took {total:.1f} CPU hours ({stages})."


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
    for axis in AXES:
        for metric in axis.metrics if axis.is_judged else ():
            lines = [line for line in lines_of(results, metric) if line.beats != DASH]
            good = [line for line in lines if line.beats == "yes"]
            if lines:
                bad = [f"{TITLES[w.key.set]}, {w.name}" for w in lines if w.beats != "yes"]
                but = f"; not: {'; '.join(bad)}" if bad else ""
                out.append(
                    f"- **{metric.title}**: above all its controls, intervals apart, in "
                    f"{len(good)} of {len(lines)}{but}."
                )
    return out or ["- Nothing was measured."]


def _axis(results: Results, axis: Axis, images: dict[str, str]) -> list[str]:
    parts = [f"## {axis.title}", axis.says]
    for metric in axis.metrics:
        lines = lines_of(results, metric)
        if lines:
            parts.append(f"### {metric.title[0].upper()}{metric.title[1:]}")
            parts.append(f"`{metric.name}`: {metric.says}.")
            if metric.name in images:
                parts.append(f"![{metric.title} of every set and model]({images[metric.name]})")
            parts.append("\n".join(metric_table(lines, axis.is_judged)))
    if len(parts) == 2:
        parts.append("Not measured.")
    return parts


def _methods(results: Results) -> list[str]:
    """Return the tables that set methods beside each other."""
    parts = []
    for axis in AXES:
        for metric in axis.metrics if axis.is_judged else ():
            rows = methods_table(results, metric) if axis.title != "Similarity" else []
            if rows:
                parts += [f"### {metric.title[0].upper()}{metric.title[1:]}, by method"]
                parts.append("\n".join(rows))
    return ["## Which method", *parts] if parts else []


def _tata(results: Results) -> list[str]:
    """Return the table of relevance on TATA boxes, and of what place alone explains."""
    metric = Metric("mass_accuracy", "mass accuracy", "", ("base",))
    lines = [line for line in lines_of(results, metric) if line.key.set == "tata"]
    rows = [_tata_row(results, line) for line in lines]
    header = ["model", "promoters", "chance", "same places, other class", "TATA of negatives"]
    return ["\n".join(table(header, rows))] if rows else []


def _tata_row(results: Results, line: Line) -> Sequence[str]:
    own = results.beside(line.key, truth="negatives", group="all")
    values = (line.figure.value, line.figure.blind)
    other = line.other_class.value if line.other_class else math.nan
    return [line.name, *map(number, (*values, other, own.value if own else math.nan))]


def _rest(results: Results) -> list[str]:
    """Name what the cache holds beside: nothing is left out in silence."""
    told = {metric.name for axis in AXES for metric in axis.metrics}
    rest = [name for name in results.metrics() if name not in told]
    if not rest:
        return []
    listed = ", ".join(f"`{name}`" for name in rest)
    return ["## What else was measured", f"In `benchmarks/study/results/results.tsv`: {listed}."]

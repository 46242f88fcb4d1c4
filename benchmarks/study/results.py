"""What evaluation found, as one small cache: ``results.tsv`` and ``facts.json``.

Everything that docs/study.md says is made of these two files.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.study.steps import Work
from benchmarks.study.words import names_shown
from gtrack.core.evaluation_rows import TRACK

EXPLANATIONS = ("attnlrp", "cplrp", "gradient", "ism")
"""How the names of methods begin that explain; any other is a control, but for the reference."""
REFERENCE = "flat_overlap"
PAIR = " ~ "
GROUPS = ("positive", "all")
"""Windows that the page is about: those called positive where there are any, else all."""
PLACE = ("set", "seed", "truth")
METRICS = (
    *("model", "target", "method", "metric", "level", "group"),
    *("value", "median", "ci_low", "ci_high", "n", "baseline", "reason"),
)


@dataclass(frozen=True)
class Key:
    """What a figure is of; `truth` names the places that localisation was measured on.

    The rest is as in :class:`gtrack.core.evaluation_rows.MetricRow`: a control is a `method`.
    """

    set: str
    seed: str
    truth: str
    model: str
    target: str
    method: str
    metric: str
    level: str
    group: str

    @property
    def is_control(self) -> bool:
        """Tell whether this is no explanation, but something that one should beat."""
        return not self.method.startswith((*EXPLANATIONS, REFERENCE))

    @property
    def is_explanation(self) -> bool:
        """Tell whether this is one map's figure: no control, and no pair of methods."""
        return self.method.startswith(EXPLANATIONS) and PAIR not in self.method


@dataclass(frozen=True)
class Figure:
    """A mean over windows, its median, its 95 % interval and the windows; NaN has a reason.

    `blind` is what a map that knows nothing gets.
    """

    value: float
    median: float
    low: float
    high: float
    n: int
    blind: float
    reason: str

    def is_above(self, other: Figure) -> bool:
        """Tell whether the whole interval lies above another's."""
        return self.low > other.high

    @property
    def is_above_blind(self) -> bool:
        """Tell whether the whole interval lies above what a map gets that knows nothing."""
        return self.low > self.blind


@dataclass(frozen=True)
class Results:
    """The cache: figures by what they are of, and the facts of sets and trainings."""

    figures: Mapping[Key, Figure]
    facts: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> Results:
        """Read the cache.

        Raises
        ------
        ValueError
            For a missing column, or a figure that is there twice.
        """
        path = folder / "results.tsv"
        found: dict[Key, Figure] = {}
        for line, row in enumerate(_rows(path, (*PLACE, *METRICS)), 2):
            key = Key(**{name: row[name] for name in Key.__dataclass_fields__})
            if key in found:
                raise ValueError(f"{path}:{line}: {key} is there twice")
            found[key] = Figure(
                value=_number(row["value"]),
                median=_number(row["median"]),
                low=_number(row["ci_low"]),
                high=_number(row["ci_high"]),
                n=int(row["n"]),
                blind=_number(row["baseline"]),
                reason="" if row["reason"] == "." else row["reason"],
            )
        return cls(found, json.loads((folder / "facts.json").read_text()))

    def of(self, metric: str, **asked: str) -> dict[Key, Figure]:
        """Return the figures of a metric where the parts of the key are as asked."""
        return {
            key: figure
            for key, figure in self.figures.items()
            if key.metric == metric and all(getattr(key, k) == v for k, v in asked.items())
        }

    def beside(self, key: Key, **other: str) -> Figure | None:
        """Return the figure whose key differs in these parts, if there is one."""
        return self.figures.get(replace(key, **other))


def _rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    with path.open(newline="") as handle:
        reader = csv.DictReader(handle, delimiter="\t")
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{path}: no column {', '.join(missing)}")
        yield from reader


def _number(text: str) -> float:
    return math.nan if text == "NA" else float(text)


def collect(work: Work, runs: Iterable[tuple[str, int]], folder: Path) -> int:
    """Write the cache from what the steps left; return how many evaluations there were.

    Of figures those that the page needs, as they are written. Facts: the sets, each model's
    training, CPU seconds.
    """
    runs, names_there = list(runs), names_shown()
    lines, count = ["\t".join((*PLACE, *METRICS))], 0
    for name, seed in runs:
        for path in sorted(work.at("evals", f"{name}.{seed}").glob("*/metrics.tsv")):
            count += 1
            place = [name, str(seed), path.parent.name]
            for row in _rows(path, METRICS):
                shown = row["metric"] in names_there and row["group"] in GROUPS
                # The track is of all windows, its explanation of the same windows as the others.
                if shown and row["method"] != TRACK and PAIR not in row["method"] + row["target"]:
                    lines.append("\t".join([*place, *(row[column] for column in METRICS)]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.tsv").write_text("\n".join(lines) + "\n")
    names = list(dict.fromkeys(name for name, _ in runs))
    facts = {
        "sets": {n: json.loads(work.at("sets", n, "set.json").read_text()) for n in names},
        "models": {
            path.parent.relative_to(work.at("models")).as_posix(): _training(path, work)
            for name, seed in runs
            for path in sorted(work.at("models", name).glob(f"*.{seed}/training.json"))
        },
        "cpu_s": _costs(work),
        "resumed": work.resumed(),
    }
    (folder / "facts.json").write_text(json.dumps(facts, indent=1) + "\n")
    return count


def _training(path: Path, work: Work) -> dict[str, Any]:
    """Return the steps of a training, and its scores on the examples that it held out."""
    record = json.loads(path.read_text())
    metrics = record["metrics"]
    scores = metrics.get("test") or metrics.get("test_csv") or {}
    step = "models/" + path.parent.relative_to(work.at("models")).as_posix()
    return {
        "parameters": record["parameters"],
        "steps": record["settings"]["steps"],
        "rows": scores.get("rows", 0),
        **{name: scores[name] for name in ("auroc", "mcc") if name in scores},
        "cpu_s": work.costs().get(step),
    }


def _costs(work: Work) -> dict[str, float]:
    """Return the CPU seconds of each stage."""
    totals: dict[str, float] = {}
    for step, seconds in work.costs().items():
        stage = step.split("/")[0]
        totals[stage] = round(totals.get(stage, 0.0) + seconds, 1)
    return totals

"""Figures as rows of Markdown: the same text for the same cache, whatever the machine."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.study.results import GROUPS, REFERENCE, Figure, Key, Results
from benchmarks.study.words import TITLES, Shown
from gtrack.core.evaluation_rows import BOUND

DASH = "\N{EN DASH}"
MAIN = "attnlrp"
BLIND = "knows nothing"
FIRST_TRUTHS = ("truth", "none")
OTHER_CLASS = "control"


def number(value: float) -> str:
    """Return three digits of what is below 10, one of the rest; a dash for no number."""
    if math.isnan(value):
        return DASH
    text = f"{value:.3f}" if abs(value) < 9.9995 else f"{value:.1f}"
    text = text.replace("-0.", "-.", 1) if text.startswith("-0.") else text
    text = text[1:] if text.startswith("0.") else text
    return {"-.000": ".000"}.get(text, text).replace("-", "\N{MINUS SIGN}")


def with_interval(figure: Figure) -> str:
    """Return mean and interval; the reason where there is no number."""
    if math.isnan(figure.value):
        return f"{DASH} ({figure.reason})" if figure.reason else DASH
    if math.isnan(figure.low):
        return number(figure.value)
    return f"{number(figure.value)} ({number(figure.low)} to {number(figure.high)})"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; a bar in a cell is kept a bar."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for row in rows:
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    return lines


@dataclass(frozen=True)
class Line:
    """One row: an explanation of one model and target on one set, and what it is compared with.

    Attributes
    ----------
    key : Key
        Of the first training seed.
    figure : Figure
        Its figure.
    controls : mapping of str to Figure
        Of the same windows: other methods that explain nothing.
    others : tuple of float
        The same figure of further training seeds.
    bound : float
        The best that can be had.
    reference : float
        Of the map that is flat on the tokens that touch a site.
    other_class : Figure or None
        The same places in the control class.
    """

    key: Key
    figure: Figure
    controls: Mapping[str, Figure]
    others: tuple[float, ...]
    bound: float
    reference: float
    other_class: Figure | None

    @property
    def name(self) -> str:
        """Return the model, and what sets its rows apart: tokens, and a target of several."""
        key = self.key
        parts = ["tokens"] * (key.level == "token") + [key.target] * (key.target not in ("1", ""))
        return ", ".join([key.model, *parts])

    @property
    def beats(self) -> str:
        """Tell whether the interval lies above chance and above those of all controls."""
        if math.isnan(self.figure.low):
            return DASH
        failed = [name for name, each in self.controls.items() if not self.figure.is_above(each)]
        if not math.isnan(self.figure.blind) and not self.figure.is_above_blind:
            failed.insert(0, BLIND)
        if self.other_class is not None and not self.figure.is_above(self.other_class):
            failed.append("other class")
        compared = self.controls or self.other_class or not math.isnan(self.figure.blind)
        return "no: " + ", ".join(failed) if failed else "yes" if compared else DASH


def lines_of(results: Results, metric: Shown, method: str = MAIN) -> list[Line]:
    """Return the rows of a metric in the order of sets, models, targets and levels."""
    found = {
        key: figure
        for key, figure in results.of(metric.name, method=method).items()
        if key.truth in FIRST_TRUTHS and key.level in metric.levels
    }
    seeds = {key.set: min((k.seed for k in found if k.set == key.set), key=int) for key in found}
    chosen = [key for key in found if key.seed == seeds[key.set] and _is_shown(key, found)]
    order = list(TITLES)
    chosen.sort(key=lambda k: (order.index(k.set), k.model, k.target, k.level))
    return [_line(results, key, found) for key in chosen]


def _is_shown(key: Key, found: Mapping[Key, Figure]) -> bool:
    """Tell whether this is the group that a table shows: the first that has a number."""
    numbers = [g for g in GROUPS if not _is_missing(found.get(replace(key, group=g)))]
    there = [g for g in GROUPS if replace(key, group=g) in found]
    return key.group == (numbers or there or [key.group])[0]


def _is_missing(figure: Figure | None) -> bool:
    return figure is None or math.isnan(figure.value)


def _line(results: Results, key: Key, found: Mapping[Key, Figure]) -> Line:
    same = {
        **{name: getattr(key, name) for name in ("set", "seed", "truth", "model", "target")},
        **{name: getattr(key, name) for name in ("level", "group")},
    }
    controls = {
        k.method.replace("_", " "): figure
        for k, figure in sorted(results.of(key.metric, **same).items(), key=lambda i: i[0].method)
        if k.is_control and not math.isnan(figure.value)
    }
    others = tuple(
        figure.value
        for k, figure in sorted(found.items(), key=lambda item: int(item[0].seed))
        if replace(k, seed=key.seed) == key and k != key
    )
    bound = results.beside(key, metric=key.metric + BOUND)
    other = results.beside(key, truth=OTHER_CLASS, group="all")
    flat = results.beside(key, method=REFERENCE)
    return Line(
        key=key,
        figure=found[key],
        controls=controls,
        others=others,
        bound=bound.value if bound else math.nan,
        reference=flat.value if flat else math.nan,
        other_class=None if _is_missing(other) else other,
    )


def metric_table(lines: Sequence[Line], is_judged: bool) -> list[str]:
    """Return the table of a metric; columns that no row fills are left out.

    Without `is_judged` more is not better, and no row says whether it is above its controls.
    """
    names = list(dict.fromkeys(name for line in lines for name in line.controls))
    columns = {
        "set": [TITLES[line.key.set] for line in lines],
        "model": [line.name for line in lines],
        "windows": [f"{line.figure.n} {line.key.group}" for line in lines],
        MAIN: [with_interval(line.figure) for line in lines],
        "further seeds": [" ".join(map(number, line.others)) for line in lines],
        BLIND: _blind(lines, names),
        **{
            name: [with_interval(c) if (c := line.controls.get(name)) else DASH for line in lines]
            for name in names
        },
        "flat overlap": [number(line.reference) for line in lines],
        "other class": [
            with_interval(line.other_class) if line.other_class else DASH for line in lines
        ],
        "bound": [number(line.bound) for line in lines],
        "above all of these": [line.beats if is_judged else DASH for line in lines],
    }
    kept = {name: cells for name, cells in columns.items() if set(cells) - {DASH, ""}}
    return table(list(kept), zip(*kept.values(), strict=True))


def _blind(lines: Sequence[Line], names: Sequence[str]) -> list[str]:
    """Return the cells of what a blind map gets; nothing where a control's column says the same."""
    for name in names:
        told = [line for line in lines if not math.isnan(line.figure.blind)]
        controls = [line.controls.get(name) for line in told]
        if all(c and c.value == line.figure.blind for c, line in zip(controls, told, strict=True)):
            return [DASH] * len(lines)
    return [number(line.figure.blind) for line in lines]


def methods_table(results: Results, metric: Shown) -> list[str]:
    """Return the table of a metric with a column for each method that explains."""
    lines = lines_of(results, metric)
    shown = {k.method for k in results.of(metric.name) if k.is_explanation}
    methods = sorted(shown, key=lambda name: (name != MAIN, name))
    rows = [
        [
            *(TITLES[line.key.set], line.name),
            *(
                with_interval(figure) if (figure := results.beside(line.key, method=m)) else DASH
                for m in methods
            ),
        ]
        for line in lines
        if not math.isnan(line.figure.value)
    ]
    return table(["set", "model", *methods], rows) if len(methods) > 1 and rows else []

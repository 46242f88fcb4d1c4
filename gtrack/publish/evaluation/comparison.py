"""The five axes side by side: a line per explanation, then what chance gives and the bound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from gtrack.core.evaluation_rows import BOUND, MetricRow, parts_of
from gtrack.core.metrics import LESS, MORE
from gtrack.publish.evaluation.content import Evaluation
from gtrack.publish.evaluation.definitions import AXES, HEADLINES, definition
from gtrack.publish.evaluation.reading import (
    NO_VALUE,
    apart,
    beats_chance,
    interval,
    number,
    ranked,
    span_of,
)
from gtrack.publish.markup import Markup, element, join, shortened, void

Column = tuple[str, str]
"""A metric and its level."""

_LEVELS = ("base", "token", "window")
_BOTH_LEVELS = ("pearson",)
_LONGEST = 60  # characters of a name
_GROUPS = {
    "positive": "Windows that the model calls positive",
    "all": "All windows",
    "negative": "Windows that the model calls negative",
    "correct": "Windows that the model calls rightly",
}


def comparison(evaluation: Evaluation) -> Markup:
    """Return a table per group of windows; all but the first are folded."""
    tables: list[tuple[str, Markup]] = []
    for group, words in _GROUPS.items():
        rows = [row for row in evaluation.rows if row.group == group]
        columns = _columns(rows)
        if columns:
            tables.append((words, _table(rows, columns, words, evaluation.controls)))
    if not tables:
        return element("p", "No metric has a value; the reasons stand below.")
    (_, first), *others = tables
    folded = (element("details", element("summary", words), table) for words, table in others)
    return join(first, *folded)


def _columns(rows: Sequence[MetricRow]) -> list[Column]:
    """Return the headline metrics that have a value, at the first level that has one."""
    known = {(row.metric, row.level) for row in rows if row.defined}
    columns: list[Column] = []
    for metrics in HEADLINES.values():
        for metric in metrics:
            levels = [level for level in _LEVELS if (metric, level) in known]
            most = len(levels) if metric in _BOTH_LEVELS else 1
            columns += [(metric, level) for level in levels[:most]]
    kinds = {metric for metric, _ in columns}
    return [each for each in columns if each[0] != "entropy" or "relative_entropy" not in kinds]


def _table(
    rows: Sequence[MetricRow], columns: Sequence[Column], words: str, controls: Sequence[str]
) -> Markup:
    said = (
        f"{words}. Mean [95 % interval over regions]. Bold: better than every other explanation of "
        "the model, intervals apart. °: not beyond chance, window by window. "
        "↑: more is better; sparsity and complexity describe a map and are no merit."
    )
    shown = {metric for metric, _ in columns}
    shown |= {f"{metric}{BOUND}" for metric in shown}
    # How alike two methods are on one model stands in the tables below.
    own = [row for row in rows if row.metric in shown and len(parts_of(row.method)) == 1]
    groups = dict.fromkeys((row.model, row.target) for row in own)
    bodies = (
        _body([row for row in own if (row.model, row.target) == key], columns, controls)
        for key in groups
    )
    table = element("table", element("caption", said), _head(columns), *bodies, class_="axes")
    return element("div", table, class_="scroll", tabindex=0, role="region", aria_label=words)


def _head(columns: Sequence[Column]) -> Markup:
    axes = [definition(metric).axis for metric, _ in columns]
    upper = (
        element("th", AXES[axis][0], scope="colgroup", colspan=axes.count(axis), class_="axis")
        for axis in dict.fromkeys(axes)
    )
    lower = (
        element(
            "th",
            join(definition(metric).title, _arrow(metric), void("br"), element("small", level)),
            scope="col",
            class_="number",
        )
        for metric, level in columns
    )
    empty = element("th", "model", scope="col", rowspan=2)
    method = element("th", "explanation", scope="col", rowspan=2)
    return element("thead", element("tr", empty, method, *upper), element("tr", *lower))


def _arrow(metric: str) -> Markup:
    arrows = {MORE: "&#160;↑", LESS: "&#160;↓"}
    return Markup(arrows.get(definition(metric).better, ""))


def _body(rows: Sequence[MetricRow], columns: Sequence[Column], controls: Sequence[str]) -> Markup:
    """Return the lines of one model or pair."""
    found = dict.fromkeys(row.method for row in rows if not row.metric.endswith(BOUND))
    methods = sorted(found, key=lambda method: method in controls)
    best = _clearly_best(rows, columns, controls)
    lines: list[tuple[str, list[Markup], str]] = []
    for method in methods:
        cells = [_cell(_find(rows, method, column), best) for column in columns]
        lines.append((method, cells, "control" if method in controls else ""))
    lines += _guides(rows, columns)
    name = join(shortened(rows[0].model, _LONGEST), *_target(rows[0].target))
    first = element("th", name, scope="rowgroup", rowspan=len(lines))
    drawn = (
        element(
            "tr",
            *([first] if at == 0 else []),
            element("th", shortened(words, _LONGEST), scope="row"),
            *cells,
            **({"class_": kind} if kind else {}),
        )
        for at, (words, cells, kind) in enumerate(lines)
    )
    return element("tbody", *drawn)


def _target(target: str) -> list[Markup]:
    if not target:
        return []
    return [void("br"), element("small", shortened(target, _LONGEST))]


def _guides(
    rows: Sequence[MetricRow], columns: Sequence[Column]
) -> list[tuple[str, list[Markup], str]]:
    """Return the lines of windows, of chance and of the best possible, where there is any."""
    counts, chance, bound = [], [], []
    for metric, level in columns:
        own = [row for row in rows if row.level == level]
        counts.append(_counts(row.n for row in own if row.metric == metric and row.defined))
        chance.append(span_of(row.baseline for row in own if row.metric == metric))
        bound.append(span_of(row.value for row in own if row.metric == f"{metric}{BOUND}"))
    return [
        (words, [element("td", cell.strip(NO_VALUE), class_="number") for cell in cells], "guide")
        for words, cells in (("windows", counts), ("chance", chance), ("best possible", bound))
        if any(cell != NO_VALUE for cell in cells)
    ]


def _counts(numbers: Iterable[int]) -> str:
    known = sorted({*numbers})
    return (
        " to ".join(f"{n:,}" for n in dict.fromkeys((known[0], known[-1]))) if known else NO_VALUE
    )


def _find(rows: Sequence[MetricRow], method: str, column: Column) -> MetricRow | None:
    return next((r for r in rows if r.method == method and (r.metric, r.level) == column), None)


def _clearly_best(
    rows: Sequence[MetricRow], columns: Sequence[Column], controls: Sequence[str]
) -> set[MetricRow]:
    """Return per column the row that is better than all others, intervals apart."""
    found = set()
    for column in columns:
        own = [r for r in rows if (r.metric, r.level) == column and r.method not in controls]
        order = ranked(own)
        if len(order) > 1 and definition(column[0]).better in (MORE, LESS):
            if all(apart(order[0], other) for other in order[1:]):
                found.add(order[0])
    return found


def _cell(row: MetricRow | None, best: set[MetricRow]) -> Markup:
    if row is None:
        return element("td", "", class_="number")
    if math.isnan(row.value):
        return element("td", NO_VALUE, class_="number")
    mark = "°" if beats_chance(row) is False else ""
    value = element("strong" if row in best else "span", f"{number(row.value)}{mark}")
    lines = [void("br"), element("small", interval(row))] if interval(row) else []
    return element("td", value, *lines, class_="number")

"""What ``gtrack evaluate`` prints at the end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from gtrack.core.metrics import METRICS
from gtrack.core.printable import shown

if TYPE_CHECKING:
    from gtrack.core.evaluation_rows import MetricRow
    from gtrack.workflows.evaluate import EvaluateSummary

_SHOWN = (
    *(("pearson", "base"), ("gini", "base"), ("relative_entropy", "base")),
    *(("ism_pearson", "base"), ("mask_pearson", "token"), ("abc", "window")),
    ("mass_accuracy", "base"),
)
"""A metric of each axis, and at which level."""


def print_evaluation(summary: EvaluateSummary) -> None:
    """Print a metric of each axis for every explanation, and where the rest is, to stderr."""
    console = Console(stderr=True, highlight=False)
    rows = {
        (row.model, row.target, row.method, row.metric, row.level): row
        for row in summary.rows
        if row.group == "all" and row.defined
    }
    columns = [one for one in _SHOWN if any(key[3:] == one for key in rows)]
    table = Table(
        *(Column("model", overflow="fold"), Column("explanation", overflow="fold")),
        *(Column(METRICS[metric].title, justify="right") for metric, _ in columns),
        box=None,
    )
    for subject in dict.fromkeys(key[:3] for key in rows):
        cells = [rows.get((*subject, *column)) for column in columns]
        if any(cells) and "~" not in subject[2]:
            table.add_row(shown(subject[0]), shown(subject[2]), *map(_cell, cells))
    console.print(table)
    console.print(
        "means over all windows, with 95 % intervals; which explanation to trust for what stands "
        "on the page",
        soft_wrap=True,
        markup=False,
    )
    for name in ("metrics.tsv", "per_region.tsv", "evaluation.html"):
        console.print(str(summary.out / name), soft_wrap=True, markup=False)


def _cell(row: MetricRow | None) -> str:
    if row is None:
        return "-"
    if math.isnan(row.ci_low):
        return f"{row.value:.2g}"
    return f"{row.value:.2g}\n{row.ci_low:.2g}..{row.ci_high:.2g}"

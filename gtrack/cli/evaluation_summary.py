"""What ``gtrack evaluate`` prints at the end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from gtrack.core.printable import shown

if TYPE_CHECKING:
    from gtrack.core.evaluation_rows import MetricRow
    from gtrack.workflows.evaluate import EvaluateSummary

_SHOWN = ("pearson", "gini", "mask_pearson", "ism_pearson", "abc", "mass_accuracy")


def print_evaluation(summary: EvaluateSummary) -> None:
    """Print the headline metrics, and where the rest is, to stderr."""
    console = Console(stderr=True, highlight=False)
    table = Table(
        Column("model", overflow="fold"),
        Column("explanation", overflow="fold"),
        *("metric", "level"),
        *(Column(name, justify="right") for name in ("mean", "95 % interval", "chance", "n")),
        box=None,
    )
    for row in summary.rows:
        if row.group == "all" and row.metric in _SHOWN and row.defined:
            table.add_row(
                *(shown(row.model), shown(row.method), row.metric, row.level),
                *(f"{row.value:.3g}", _interval(row), _chance(row), f"{row.n:,}"),
            )
    console.print(table)
    console.print(
        f"{summary.out / 'evaluation.html'}: {len(summary.rows):,} numbers of "
        f"{summary.regions:,} regions ({summary.sampled:,} drawn for what needs the models); "
        "metrics.tsv and per_region.tsv hold them all",
        soft_wrap=True,
        markup=False,
    )


def _interval(row: MetricRow) -> str:
    return "-" if math.isnan(row.ci_low) else f"{row.ci_low:.3g} to {row.ci_high:.3g}"


def _chance(row: MetricRow) -> str:
    return "-" if math.isnan(row.baseline) else f"{row.baseline:.3g}"

"""What ``gtrack evaluate`` prints at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Column, Table

from gtrack.cli.terminal import printable_console
from gtrack.core.printable import shown

if TYPE_CHECKING:
    from gtrack.core.evaluation_rows import MetricRow
    from gtrack.workflows.evaluate import EvaluateSummary

_SHOWN = {
    ("pearson", "base"): "alike",
    ("gini", "base"): "Gini",
    ("relative_entropy", "base"): "entropy",
    ("mask_pearson", "token"): "[MASK]",
    ("ism_pearson", "base"): "ISM",
    ("abc", "window"): "ABC",
    ("mass_accuracy", "base"): "on truth",
}
"""A metric of each axis, at which level, and how its column is called."""


def print_evaluation(summary: EvaluateSummary) -> None:
    """Print a metric of each axis for every explanation, and where the rest is, to stderr."""
    console = printable_console()
    rows = {
        (row.model, row.target, row.method, row.metric, row.level): row
        for row in summary.rows
        if row.group == "all" and row.defined
    }
    columns = [one for one in _SHOWN if any(key[3:] == one for key in rows)]
    several = len({key[:2] for key in rows}) > len({key[0] for key in rows})
    table = Table(
        Column("model", overflow="fold", min_width=10),
        *([Column("target", overflow="fold")] if several else []),
        Column("explanation", no_wrap=True),
        *(Column(_SHOWN[column], justify="right", no_wrap=True) for column in columns),
        box=None,
    )
    models = list(dict.fromkeys(row.model for row in summary.rows))
    targets = list(dict.fromkeys((row.model, row.target) for row in summary.rows))
    subjects = dict.fromkeys(key[:3] for key in rows)
    for subject in sorted(subjects, key=lambda s: (models.index(s[0]), targets.index(s[:2]))):
        cells = [rows.get((*subject, *column)) for column in columns]
        if any(cells) and "~" not in subject[2]:
            words = subject if several else (subject[0], subject[2])
            table.add_row(*map(shown, words), *map(_cell, cells))
    console.print(table)
    console.print(
        f"Means; track: of {summary.regions:,} regions, the others of {summary.sampled:,} drawn. "
        "alike: correlation of two models' maps; entropy: of its maximum; "
        "[MASK], ISM: correlation with leaving out, and with mutating; ABC: area between "
        "perturbation curves; on truth: mass accuracy. Intervals, chance and what to trust for "
        "what stand on the page:",
        soft_wrap=True,
        markup=False,
    )
    enriched = ("enrichment.tsv",) if (summary.out / "enrichment.tsv").exists() else ()
    for name in ("metrics.tsv", "per_region.tsv", *enriched, "evaluation.html"):
        console.print(str(summary.out / name), soft_wrap=True, markup=False)


def _cell(row: MetricRow | None) -> str:
    return "-" if row is None else f"{row.value:.2f}" if abs(row.value) < 10 else f"{row.value:.1f}"

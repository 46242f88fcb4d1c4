"""The end of a scan, for a person: every region accounted for, and where the results are."""

from __future__ import annotations

from math import isfinite

from rich.console import Console
from rich.table import Table

from gtrack.workflows.merge import ScanSummary


def print_summary(summary: ScanSummary) -> None:
    """Print the account of a scan to stderr."""
    console = Console(stderr=True, highlight=False)
    dropped = f", {summary.duplicates:,} of them exact duplicates" if summary.duplicates else ""
    console.print(
        f"\n{summary.given:,} regions given{dropped}; {summary.scanned:,} scanned, 0 refused",
        soft_wrap=True,
    )
    if summary.without_bases:
        console.print(
            f"{summary.without_bases:,} of them hold no A, C, G or T and have no value in a track",
            soft_wrap=True,
        )
    table = Table("model", "windows", "bases with a value", "strand agreement", box=None)
    for model in summary.models:
        agreement = "-"
        if isfinite(model.strand_correlation):
            agreement = f"r = {model.strand_correlation:.2f}"
        bases, windows = f"{model.bases:,}", f"{model.windows:,}"
        table.add_row(model.name, windows, bases, agreement)
    console.print(table)
    for model in summary.models:
        if model.owned_elsewhere:
            console.print(
                f"{model.name}: {model.owned_elsewhere:,} regions have some of their values from "
                "windows of neighbouring regions, whose centres are nearer",
                soft_wrap=True,
            )
        if model.windows_dropped:
            console.print(
                f"{model.name}: {model.windows_dropped:,} windows owned no base and were not "
                "explained",
                soft_wrap=True,
            )
        if model.strand_correlation < 0.5:
            hint = "it was trained so" if model.strand_from == "training" else "consider --strand"
            console.print(
                f"[yellow]warning:[/] {model.name} scores the two strands differently "
                f"(r = {model.strand_correlation:.2f}); {hint}",
                soft_wrap=True,
            )
    for track in summary.tracks:
        console.print(f"{summary.out / track.url}", soft_wrap=True, markup=False)

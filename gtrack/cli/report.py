"""``gtrack report``."""

from __future__ import annotations

from pathlib import Path

import click

from gtrack.cli.options import FASTA, FILE
from gtrack.cli.terminal import echo


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@click.option(
    "--loci",
    type=click.IntRange(1, 500),
    default=30,
    show_default=True,
    metavar="N",
    help="At most so many places.",
)
@click.option(
    "--span",
    type=click.IntRange(20, 1000),
    default=140,
    show_default=True,
    metavar="BP",
    help="Bases shown of a place; up to twice as many where hits lie close.",
)
@click.option("--out", type=FILE, metavar="FILE", help="The page. [default: DIR/report.html]")
@FASTA
def report(folder: Path, loci: int, span: int, out: Path | None, fasta: Path | None) -> None:
    """Write one HTML file with the top places of a finished scan: to mail, print or keep.

    Each place is drawn as letters, with all models, motif hits and annotations; tables say what was
    run. The page needs no network and holds no script. Places are those of the best hits and, where
    those run out, of the most relevance.

    \b
    Example:
      gtrack report out/first --loci 20
    """
    from gtrack.cli.progress import Bars
    from gtrack.workflows.report import ReportJob, make_report

    with Bars() as bars:
        done = make_report(ReportJob(folder, loci, span, out, fasta), bars.tell)
    echo(
        f"{done.path}: {done.loci:,} place{'s' * (done.loci != 1)} with {done.hits:,} motif "
        f"hit{'s' * (done.hits != 1)}, "
        f"{done.size / 1e6:.2f} MB; open it in a browser, or mail it",
        err=True,
    )

"""``gtrack figure``."""

from __future__ import annotations

from pathlib import Path

import click

from gtrack.cli.options import FASTA, FILE
from gtrack.cli.terminal import echo
from gtrack.core.printable import few


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@click.option(
    "--locus",
    "loci",
    required=True,
    multiple=True,
    metavar="PLACE",
    help="What to show: CHROM:START-END (from 1), a gene or another feature of an annotation, a "
    "region, or a hit as MOTIF@CHROM:START. Several: several panels.",
)
@click.option(
    "--out",
    "-o",
    required=True,
    type=FILE,
    metavar="FILE",
    help="The figure; its name ends with .svg, .pdf or .png (300 dots per inch).",
)
@click.option(
    "--models",
    multiple=True,
    metavar="NAME[:LABEL]",
    help="Show these models, in this order; several with commas, or again. [default: all]",
)
@click.option(
    "--annotation",
    "annotations",
    multiple=True,
    metavar="NAME",
    help="Show this annotation; again for more, or none. [default: all]",
)
@click.option(
    "--width-mm",
    type=float,
    default=180.0,
    show_default=True,
    metavar="MM",
    help="Width of the figure; a journal's column has 85 to 90.",
)
@click.option(
    "--columns",
    type=click.IntRange(1, 6),
    metavar="N",
    help="Panels side by side. [default: 1, of several places 2]",
)
@click.option(
    "--scale",
    default="own",
    show_default=True,
    metavar="own|shared|p99|NUMBER",
    help="Half of a track's height: per model the largest value shown (at least its 99th "
    "percentile); one for all models; the percentile; or a number.",
)
@FASTA
def figure(
    folder: Path,
    loci: tuple[str, ...],
    out: Path,
    models: tuple[str, ...],
    annotations: tuple[str, ...],
    width_mm: float,
    columns: int | None,
    scale: str,
    fasta: Path | None,
) -> None:
    """Draw places of a finished scan for a paper: letters, motif hits with logos, genes.

    Letters are vectors, text stays text in Illustrator and Inkscape, and fonts are embedded in a
    PDF. Where bases are too narrow for letters, bars reach to the largest and the smallest value.
    Needs matplotlib: pip install 'gtrack[evaluate]'.

    \b
    Example:
      gtrack figure out/first --locus chr1:140209-140348 -o figure.svg
    """
    from gtrack.workflows.figure import FigureJob, write_figure

    job = FigureJob(folder, loci, models, annotations, width_mm, columns, scale, fasta)
    done = write_figure(job, out)
    echo(
        f"{done.path}: {few(done.loci, 4)} with {done.hits:,} motif hits, {width_mm:g} mm wide, "
        f"{done.size / 1e3:,.0f} kB",
        err=True,
    )
    if done.empty:
        echo(
            f"no model has a value at {few(done.empty, 4)}: not in the regions that were scanned, "
            f"or N; {folder / 'regions.bed'} lists the regions",
            err=True,
        )

"""``gtrack export``."""

from __future__ import annotations

from pathlib import Path

import click

from gtrack.cli.options import FILE
from gtrack.core.printable import shown

_NEXT = {
    "finemo": "finemo call-hits -r {0} -m MODISCO.h5 -o HITS",
    "modisco": "modisco motifs -s {0} -a {1} -w {width} -n 2000 -o MODISCO.h5",
}


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@click.argument("target", metavar="[OUT]", type=FILE, required=False)
@click.option(
    "--to",
    required=True,
    type=click.Choice(list(_NEXT)),
    help="Whose input files to write: Fi-NeMo's or TF-MoDISco's.",
)
@click.option("--model", "models", multiple=True, metavar="NAME", help="[default: all]")
@click.option(
    "--width",
    type=click.IntRange(min=1),
    metavar="BP",
    help="Length of every window. [default: the model's window]",
)
@click.option("--fasta", type=FILE, help="The genome. [default: where the scan read it]")
@click.option("--overwrite", is_flag=True, help="Replace files that are there.")
def export(
    folder: Path,
    target: Path | None,
    to: str,
    models: tuple[str, ...],
    width: int | None,
    fasta: Path | None,
    overwrite: bool,
) -> None:
    """Write a finished scan as the input files of Fi-NeMo or TF-MoDISco, into OUT or DIR/export.

    Every region becomes one window of the same width, centred on its summit or its middle, with its
    sequence and its relevance; relevance is 0 where the track has no value. Both packages also take
    scores of the bases that do not stand in the genome: those are 0. No model is needed.

    \b
    Example:
      gtrack export out/first --to modisco
    """
    from gtrack.workflows.export import export as workflow

    for done in workflow(
        folder, to, target, models=models, width=width, fasta=fasta, overwrite=overwrite
    ):
        bases, title = done.regions * done.width, shown(done.target.title)
        click.echo(
            f"{title}: {done.regions:,} regions x {done.width} bp; "
            f"{done.bases_without_value:,} of {bases:,} bases have no value and stand as 0"
            f" ({done.bases_beyond:,} beyond a chromosome)",
            err=True,
        )
        if done.regions_cut:
            click.echo(
                f"{title}: {done.regions_cut:,} regions are longer than "
                f"{done.width} bp; their middle is kept (--width takes more)",
                err=True,
            )
        click.echo(f"next: {_NEXT[to].format(*done.files, width=done.width)}", err=True)

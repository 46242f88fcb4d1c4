"""``gtrack export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtrack.cli.options import FASTA, FILE
from gtrack.cli.terminal import command_line, echo
from gtrack.core.printable import shown

if TYPE_CHECKING:
    from gtrack.workflows.export import Export


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@click.argument("target", metavar="[OUT]", type=FILE, required=False)
@click.option(
    "--to",
    required=True,
    type=click.Choice(["finemo", "modisco"]),
    help="Whose input files to write: Fi-NeMo's or TF-MoDISco's.",
)
@click.option("--model", "models", multiple=True, metavar="NAME", help="[default: all]")
@click.option(
    "--width",
    type=click.IntRange(min=1),
    metavar="BP",
    help="Length of every window. [default: the model's window]",
)
@FASTA
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
    scores of the bases that do not stand in the genome: those are 0. No model is needed. What to
    type next is printed; Fi-NeMo reads the motifs that TF-MoDISco finds.

    \b
    Example:
      gtrack export out/first --to modisco
    """
    from gtrack.workflows.export import export as workflow

    for done in workflow(
        folder, to, target, models=models, width=width, fasta=fasta, overwrite=overwrite
    ):
        bases, title = done.regions * done.width, shown(done.target.title)
        echo(
            f"{title}: {done.regions:,} regions x {done.width} bp; "
            f"{done.bases_without_value:,} of {bases:,} bases have no value and stand as 0"
            f" ({done.bases_beyond:,} beyond a chromosome)",
            err=True,
        )
        if done.regions_cut:
            echo(
                f"{title}: {done.regions_cut:,} regions are longer than "
                f"{done.width} bp; their summit or middle is kept (--width takes more)",
                err=True,
            )
        if to == "modisco" and done.width % 2:
            echo(
                f"{title}: modisco-lite takes even windows only; -w {done.width - 1} leaves the "
                "last base of each out",
                err=True,
            )
        command = command_line(_next(to, done))
        echo(f"next: {command}", err=True)


def _next(to: str, done: Export) -> list[str]:
    """Return the command that reads the files; what it writes goes beside them."""
    beside = str(done.files[0].parent / done.target.stem)
    motifs = f"{beside}.modisco.h5"
    if to == "finemo":
        files = ["-r", str(done.files[0]), "-m", motifs]
        return ["finemo", "call-hits", *files, "-o", f"{beside}.finemo"]
    # It cuts 2 * (w // 2) bases and refuses when w is more. The first of them is the window's
    # first at w = width - width % 2, so coordinates stay right.
    window = str(done.width - done.width % 2)
    files = ["-s", str(done.files[0]), "-a", str(done.files[1])]
    return ["modisco", "motifs", *files, "-w", window, "-n", "2000", "-o", motifs]

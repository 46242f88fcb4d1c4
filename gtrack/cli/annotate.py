"""``gtrack annotate``."""

from __future__ import annotations

from pathlib import Path

import click

from gtrack.cli.options import FILE, pairs
from gtrack.cli.terminal import echo


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@click.argument("annotations", metavar="[NAME=FILE]...", nargs=-1)
@click.option(
    "--remove", multiple=True, metavar="NAME", help="Take this annotation away. Repeat for more."
)
def annotate(folder: Path, annotations: tuple[str, ...], remove: tuple[str, ...]) -> None:
    """Show more beside the tracks of a finished scan: genes, peaks, signals.

    FILE is BED, narrowPeak, broadPeak, GTF or GFF3 (plain, gz, with tabix index), bigBed, or a
    bigWig, whose values are drawn as bars. It is copied into the folder. What is there stays; a
    NAME that is there is replaced.

    \b
    Example:
      gtrack annotate out/first genes=example_data/genes.bed
    """
    from gtrack.cli.summary import print_annotations, print_older
    from gtrack.workflows.annotate import AnnotateJob, older
    from gtrack.workflows.annotate import annotate as workflow

    given = pairs("", annotations, "NAME=FILE")
    done = workflow(AnnotateJob(folder, tuple((name, Path(file)) for name, file in given), remove))
    print_annotations(done.added)
    for track in done.removed:
        echo(f"{track.name}: {track.path} is removed", err=True)
    names = ", ".join(track.name for track in done.tracks) or "none"
    echo(f"{folder}: annotations: {names}", err=True)
    print_older(older(folder))

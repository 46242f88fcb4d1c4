"""``gtrack passport``."""

from __future__ import annotations

from pathlib import Path

import click

from gtrack.cli.options import FASTA, FILE, MODELS_NOW, ONE_DEVICE, WORKERS, models_now


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@MODELS_NOW
@click.option(
    "--windows",
    type=click.IntRange(10, 100_000),
    default=40,
    show_default=True,
    metavar="N",
    help="Windows on which maps are held to the model; 2.5 times as many are shuffled.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Of the windows, bases and shuffles.",
)
@ONE_DEVICE
@FASTA
@WORKERS
def passport(
    folder: Path,
    models: tuple[str, ...],
    windows: int,
    seed: int,
    device: str,
    fasta: Path | None,
    workers: int | None,
) -> None:
    """Say whether to believe the maps of a finished scan, in words, for each model and target.

    Two questions: does the model see something in the regions (against their own shuffles, and
    strand against strand), and does the map describe the model (against masked tokens or changed
    bases, with the rules held to a twin in float64). Writes DIR/trust.json with all values and
    thresholds; manifest, viewer, hub and report show the verdict.

    \b
    Example:
      gtrack passport out/first
    """
    from gtrack.cli.passport_summary import print_passports
    from gtrack.cli.progress import Bars
    from gtrack.cli.summary import print_older
    from gtrack.workflows.annotate import older
    from gtrack.workflows.passport import PassportJob, make_passports

    job = PassportJob(folder, models_now(models), windows, seed, device, fasta, workers)
    with Bars() as bars:
        done = make_passports(job, bars.tell)
    print_passports(done)
    print_older(older(folder), "verdicts")

"""``gtrack workflow``."""

from __future__ import annotations

from pathlib import Path

import click

import gtrack
from gtrack.cli.terminal import echo

_FOLDER = Path(gtrack.__file__).parent / "engines" / "snakemake"


@click.command()
@click.option(
    "--profile",
    type=click.Choice(["slurm", "kubernetes"]),
    help="Say where the example of this profile is, to be copied and changed.",
)
def workflow(profile: str | None) -> None:
    """Print the path of the Snakemake workflow, for a profile of your own.

    \b
    Example:
      snakemake -s "$(gtrack workflow)" --config plan=out/big --jobs 50 \\
                --workflow-profile "$(gtrack workflow --profile slurm)"
    """
    echo(_FOLDER / "Snakefile" if profile is None else _FOLDER / "profiles" / profile)

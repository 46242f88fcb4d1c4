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
    """Print the path of the Snakemake workflow, for those who drive Snakemake themselves.

    snakemake -s "$(gtrack workflow)" --config plan=DIR goes on with a plan; the file says what else
    it takes. `gtrack scan --engine snakemake` needs none of this.

    \b
    Example:
      gtrack workflow
      gtrack workflow --profile slurm
    """
    echo(_FOLDER / "Snakefile" if profile is None else _FOLDER / "profiles" / profile)

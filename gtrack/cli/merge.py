"""``gtrack merge``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gtrack.cli.beside_options import beside_options, wanted_beside
from gtrack.cli.options import FILE
from gtrack.cli.terminal import echo
from gtrack.core.printable import pasted


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@beside_options
def merge(folder: Path, **given: Any) -> None:
    """Merge the finished shards of a planned scan into tracks.

    Of a scan that is finished, --score-track and --ensemble add what is wanted beside its tracks;
    no model is needed.

    \b
    Example:
      gtrack merge out/planned
    """
    from gtrack.cli.stage_summary import print_spent
    from gtrack.cli.summary import print_summary
    from gtrack.workflows.merge import merge as workflow

    summary = workflow(folder, wanted_beside(given))
    if summary is None:
        echo(f"{folder} is merged already; nothing to do", err=True)
    else:
        print_summary(summary)
        print_spent(summary.spent)
        echo(f"look at it: gtrack view {pasted(folder)}", err=True)

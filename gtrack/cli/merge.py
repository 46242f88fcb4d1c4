"""``gtrack merge``."""

from __future__ import annotations

from pathlib import Path

import click

from gtrack.cli.options import FILE
from gtrack.cli.terminal import echo


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
def merge(folder: Path) -> None:
    """Merge the finished shards of a planned scan into tracks.

    \b
    Example:
      gtrack merge out/planned
    """
    from gtrack.cli.summary import print_summary
    from gtrack.workflows.merge import merge as workflow

    summary = workflow(folder)
    if summary is None:
        echo(f"{folder} is merged already; nothing to do", err=True)
    else:
        print_summary(summary)

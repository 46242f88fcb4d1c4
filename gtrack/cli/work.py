"""``gtrack work``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtrack.cli.options import FILE
from gtrack.cli.reading_options import DEVICE
from gtrack.cli.terminal import echo
from gtrack.core.printable import pasted

if TYPE_CHECKING:
    from gtrack.workflows.work import Worked


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
@DEVICE
@click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="CPU threads. [default: those of the plan, else all cores]",
)
def work(folder: Path, device: str, workers: int | None) -> None:
    """Do shards of a planned scan until none is left; start as many as you like.

    Each takes the next shard that nobody is at, on any machine that sees the files. They may come
    and go: what one leaves undone, another does. All ends with `gtrack merge DIR`, which gives the
    bytes of one `gtrack scan`. Code 0 says that every shard is done.

    \b
    Example:
      gtrack work out/planned
    """
    from gtrack.cli.progress import scan_progress
    from gtrack.workflows.work import work as workflow

    with scan_progress() as begin:
        done = workflow(folder, begin, device=device, workers=workers)
    echo(*_said(done), err=True)


def _said(done: Worked) -> Iterator[str]:
    """Say what became of the shards."""
    if done.merged:
        yield f"{done.out} is merged already; nothing to do"
        return
    if done.late:
        yield f"{done.out}: others took over what stood still here, and merged all; nothing to do"
        return
    over = f" ({done.taken_over:,} of them begun by runs that ended)" if done.taken_over else ""
    yield (
        f"all {done.shards:,} shards are done: {done.here:,} here{over}, {done.others:,} by others "
        f"meanwhile, {done.before:,} before"
    )
    yield f"next: gtrack merge {pasted(done.out)}"

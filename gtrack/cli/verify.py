"""``gtrack verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtrack.cli.options import FILE
from gtrack.cli.terminal import echo

if TYPE_CHECKING:
    from gtrack.workflows.verify import VerifySummary

_NAMED = 5
"""Files that are named; more are counted."""


@click.command()
@click.argument("folder", metavar="DIR", type=FILE)
def verify(folder: Path) -> None:
    """Read every file of a finished scan, and say which is not as it was written.

    The manifest keeps size and sha256 of each; a hub and an evaluation keep theirs in files.json,
    and a report keeps its own. A line on stdout names each file that changed or is gone, with what
    to do, and the command ends with 5 then. Nothing is written. What an earlier gtrack made is held
    to sizes and heads only, and files that are not gtrack's are named: they are no fault.

    \b
    Example:
      gtrack verify out/first
    """
    from gtrack.cli.progress import Bars
    from gtrack.core.errors import VerificationError
    from gtrack.core.printable import shown
    from gtrack.workflows.verify import verify as workflow

    with Bars() as bars:
        done = workflow(folder, lambda name, size, whole: bars.tell(name, size, whole, "bytes"))
    for change in done.changes:
        echo(shown(str(change), 2000))
    for line in _told(done):
        echo(line, err=True)
    if done.changes:
        some = f"{len(done.changes):,} file{'s' * (len(done.changes) > 1)}"
        raise VerificationError(
            f"{shown(folder)}: {some} not as written (first: {shown(done.changes[0].url)}); do "
            "what the lines above say"
        )
    said = "no change is seen" if done.unrecorded else "all as it was written"
    echo(f"{shown(folder)}: {said}", err=True)


def _told(done: VerifySummary) -> list[str]:
    from gtrack.core.printable import shown

    said = [f"{done.files:,} files read whole, {done.size / 1e6:,.1f} MB"]
    if done.unrecorded:
        said.append(
            f"{_counted(done.unrecorded, done.out)}: an earlier gtrack kept no sha256 of it; "
            "size and head alone were looked at"
        )
    if done.foreign:
        said.append(
            f"{_counted(done.foreign, done.out)}: not gtrack's, which leaves it alone; "
            "move it away if it is not yours"
        )
    return [shown(line, 2000) for line in said]


def _counted(paths: tuple[Path, ...], out: Path) -> str:
    """Return how many files, and the first of their names."""
    from gtrack.core.printable import some

    named = some([path.relative_to(out) for path in paths], _NAMED)
    return f"{len(paths):,} file{'s' * (len(paths) > 1)} ({named})"

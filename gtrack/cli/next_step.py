"""The last line of a scan: the command that shows it, as a person may paste it."""

from __future__ import annotations

from pathlib import Path

from gtrack.cli.terminal import echo
from gtrack.core.printable import pasted


def print_next(out: Path) -> None:
    """Print the command that shows a finished scan to stderr."""
    echo(f"look at it: gtrack view {pasted(out)}", err=True)

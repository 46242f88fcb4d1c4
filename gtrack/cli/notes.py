"""What a user should know of the inputs, printed before the work begins."""

from __future__ import annotations

from rich.markup import escape

from gtrack.cli.terminal import printable_console
from gtrack.core.printable import shown


def print_note(line: str) -> None:
    """Print a line of what a user should know of the inputs to stderr."""
    rest = line.removeprefix("warning: ")
    head = "[yellow]warning:[/] " if rest != line else ""
    console = printable_console()
    console.print(f"{head}{escape(shown(rest, 2000))}", soft_wrap=True)

"""The one door through which gtrack prints: nothing that comes from a file goes raw to a terminal.

A name in a file can hold what a terminal obeys (``ESC ] 0 ;`` sets its title), what turns the
order of letters round, or a megabyte. Every line is made printable here, so no message can forget
it; errors are so already (:class:`gtrack.core.errors.GtrackError`). Files are not touched by this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gtrack.core.printable import quoted, shown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from logging import LogRecord

    from rich.console import Console

LONGEST = 20_000
"""Characters of a line; a longer one ends with ``...``."""

_LOG_WIDTH = 200
"""Columns of a table in a log: names are not broken there."""


def echo(*lines: object, err: bool = False) -> None:
    """Print lines, each of them one: a line end within is escaped as any control but a tab is.

    Parameters
    ----------
    *lines : object
        Texts, or what is printed as its text.
    err : bool
        To stderr, where all goes that is no result.
    """
    for line in lines:
        parts = str(line).split("\t")
        click.echo("\t".join(shown(part, LONGEST) for part in parts), err=err)


def command_line(words: Iterable[object]) -> str:
    """Return a command that a shell takes as it is, whatever is in its words.

    Examples
    --------
    >>> command_line(["gtrack", "view", "my scan"])
    "gtrack view 'my scan'"
    """
    return " ".join(quoted(str(word)) for word in words)


def printable_console() -> Console:
    """Return rich's console on stderr that lets no control of a text through."""
    from rich.console import Console
    from rich.segment import Segment

    class Printable(Console):
        """Takes controls out of texts, once they are cut into pieces of one style."""

        def render(self, *given: Any, **options: Any) -> Iterable[Segment]:
            for segment in super().render(*given, **options):
                if segment.control or segment.text.replace("\n", "").isprintable():
                    yield segment
                else:
                    lines = segment.text.split("\n")
                    text = "\n".join(shown(line, LONGEST) for line in lines)
                    yield Segment(text, segment.style)

    made = Printable(stderr=True, highlight=False)
    if not made.is_terminal:
        made.width = _LOG_WIDTH
    return made


def hear_log() -> None:
    """Print what gtrack logs to stderr, such as that the Hub is asked."""
    import logging

    class Telling(logging.Handler):
        """Prints a record as a line."""

        def emit(self, record: LogRecord) -> None:
            echo(f"gtrack: {record.getMessage()}", err=True)

    log = logging.getLogger("gtrack")
    if not any(type(each).__name__ == Telling.__name__ for each in log.handlers):
        log.addHandler(Telling())
        log.setLevel(logging.INFO)
        log.propagate = False

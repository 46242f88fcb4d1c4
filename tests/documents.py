"""The documents as tests read them: their blocks, and the commands in these."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import click

from gtrack.cli import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
"""What is built, and the README."""

DOCUMENTS = sorted({*PAGES, *ROOT.glob("*.md"), *ROOT.glob("*/README.md")})

JOINED = str.maketrans("", "", "\u200c\u200d")
"""Takes the joiners out of a text that may hold such as words and emoji need."""

_FENCE = re.compile(r'( *)```([a-z]*)(?: title="([^"]+)")?')


@dataclass(frozen=True)
class Block:
    """A fenced block; `title` names the file that it is quoted from."""

    language: str
    title: str | None
    text: str
    line: int

    @property
    def commands(self) -> list[str]:
        """The command lines of a shell block, continued ones on one line, without comments."""
        lines = self.text.replace("\\\n", " ").split("\n")
        return [line for line in lines if shlex.split(line, comments=True)]


def blocks(document: Path) -> list[Block]:
    """Return the fenced blocks of a document, in order."""
    found: list[Block] = []
    begun: re.Match[str] | None = None
    lines: list[str] = []
    for number, line in enumerate(document.read_text().split("\n"), 1):
        if begun is None:
            begun, lines = _FENCE.fullmatch(line), []
        elif line.strip() == "```":
            found.append(Block(begun[2], begun[3], "\n".join(lines) + "\n", number - len(lines)))
            begun = None
        else:
            lines.append(line.removeprefix(begun[1]))
    assert begun is None, f"{document}: a block has no end"
    return found


def shell_commands(document: Path) -> list[list[str]]:
    """Return the words of every command in a document's shell blocks."""
    return [
        shlex.split(line, comments=True)
        for block in blocks(document)
        if block.language == "sh"
        for line in block.commands
    ]


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command of a line that begins with ``gtrack``, and its arguments."""
    command: click.Command = main
    rest = words[1:]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), rest[0])
        assert found is not None, f"no verb {rest[0]}"
        command, rest = found, rest[1:]
    return command, rest


def parse(words: list[str]) -> None:
    """Parse a line as the program would: options, values and arguments must be ones it takes."""
    command, arguments = command_of(words)
    command.make_context(command.name, list(arguments)).close()


def options(command: click.Command) -> set[str]:
    """Return the options of a command and of those below it."""
    below = (
        command.list_commands(click.Context(command)) if isinstance(command, click.Group) else ()
    )
    found = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    for name in below:
        found |= options(command.get_command(click.Context(command), name))  # type: ignore[attr-defined]
    return found

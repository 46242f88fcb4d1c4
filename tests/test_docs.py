"""The documents say what is: links lead somewhere, commands and options exist."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path

import click
import pytest

from docs import rooms
from gtrack.cli import VERBS, main

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")])


def commands(text: str) -> list[list[str]]:
    """Return every gtrack command of a document's shell blocks, split into words."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).replace("\\\n", " ")
    lines = [line.split("  #")[0].strip() for line in blocks.split("\n")]
    return [shlex.split(line)[1:] for line in lines if line.startswith("gtrack ")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_have_the_options_that_the_documents_give(document: Path) -> None:
    for words in commands(document.read_text()):
        command: click.Command = main
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None
            command = found
        known = {name for parameter in command.params for name in parameter.opts}
        used = {word.split("=")[0] for word in words if word.startswith("--")}
        assert used <= known, f"{command.name}: {used - known}"


def test_the_readme_names_every_verb() -> None:
    text = (ROOT / "README.md").read_text()
    named = {words[0] for words in commands(text)}
    assert set(VERBS) - {"demo"} <= named
    assert "make demo" in text


def test_the_readme_has_commands_to_check() -> None:
    assert len(commands((ROOT / "README.md").read_text())) >= 6


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_an_example_in_its_help(verb: str) -> None:
    command = getattr(import_module(f"gtrack.cli.{verb}"), verb)
    assert "Example" in (command.help or ""), "every --help has an example"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(p.name[:4]) for p in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_picture_of_the_rooms_is_that_of_the_code() -> None:
    assert rooms.PICTURE.read_text() == rooms.Picture().svg(), "run python docs/rooms.py"
    assert rooms.PAGE.read_text() == rooms.page(rooms.PAGE.read_text()), "run python docs/rooms.py"

"""What mkdocs is told by the program itself, so that no page copies it by hand.

A page says ``<!-- generated: NAME -->`` where a part of :data:`PARTS` belongs. A page that is one
link to a file of the repository becomes that file. Links from a page to other files outside
``docs/`` lead nowhere in the built folder: their words stay.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from textwrap import dedent
from typing import Any

import click

from gtrack.cli import VERBS, main
from gtrack.core.errors import GtrackError
from gtrack.core.interruption import NUMBERS

DOCS = Path(__file__).parent
ROOT = DOCS.parent
_INCLUDED = re.compile(r"\s*\[[^\]]*\]\((\.\./[^)]+\.md)\)\s*")
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|!?\[[^\]]*\]\([^)]*\))*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
_PART = re.compile(r"<!-- generated: ([a-z-]+) -->")


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its words: verbs, and what a verb holds."""
    for verb in VERBS:
        command = main.get_command(click.Context(main), verb)
        assert command is not None
        yield verb, command
        if isinstance(command, click.Group):
            yield from ((f"{verb} {name}", each) for name, each in command.commands.items())


def command_line() -> str:
    """Return the help of every command as Markdown."""
    return "\n\n".join(_command(words, command) for words, command in commands())


def _command(words: str, command: click.Command) -> str:
    context = click.Context(command, info_name=words)
    usage = " ".join(["gtrack", words, *command.collect_usage_pieces(context)])
    told, _, example = (command.help or "").partition("Example:\n")
    paragraphs = [_plain(part) for part in told.replace("\b", "").split("\n\n") if part.strip()]
    parts = [f"## gtrack {words}", *paragraphs, f"```text\n{usage}\n```"]
    parts += ["Example:", f"```sh\n{dedent(example).strip()}\n```"]
    for option in command.params:
        record = option.get_help_record(context)
        if record is not None and isinstance(option, click.Option):
            parts.append(f"`{record[0]}`\n:   {_plain(record[1])}")
    return "\n\n".join(parts)


def _plain(text: str) -> str:
    """Return text whose signs mean nothing to Markdown, on one line."""
    return re.sub(r"([\\<>*_\[\]`])", r"\\\1", " ".join(text.split()))


def exit_codes() -> str:
    """Return a table of the exit codes."""
    rows = ["| code | what happened |", "|---|---|", "| 0 | done |"]
    rows += [
        f"| {kind.exit_code} | {(kind.__doc__ or '').split(' (exit')[0]} |"
        for kind in sorted(GtrackError.__subclasses__(), key=lambda kind: kind.exit_code)
    ]
    rows += [f"| {128 + number} | interrupted by {number.name} |" for number in NUMBERS]
    return "\n".join(rows)


def manifest() -> str:
    """Return a table of the manifest's keys."""
    schema = json.loads((files("gtrack.publish") / "manifest.schema.json").read_text())
    rows = ["| key | type | needed | what |", "|---|---|---|---|"]
    rows += _keys(schema, schema["$defs"], "")
    return "\n".join(rows)


_DEFS = "#/$defs/"


def _keys(schema: dict[str, Any], known: dict[str, Any], above: str) -> Iterator[str]:
    for name, given in schema.get("properties", {}).items():
        reference = given.get("$ref", "")
        what = {**known[reference.split("/")[-1]], **given} if _DEFS in reference else given
        path, items = f"{above}{name}", what.get("items", {})
        needed = "yes" if name in schema.get("required", ()) else ""
        told = _plain(what.get("description", "")).replace("|", r"\|")
        yield f"| `{path}` | {_type(what)} | {needed} | {told} |"
        yield from _keys(what, known, f"{path}.")
        yield from _keys(items, known, f"{path}[].")


def _type(what: dict[str, Any]) -> str:
    if "anyOf" in what:
        return " or ".join(_type(each) for each in what["anyOf"])
    if "enum" in what:
        return ", ".join(f"`{value}`" for value in what["enum"])
    if "const" in what:
        return f"`{what['const']}`"
    if "allOf" in what:
        return _type(what["allOf"][0])
    if "$ref" in what:
        return _referred(str(what["$ref"]))
    given = what.get("type", "any")
    name = " or ".join(given) if isinstance(given, list) else str(given)
    if "items" not in what:
        return name
    inner = _type(what["items"])
    return f"{name}, each {inner}" if inner.startswith("as ") else f"{name} of {inner}"


def _referred(reference: str) -> str:
    """Return the name of a definition, or the key whose form another has."""
    if _DEFS in reference:
        return reference.split("/")[-1]
    steps = [step for step in reference.split("/")[1:] if step != "properties"]
    return f"as `{'.'.join(steps).replace('.items', '[]')}`"


PARTS: dict[str, Callable[[], str]] = {
    "command-line": command_line,
    "exit-codes": exit_codes,
    "manifest": manifest,
}


def on_config(config: Any) -> Any:
    """List the decisions where the navigation says ``decisions/``."""
    for section in config.nav:
        for entry in next(iter(section.values())) if isinstance(section, dict) else ():
            if isinstance(entry, dict) and entry.get("Decisions") == "decisions/":
                found = sorted((DOCS / "decisions").glob("*.md"))
                entry["Decisions"] = [f"decisions/{path.name}" for path in found]
    return config


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Fill in what is generated, and mend the links that lead out of ``docs/``."""
    if page.parent is None:  # beside a page without a section the navigation is one line
        page.meta["hide"] = ["navigation"]
    here = DOCS / page.file.src_uri
    source = here
    if included := _INCLUDED.fullmatch(markdown):
        source = (here.parent / included[1]).resolve()
        markdown = source.read_text()
    markdown = _PART.sub(lambda part: PARTS[part[1]](), markdown)
    return _LINK.sub(lambda link: _mended(link, source, here), markdown)


def pages_of_files() -> dict[Path, Path]:
    """Return the page that shows a file of the repository, by file."""
    found = {}
    for page in DOCS.rglob("*.md"):
        if included := _INCLUDED.fullmatch(page.read_text()):
            found[(page.parent / included[1]).resolve()] = page
    return found


def _mended(link: re.Match[str], source: Path, here: Path) -> str:
    mark, words, target, anchor = link.groups()
    if re.match(r"[a-z]+:", target):
        return link[0]
    words = _LINK.sub(lambda inner: _mended(inner, source, here), words)
    found = (source.parent / target).resolve()
    found = pages_of_files().get(found, found)
    if not found.exists():
        return link[0]  # mkdocs says so, and a strict build ends
    if not found.is_file() or not found.is_relative_to(DOCS):
        return words
    return f"{mark}[{words}]({Path(os.path.relpath(found, here.parent)).as_posix()}{anchor or ''})"

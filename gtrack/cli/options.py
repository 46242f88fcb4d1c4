"""Options that several verbs share, and their values."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from gtrack.cli.terminal import echo
from gtrack.core.errors import InputError
from gtrack.core.printable import shown

Command = TypeVar("Command", bound=Callable[..., Any])

_LONGEST, _DEEPEST = 4095, 200  # bytes of a path, and folders one in another


def not_empty(context: Any, option: Any, value: Any) -> Any:
    """Return the value of an option; refuse an empty one, which the current folder would be."""
    if value == "":
        raise click.BadParameter(
            "it is empty (a variable that is not set?); give one", context, option
        )
    return value


class _File(click.Path):
    """A path that the system can take: found out before anything is done with it.

    Whether it may be read is told by whoever reads it, with the cure; click has none.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(path_type=Path, readable=False, **more)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the path; name the option where there can be none."""
        not_empty(ctx, param, value)
        path = super().convert(value, param, ctx)
        if problem := no_path(Path(os.fsdecode(path))):
            self.fail(problem, param, ctx)
        return path


def no_path(path: Path) -> str | None:
    """Say why nothing can be at a path; None where something can."""
    if len(os.fsencode(path)) > _LONGEST or len(path.parts) > _DEEPEST:
        return f"{shown(path, 120)} is too long or too deep; choose a shorter path"
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return f"{shown(path, 400)}: a name in it is too long; give a shorter one"
        if error.errno == errno.ELOOP:
            return f"{shown(path, 400)}: a link that leads to itself; give what it should lead to"
    return None


FILE = _File()
"""A path: its parts are no longer, and no more, than a system takes."""

FILE_OR_DASH = _File(allow_dash=True)
"""The same, or ``-``: stdout."""

FASTA = click.option(
    "--fasta", type=FILE, help="The genome, where it is not where the scan read it."
)

MODELS_NOW = click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME=FOLDER",
    help="Where a model of the scan lies now, if it moved. Repeat for more.",
)

ONE_DEVICE = click.option(
    "--device",
    default="auto",
    show_default=True,
    metavar="auto|cpu|cuda|cuda:0",
    help="Where to compute.",
)

WORKERS = click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="CPU threads; the results do not depend on it. [default: all cores]",
)


def added(command: Command, *options: Callable[[Command], Command]) -> Command:
    """Add options to a command; help lists them in their order."""
    for option in reversed(options):
        command = option(command)
    return command


def genome_name(given: str) -> str:
    """Check the value of ``--genome``, and say on stderr what was made of it."""
    from gtrack.core.assemblies import assembly_id, said_of_name

    if (said := said_of_name(given)) is not None:
        echo(f"gtrack: {said}", err=True)
    return assembly_id(given)


def named(option: str, value: str) -> tuple[str | None, str]:
    """Split ``[NAME=]VALUE``."""
    name, equals, rest = value.rpartition("=")
    if equals and (not name or not rest):
        raise InputError(f"{option} {value}: write [NAME=]VALUE")
    return (name if equals else None), rest


def by_name(option: str, values: tuple[str, ...]) -> dict[str | None, str]:
    """Collect repeated ``[NAME=]VALUE`` options by model name."""
    pairs = [named(option, value) for value in values]
    chosen = dict(pairs)
    if len(chosen) < len(pairs):
        raise InputError(f"{option}: the same model is named twice")
    return chosen


def targets_by_name(
    values: tuple[str, ...], models: Sequence[str]
) -> dict[str | None, tuple[str, ...]]:
    """Collect ``[NAME=]LABEL`` by model; a label may hold ``=``, so NAME must be a model's."""
    chosen: dict[str | None, tuple[str, ...]] = {}
    for value in values:
        name, equals, rest = value.partition("=")
        named = bool(equals) and name in models
        wish = rest if named else value
        if not wish:
            raise InputError(f"--target {value}: write [NAME=]LABEL")
        key = name if named else None
        chosen[key] = (*chosen.get(key, ()), wish)
    return chosen


def numbers_by_name(option: str, values: tuple[str, ...]) -> dict[str | None, int]:
    """Collect repeated ``[NAME=]BP`` options by model name."""
    chosen: dict[str | None, int] = {}
    for name, text in by_name(option, values).items():
        if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) < 10**9):
            raise InputError(f"{option} {text}: give a length in bp, a positive whole number")
        chosen[name] = int(text)
    return chosen


def pairs(option: str, values: tuple[str, ...], form: str) -> tuple[tuple[str, str], ...]:
    """Read repeated ``NAME=VALUE`` options; `form` says how to write them."""
    chosen = []
    for value in values:
        name, equals, where = value.partition("=")
        if not equals or not name or not where:
            raise InputError(f"{option} {value}: write {form}".lstrip())
        chosen.append((name, where))
    return tuple(chosen)


def models_now(values: tuple[str, ...]) -> dict[str, str]:
    """Read repeated ``--model NAME=FOLDER``: where models of a scan lie now."""
    given = pairs("--model", values, "NAME=FOLDER")
    if len(dict(given)) < len(given):
        raise InputError("--model: the same model is named twice")
    return dict(given)

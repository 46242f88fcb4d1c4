"""Options that several verbs share, and their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from gtrack.core.errors import InputError

Command = TypeVar("Command", bound=Callable[..., Any])

FILE = click.Path(path_type=Path)


def added(command: Command, *options: Callable[[Command], Command]) -> Command:
    """Add options to a command; help lists them in their order."""
    for option in reversed(options):
        command = option(command)
    return command


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

"""Catalogues: tables of names whose entries load on first use, and that packages can extend.

An entry is a string ``module:object``, so that reading a table imports nothing. Another package
adds a name by an entry point in the group of the table; gtrack's own names cannot be replaced.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from gtrack.core.errors import InputError


def names(table: Mapping[str, str], group: str) -> list[str]:
    """Return every name that :func:`load` knows: those of `table` first, then the entry points'."""
    return [*table, *(name for name in sorted(_plugins(group)) if name not in table)]


def load(table: Mapping[str, str], name: str, group: str) -> Any:
    """Import and return the object that a name stands for.

    Parameters
    ----------
    table : mapping of str to str
        gtrack's own names, each with ``module:object``.
    name : str
        The name wanted.
    group : str
        Group of entry points that extends the table, such as ``gtrack.models``.

    Returns
    -------
    object
        What the entry names: a class or a function.

    Raises
    ------
    InputError
        When no entry has the name (all names are listed), or when an entry point's package does
        not import.
    """
    if name in table:
        module, _, attribute = table[name].partition(":")
        return getattr(import_module(module), attribute)
    plugin = _plugins(group).get(name)
    if plugin is None:
        known = ", ".join(names(table, group))
        raise InputError(f"{name!r} is not known to {group}; the names are: {known}")
    try:
        return plugin.load()
    except (ImportError, AttributeError) as error:
        raise InputError(
            f"{name!r} of {group} is declared as {plugin.value} but does not load ({error}); "
            "repair or uninstall the package that declares it"
        ) from error


def provider(group: str, name: str) -> dict[str, str]:
    """Return the package that declares an entry point, and its version; empty where none does."""
    point = _plugins(group).get(name)
    dist = None if point is None else point.dist
    return {} if dist is None else {dist.name: dist.version}


def _plugins(group: str) -> dict[str, EntryPoint]:
    found = _points(tuple(map(_state, sys.path))).select(group=group)
    return {point.name: point for point in found}


@lru_cache(1)
def _points(path: tuple[tuple[str, int], ...]) -> Any:
    """Return what all packages declare: 8 ms. They are looked at again where `path` changed."""
    return entry_points()


def _state(folder: str) -> tuple[str, int]:
    """Return a folder that is imported from, and when something came into it or left it."""
    try:
        return folder, os.stat(folder or ".").st_mtime_ns
    except OSError:
        return folder, 0

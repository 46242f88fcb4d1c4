"""The text of hub files: stanzas of settings, written safely and read with their line numbers.

A stanza is lines of a setting's name and its value; a blank line ends it. ``#`` begins a comment,
a backslash at the end of a line goes on with the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

Settings = list[tuple[str, str]]
"""A stanza to be written: names and values; its first setting names it."""

Nested = tuple[int, Settings]
"""A stanza to be written, with its depth below the hub."""

SHORT, LONG = 17, 76
"""Characters of a short and of a long label."""

_LONGEST = 100
"""Characters of a track's name; of a longer one the middle goes, as its ends tell it apart."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
"""What a track may be called."""

# Browsers put labels into their pages as they are.
_HARMLESS = str.maketrans("<>\"'", "\u2039\u203a\u201d\u2019")


class Setting(NamedTuple):
    """A setting as it was read, with the line that it begins in, from 1."""

    line: int
    name: str
    value: str


def write_stanzas(stanzas: Iterable[Nested]) -> str:
    """Return the text of stanzas, each with its depth of indentation."""
    return "\n".join(
        "".join(f"{'    ' * depth}{name} {value}\n" for name, value in settings)
        for depth, settings in stanzas
    )


def read_stanzas(text: str) -> list[list[Setting]]:
    """Return the stanzas of a hub file; a setting without a value has an empty one."""
    stanzas: list[list[Setting]] = [[]]
    parts: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        part = line.strip()
        if not parts:
            begun = number
            if not part:
                stanzas.append([])
            if not part or part.startswith("#"):
                continue
        parts.append(part.removesuffix("\\"))
        if not part.endswith("\\"):
            name, *value = "".join(parts).split(None, 1) or [""]
            stanzas[-1].append(Setting(begun, name, "".join(value)))
            parts = []
    return [stanza for stanza in stanzas if stanza]


def safe(text: str) -> str:
    """Return any text as a value: on one line, no continuation, nothing that is markup."""
    printable = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(printable.translate(_HARMLESS).split()).rstrip("\\ ") or "-"


def label(text: str, limit: int) -> str:
    """Return text as a label; where it is too long, its middle goes: both ends tell names apart."""
    text = safe(text)
    if len(text) <= limit:
        return text
    tail = (limit - 2) // 2
    return safe(f"{text[: limit - 2 - tail]}..{text[-tail:]}")


def track_names(wanted: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return a lawful name for each wanted one; no two are alike, whatever their case.

    Pages and data files are called by it, and some hosts do not tell A from a.
    """
    used = {name.lower() for name in taken}
    names = []
    for each in wanted:
        name = re.sub("[^A-Za-z0-9_-]", "_", each)
        name = name if NAME.fullmatch(name) else f"t_{name}"
        name = stem = name if len(name) <= _LONGEST else f"{name[:60]}_{name[-39:]}"
        number = 1
        while name.lower() in used:
            number += 1
            name = f"{stem}_{number}"
        used.add(name.lower())
        names.append(name)
    return names

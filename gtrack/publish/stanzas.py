"""The text of a track hub: stanzas of settings, written and read with their line numbers.

A stanza is lines of a setting's name and its value; a blank line ends it. ``#`` begins a comment,
a backslash at the end of a line goes on with the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

Settings = list[tuple[str, str]]
"""A stanza to be written: names and values; its first setting names it."""

Nested = tuple[int, Settings]
"""A stanza to be written, with its depth below the hub."""

PAGES = ("html", "descriptionUrl", "htmlPath")
"""Settings that name pages; of ``html`` the ending may be left out."""

FILES = (*PAGES, "bigDataUrl", "twoBitPath", "chromSizes", "chromAlias", "groups", "metaDataUrl")
"""Settings that name files."""

NAMES = ".names.tsv"
"""Ending of the tables of names that ``metadata names=FILE`` of annotations tells."""

_NAMED = re.compile(rf"(?<!\S)names=(\S+{re.escape(NAMES)})(?!\S)")


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


def files_in(text: str) -> Iterator[tuple[Setting, str]]:
    """Yield each setting of a hub that names a file, and the file as it is called beside the hub.

    Those on other hosts are passed over.
    """
    for stanza in read_stanzas(text):
        for setting in stanza:
            url = setting.value
            if setting.name in FILES and url and not is_elsewhere(url):
                bare = setting.name == "html" and not url.endswith(".html")
                yield setting, f"{url}.html" if bare else url
            elif setting.name == "metadata" and (named := _NAMED.search(url)):
                yield setting, named[1]


def is_elsewhere(url: str) -> bool:
    """Whether a URL leads to another host."""
    return bool(re.match("(https?|ftp)://", url))

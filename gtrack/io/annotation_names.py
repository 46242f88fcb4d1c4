"""The table of an annotation's names: which of them is one that somebody typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gtrack.core.annotation_names import COLUMNS, AnnotationName
from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.io.text import whole_text

_HEAD = "\t".join(COLUMNS)


def names_called(path: Path, wish: str) -> Iterator[AnnotationName]:
    """Yield the places of a name, case ignored.

    Raises
    ------
    InputError
        When the file cannot be read, or is no table of names.
    """
    folded = wish.casefold()
    for number, line in _lines(path):
        name, *rest = line.split("\t")
        if name.casefold() == folded:
            if len(rest) != 3 or not (rest[1].isdecimal() and rest[2].isdecimal()):
                raise InputError(
                    f"{shown(path)}:{number}: no name, chromosome, start and end; annotate again"
                )
            yield AnnotationName(name, rest[0], int(rest[1]), int(rest[2]))


def all_names(path: Path) -> Iterator[str]:
    """Yield every name, one of several places as often.

    Raises
    ------
    InputError
        As of :func:`names_called`.
    """
    yield from (line.partition("\t")[0] for _, line in _lines(path))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    head, *lines = whole_text(path).split("\n")
    if head.rstrip("\r") != _HEAD:
        raise InputError(f"{shown(path)}: no table of names; annotate again")
    yield from ((number, line) for number, line in enumerate(lines, 2) if line)

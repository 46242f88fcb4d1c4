"""Names and labels of a hub's tracks: lawful, short enough, and no two alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gtrack.core.printable import JOINERS, printable

SHORT, LONG = 17, 76
"""Characters of a short and of a long label."""

_LONGEST = 100
"""Characters of a track's name; of a longer one the middle goes, as its ends tell it apart."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
"""What a track may be called."""

# Browsers put labels into their pages as they are.
_HARMLESS = str.maketrans("<>\"'", "\u2039\u203a\u201d\u2019")


def safe(text: str) -> str:
    """Return any text as a value: on one line, no continuation, nothing that is markup."""
    plain = printable(text, lambda _: " ")
    return " ".join(plain.translate(_HARMLESS).split()).rstrip("\\ ") or "-"


def label(text: str, limit: int) -> str:
    """Return text as a label; where it is too long, its middle goes: both ends tell names apart."""
    text = safe(text)
    if len(text) <= limit:
        return text
    tail = (limit - 2) // 2
    return safe(f"{text[: limit - 2 - tail].rstrip(JOINERS)}..{text[-tail:].lstrip(JOINERS)}")


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

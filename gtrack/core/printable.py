"""Names and texts of others, made fit to be printed: no command to a terminal, no second line."""

from __future__ import annotations

from pathlib import Path


def shown(name: Path | str | bytes, limit: int = 400) -> str:
    """Give `name` as printable text of one line, for messages: odd bytes and controls escaped."""
    raw = name if isinstance(name, bytes) else str(name).encode("utf-8", "backslashreplace")
    text = raw.decode("utf-8", "backslashreplace")
    if len(text) > limit:
        text = text[:limit] + "..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def lasting(seconds: float) -> str:
    """Say how long, to no more digits than an estimate has.

    Examples
    --------
    >>> lasting(20), lasting(300)
    ('20 s', '5 min')
    """
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{max(1, round(seconds))} s"

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

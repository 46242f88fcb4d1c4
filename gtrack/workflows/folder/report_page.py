"""The page ``report.html``: gtrack's, if it says so."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_SAYS = b"<title>Relevance report: "


def is_report(path: Path) -> bool:
    """Tell whether a file is a page that ``gtrack report`` made."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return _SAYS in file.read(4096)
    return False

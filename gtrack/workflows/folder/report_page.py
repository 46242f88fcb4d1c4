"""The page ``report.html``: gtrack's, if it says so."""

from __future__ import annotations

import re
from pathlib import Path

from gtrack.workflows.folder.marks import bears

_SAYS = re.compile(b"<title>Relevance report: ")
_HEAD = 1 << 12  # bytes


def is_report(path: Path) -> bool:
    """Tell whether a file is a page that ``gtrack report`` made."""
    return bears(path, _SAYS, _HEAD)

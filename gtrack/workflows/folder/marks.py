"""Reports, shared sessions and figures: gtrack's are those that say so in themselves."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from gtrack.publish.shared_session import XML_SAYS

SHARED = ("igv_session.shared.json", "igv_session.shared.xml")
"""What the sessions of ``gtrack session`` are called in the folder of a scan."""

_REPORT = re.compile(b"<title>Relevance report: ")
_SHARED = re.compile(rb'"gtrack": \{\s*"manifest": "https?://|' + re.escape(XML_SAYS.encode()))
_FIGURE = re.compile(b"gtrack figure")
_ENDS = 1 << 12  # bytes
_ADDRESSES = 1 << 16  # bytes; above the mark of a session stand a few addresses


def is_report(path: Path) -> bool:
    """Tell whether a file is a page that ``gtrack report`` made."""
    return _bears(path, _REPORT, _ENDS)


def is_shared(path: Path) -> bool:
    """Tell whether a file is a session that ``gtrack session`` made."""
    return _bears(path, _SHARED, _ADDRESSES)


def is_figure(path: Path) -> bool:
    """Tell whether a file is a figure that ``gtrack figure`` made; a PDF says so at its end."""
    return _bears(path, _FIGURE, _ENDS, end=_ENDS)


def _bears(path: Path, mark: re.Pattern[bytes], within: int, end: int = 0) -> bool:
    """Tell whether a file, not a link to one, has a mark in its first bytes, or in its last."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if mark.search(file.read(within)):
                return True
            file.seek(max(0, os.fstat(descriptor).st_size - end))
            return mark.search(file.read(end)) is not None
    return False

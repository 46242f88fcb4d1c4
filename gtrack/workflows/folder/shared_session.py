"""The sessions that ``gtrack session`` writes: gtrack's, if they say so."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from gtrack.publish.shared_session import XML_SAYS

SHARED = ("igv_session.shared.json", "igv_session.shared.xml")
"""What they are called in the folder of a scan."""

_SAYS = re.compile(rb'"gtrack": \{\s*"manifest": "https?://|' + re.escape(XML_SAYS.encode()))
_HEAD = 1 << 16  # bytes; above it stand a few addresses


def is_shared(path: Path) -> bool:
    """Tell whether a file is a session that ``gtrack session`` made."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return _SAYS.search(file.read(_HEAD)) is not None
    return False

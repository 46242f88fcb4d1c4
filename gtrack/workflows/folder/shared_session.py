"""The sessions that ``gtrack session`` writes: gtrack's, if they say so."""

from __future__ import annotations

import re
from pathlib import Path

from gtrack.publish.shared_session import XML_SAYS
from gtrack.workflows.folder.marks import bears

SHARED = ("igv_session.shared.json", "igv_session.shared.xml")
"""What they are called in the folder of a scan."""

_SAYS = re.compile(rb'"gtrack": \{\s*"manifest": "https?://|' + re.escape(XML_SAYS.encode()))
_HEAD = 1 << 16  # bytes; above it stand a few addresses


def is_shared(path: Path) -> bool:
    """Tell whether a file is a session that ``gtrack session`` made."""
    return bears(path, _SAYS, _HEAD)

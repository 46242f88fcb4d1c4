"""Files in a user's folder that are gtrack's, if they say so near their beginning."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path


def bears(path: Path, mark: re.Pattern[bytes], within: int) -> bool:
    """Tell whether a file, not a link to one, has a mark in its first bytes."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return mark.search(file.read(within)) is not None
    return False

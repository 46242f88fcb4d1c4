"""A figure of loci: gtrack's, if it says so, wherever its format has room for that."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_SAYS = b"gtrack figure"
_ENDS = 1 << 12  # bytes at either end


def is_figure(path: Path) -> bool:
    """Tell whether a file, not a link to one, is a figure that ``gtrack figure`` made."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            head = file.read(_ENDS)
            file.seek(max(0, os.fstat(descriptor).st_size - _ENDS))
            return _SAYS in head or _SAYS in file.read(_ENDS)
    return False

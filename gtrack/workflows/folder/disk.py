"""What is free on the disk of a folder, and what gtrack has there already."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from gtrack.workflows.folder.owned import Owned


def free_bytes(out: Path) -> int | None:
    """Return what is free on the disk of a folder; None where the system does not say."""
    for folder in (out, *out.absolute().parents):
        with suppress(OSError):
            disk = shutil.disk_usage(folder)
            return disk.free if disk.total else None  # some network's disks have no size
    return None


def own_bytes(out: Path) -> int:
    """Return how much of the disk is taken by gtrack's own files in a folder."""
    size = 0
    for path in Owned.of(out).there():
        with suppress(OSError):
            size += path.lstat().st_size
    return size

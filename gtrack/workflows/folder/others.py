"""What lies in a scan's folder and is not gtrack's: it is named, and left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gtrack.io.folders import entries
from gtrack.io.lock import is_lock
from gtrack.workflows.folder.owned import FOLDERS, RUN, Owned

_EXPORT = "export"
"""Where exports go by default; a user may keep them anywhere."""


def others(out: Path) -> Iterator[Path]:
    """Yield what is not gtrack's in a scan's folder, and in the folders of gtrack's in it."""
    ours = {*Owned.of(out).there(), out / RUN, out / _EXPORT}
    for folder in FOLDERS:
        ours |= {out / folder, (out / folder).parent}
    for folder in ("", *FOLDERS):
        for name in entries(out / folder if folder else out.resolve()):
            path = out / folder / name
            if path not in ours and not is_lock(name):
                yield path

"""A file that somebody names for us to write: only an earlier one of ours gives way to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from gtrack.core.errors import InputError, OutputError
from gtrack.core.printable import shown


def check_own_file(target: Path, is_ours: Callable[[Path], bool], kind: str, name: str) -> None:
    """Refuse a file that cannot be written, or that is somebody's.

    Parameters
    ----------
    target : Path
    is_ours : callable
        Tells whether a file that is there is one that gtrack made.
    kind : str
        What gtrack makes: "report".
    name : str
        What to give another of: "--out".

    Raises
    ------
    InputError
        When a file is there that gtrack did not make.
    OutputError
        When no file can be there.
    """
    if not target.parent.is_dir() or target.is_dir():
        why = "is a folder" if target.is_dir() else f"{target.parent} is no folder"
        raise OutputError(f"{shown(target)}: {why}; give a file in a folder that is there")
    if os.path.lexists(target) and not is_ours(target):
        raise InputError(
            f"{shown(target)}: is there and is no {kind} that gtrack made; move it away, or give "
            f"another {name}"
        )

"""Folders: what lies in them, links not followed; and folders that appear whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from gtrack.core.errors import OutputError
from gtrack.core.interruption import Whole
from gtrack.io.atomic import give_name, sync_files, sync_folder


def entries(folder: Path) -> list[str]:
    """Return the names in a folder, sorted; none where there is no folder, or a link."""
    return sorted(os.listdir(folder)) if is_folder(folder) else []


def is_folder(path: Path) -> bool:
    """Tell whether a folder stands there, and not a link to one."""
    return path.is_dir() and not path.is_symlink()


def remove_empty(folder: Path) -> None:
    """Remove a folder if it is empty; a link in its place goes, and what it leads to stays."""
    if folder.is_symlink():
        folder.unlink()
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def writing_in(folder: Path) -> Iterator[None]:
    """Do something in a folder; what the system refuses is an OutputError that names it."""
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise OutputError(f"{folder}: cannot write here: {why}") from error


class _ReplacingFolder(Whole):
    """A folder under construction; see :func:`making_folder`."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._work = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}.partial")

    def _begin(self) -> Path:
        self._sweep()
        self._work.mkdir(parents=True)
        return self._work

    def _end(self, error: BaseException | None) -> None:
        try:
            if error is None:
                sync_files(self._work)
                give_name(self._work, self._path)  # an empty folder gives way
                sync_folder(self._path.parent)
        finally:
            shutil.rmtree(self._work, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what a killed run left under construction."""
        left = re.compile(rf"\.{re.escape(self._path.name)}\.[0-9a-f]{{8}}\.partial")
        for name in entries(self._path.parent):
            if left.fullmatch(name) and is_folder(self._path.with_name(name)):
                shutil.rmtree(self._path.with_name(name))


def making_folder(path: Path) -> AbstractContextManager[Path]:
    """Give a new folder that takes the name `path` when the ``with`` block ends without an error.

    The name is free, or that of an empty folder. Files in it are synced, folders in it are not.

    Raises
    ------
    OSError
        When the system refuses; nothing is left then.
    """
    return _ReplacingFolder(path)

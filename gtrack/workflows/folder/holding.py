"""An output folder in use: made where it is missing, and held against other runs."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from gtrack.core.errors import OutputError
from gtrack.core.interruption import Whole
from gtrack.io.lock import locked
from gtrack.workflows.folder.owned import refuse_foreign


class _Held(Whole):
    """An output folder in use; see :func:`holding`."""

    def __init__(self, out: Path, shared: bool) -> None:
        self._out, self._lock = out, locked(out, shared=shared)
        self._made: list[Path] = []

    def _begin(self) -> None:
        try:
            self._make()
            self._lock.__enter__()
        except BaseException:
            self._unmake()
            raise
        try:
            refuse_foreign(self._out)
        except BaseException as error:
            self._end(error)
            raise

    def _end(self, error: BaseException | None) -> None:
        try:
            self._lock.__exit__(None, error, None)
        finally:
            self._unmake()

    def _make(self) -> None:
        try:
            folders = (self._out, *self._out.parents)
            self._made = [folder for folder in folders if not os.path.lexists(folder)]
            self._out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = "is no folder" if self._is_there() else f"cannot be made: {error.strerror}"
            raise OutputError(f"{self._out}: {why}; choose another --out") from error

    def _is_there(self) -> bool:
        with suppress(OSError):
            return self._out.exists()
        return False

    def _unmake(self) -> None:
        for folder in self._made:
            with suppress(OSError):  # not empty, as it should be
                folder.rmdir()


def holding(out: Path, *, shared: bool = False) -> AbstractContextManager[None]:
    """Hold the output folder against other runs; one that this makes goes again if left empty.

    Raises
    ------
    InputError
        When it leads elsewhere, or holds a manifest of somebody else's.
    OutputError
        When another run holds it, or when it cannot be made or written.
    """
    return _Held(out, shared)

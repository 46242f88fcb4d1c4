"""A file that takes its name only when it is complete."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from gtrack.io.atomic import create, give_name, sync, sync_folder, temporary_beside


class NewFile:
    """A file under construction as ``NAME.<random>.tmp``, in the folder where it will stay.

    Parameters
    ----------
    path : Path
        The name that it takes in :meth:`publish`.

    Raises
    ------
    OSError
        Here and in every method but :meth:`discard`, when the system refuses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.temporary = temporary_beside(path)
        self._file: BinaryIO = create(self.temporary, buffering=0)
        self._scratch: list[BinaryIO] = []

    def scratch(self) -> BinaryIO:
        """Open an unnamed file beside this one, which lasts as long as the construction."""
        file: BinaryIO = tempfile.TemporaryFile(buffering=0, dir=self.path.parent, suffix=".tmp")
        self._scratch.append(file)
        return file

    def write(self, data: bytes) -> None:
        """Append `data`."""
        write_all(self._file, data)

    def tell(self) -> int:
        """Return the offset at which the next write lands."""
        return self._file.tell()

    def overwrite(self, at: int, data: bytes) -> None:
        """Replace what stands at offset `at`, once everything is appended."""
        self._file.seek(at)
        write_all(self._file, data)

    def sync(self) -> None:
        """Wait until the contents are on the disk."""
        sync(self._file.fileno())

    def publish(self) -> None:
        """Give the file its name, which replaces a file that has it, and free the rest."""
        give_name(self.temporary, self.path)
        self._close()
        sync_folder(self.path.parent)

    def discard(self) -> None:
        """Remove everything that has no name yet; never fails."""
        self._close()
        with suppress(OSError):
            self.temporary.unlink()

    def _close(self) -> None:
        for file in (self._file, *self._scratch):
            with suppress(OSError):
                file.close()


def write_all(file: BinaryIO, data: bytes) -> None:
    """Write all of `data`: an unbuffered file may take less at a time."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]

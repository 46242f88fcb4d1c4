"""Files that appear whole or not at all: written beside their name, synced, then renamed."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import BinaryIO

from gtrack.core.errors import OutputError
from gtrack.core.interruption import ARRIVED, Whole

_UNFINISHED = re.compile(r"(?P<name>.+)\.[0-9a-f]{8}\.tmp(\.bb)?")  # pybigtools goes by the ending
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What ``link`` says on a disk that knows no second names."""
_TRIES = 3


class _Replacing(Whole):
    """A file under construction; see :func:`replacing`."""

    def __init__(self, path: Path) -> None:
        self._path, self._temporary = path, temporary_beside(path)
        self._handle: BinaryIO | None = None

    def _begin(self) -> BinaryIO:
        if ARRIVED.number is not None:  # it came out as something else: nothing new is begun
            raise ARRIVED.exception()
        try:
            self._handle = create(self._temporary)
        except OSError as error:
            raise _refused(self._path, error) from error
        return self._handle

    def _end(self, error: BaseException | None) -> None:
        assert self._handle is not None
        try:
            if error is None:
                self._handle.flush()
                sync(self._handle.fileno())
                give_name(self._temporary, self._path)
                sync_folder(self._path.parent)
        except OSError as refusal:
            error = refusal
        finally:
            self._discard()
        if isinstance(error, OSError):
            raise _refused(self._path, error) from error

    def _discard(self) -> None:
        if self._handle is not None:
            with suppress(OSError):
                self._handle.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)


def replacing(path: Path) -> AbstractContextManager[BinaryIO]:
    """Open a binary file that takes the name `path` when the ``with`` block ends without an error.

    A symbolic link of that name is replaced, not followed.

    Raises
    ------
    OutputError
        When the disk refuses; nothing is left under the final name, and no temporary file.
    """
    return _Replacing(path)


def write_text(path: Path, text: str) -> None:
    """Write a whole UTF-8 text file with LF line ends, atomically."""
    with replacing(path) as handle:
        handle.write(text.encode())


def write_parts(path: Path, parts: Iterable[bytes]) -> None:
    """Write a whole file from its parts, one after the other, atomically."""
    with replacing(path) as handle:
        for part in parts:
            handle.write(part)


def create(path: Path, *, buffering: int = -1) -> BinaryIO:
    """Make a file that is not there, for reading and writing; a link of that name is not followed.

    It gets the permissions that the umask allows.

    Raises
    ------
    OSError
        When the name is taken, or the system refuses.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o666), "w+b", buffering)


def make_new(path: Path, content: bytes) -> None:
    """Make a small file that is not there, whole from its first instant on; of many, one does.

    Written beside its name and linked to it: who is killed here leaves nothing of that name.

    Raises
    ------
    FileExistsError
        When the name is taken.
    OSError
        When the system refuses.
    """
    for _ in range(_TRIES):
        aside = temporary_beside(path)
        try:
            _write_new(aside, content)
            _link(aside, path)
            return
        except FileNotFoundError:  # swept by a run that begins at this instant, or no such folder
            continue
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            break
        finally:
            with suppress(OSError):  # what stands or falls is the name
                aside.unlink()
    _write_new(path, content)


def _link(aside: Path, path: Path) -> None:
    try:
        os.link(aside, path)
    except OSError:
        if (
            aside.lstat().st_nlink != 2
        ):  # else it is done: a network lost the answer, and asked twice
            raise


def _write_new(path: Path, content: bytes) -> None:
    with create(path, buffering=0) as file:
        try:
            file.write(content)
        except OSError:
            path.unlink(missing_ok=True)
            raise


def give_name(temporary: Path, path: Path) -> None:
    """Give what is finished the name that is its own, in the place of whatever has that.

    Raises
    ------
    OSError
        When the system refuses.
    """
    own = temporary.lstat()
    try:
        temporary.replace(path)
    except FileNotFoundError:
        if not os.path.lexists(path) or not os.path.samestat(own, path.lstat()):
            raise  # else it is done: a network lost the answer, and asked twice


def temporary_beside(path: Path) -> Path:
    """Return a name for the unfinished file, in the same folder, that no other run uses."""
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")


def finished_name(name: str) -> str | None:
    """Return the name that an unfinished file would have got; None when `name` is of no such."""
    match = _UNFINISHED.fullmatch(name)
    return match and match["name"]


def sync(descriptor: int) -> None:
    """Wait until a file, or a folder, is on the disk; a file system that cannot say is believed."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def sync_files(folder: Path) -> None:
    """Make a folder that is written, its files included, survive a power cut."""
    for path in sorted(folder.iterdir()):
        if stat.S_ISREG(path.lstat().st_mode):
            with path.open("rb") as file:
                sync(file.fileno())
    sync_folder(folder)


def _refused(path: Path, error: OSError) -> OutputError:
    said = f"{path}: cannot write: {error.strerror or error}"
    closed = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
    return OutputError(f"{said}; make its folder writable, or write elsewhere" if closed else said)

"""One run per folder: a lock that the kernel frees when its process ends, however it ends.

Where a file system knows no ``flock``, files do: ``.lock.alone`` for one run by itself, and one
``.lock.shared.<8 hex>`` for each that shares the folder. They name process and host, and outlive a
killed run; the next one on that host removes them.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import socket
import stat
import sys
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from gtrack.core.errors import OutputError
from gtrack.core.interruption import Whole
from gtrack.core.printable import shown

LOCK = ".lock"
"""Name of the lock file: there while a folder is in use, and after a kill until the next run."""

_ALONE, _SHARED = f"{LOCK}.alone", f"{LOCK}.shared."
_NAME = re.compile(rf"{re.escape(LOCK)}(\.alone|\.shared\.[0-9a-f]{{8}})?")
_HOLDER = re.compile(rb"(pid (?P<pid>\d+) on (?P<host>[^\n]*))?")
_UNABLE = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}
"""What ``flock`` says where it does not work at all."""


def is_lock(name: str) -> bool:
    """Tell whether a file of this name locks the folder that it lies in."""
    return _NAME.fullmatch(name) is not None


class _Locked(Whole):
    """The lock of a folder; see :func:`locked`."""

    def __init__(self, folder: Path, shared: bool) -> None:
        self._folder, self._shared = folder, shared
        self._descriptor: int | None = None
        self._file: Path | None = None

    def _begin(self) -> None:
        try:
            kind = fcntl.LOCK_SH if self._shared else fcntl.LOCK_EX
            self._descriptor = _take(self._folder / LOCK, kind)
            if self._descriptor is None:
                self._file = _claim(self._folder, self._shared)
        except BlockingIOError as error:
            holder = error.filename or "another run"
            raise OutputError(
                f"{self._folder}: locked by {holder}; wait for its end, or stop it"
            ) from error
        except OSError as error:
            why = error.strerror or error
            raise OutputError(
                f"{self._folder}: cannot write here: {why}; make it writable, or use another folder"
            ) from error

    def _end(self, error: BaseException | None) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink()
        if self._descriptor is not None:
            with suppress(OSError):  # unless other shared holders are left, the last one tidies up
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                (self._folder / LOCK).unlink()
            os.close(self._descriptor)


def locked(folder: Path, *, shared: bool = False) -> AbstractContextManager[None]:
    """Keep other runs out of a folder while the ``with`` block lasts.

    Parameters
    ----------
    folder : Path
        It exists.
    shared : bool
        Let other shared holders in (shards of one plan), but none that wants it alone.

    Raises
    ------
    OutputError
        When another run holds the folder (it is named by process and host), when its lock is a
        file of somebody else's, or when the folder cannot be written.
    """
    return _Locked(folder, shared)


def _take(path: Path, kind: int) -> int | None:
    """Return the descriptor of the locked file that has the name `path`; None without ``flock``."""
    while True:
        descriptor = _open(path)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), os.lstat(path)):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, _me(), 0)
                return descriptor
        except BlockingIOError as error:
            error.filename = os.pread(descriptor, 400, 0).decode(errors="replace")
            os.close(descriptor)
            raise
        except FileNotFoundError:
            pass
        except OSError as error:
            os.close(descriptor)
            if error.errno not in _UNABLE:
                raise
            path.unlink(missing_ok=True)
            return None
        os.close(descriptor)  # its last holder removed it meanwhile


def _open(path: Path) -> int:
    """Open the lock file, which nobody but gtrack has made, and which is no way out."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o666)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            if _HOLDER.fullmatch(os.pread(descriptor, 400, 0)):
                return descriptor
        os.close(descriptor)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.EMLINK, errno.EISDIR, errno.ENXIO):
            raise
    raise OutputError(f"{path}: is no lock that gtrack made; move it away")


def _me() -> bytes:
    return f"pid {os.getpid()} on {socket.gethostname()}".encode()


def _claim(folder: Path, shared: bool) -> Path:
    """Make a file that locks `folder`, and then look for those that it excludes.

    Of two runs that do so at once, one at least sees the other.
    """
    _warn(folder)
    path = folder / (f"{_SHARED}{secrets.token_hex(4)}" if shared else _ALONE)
    if not shared:
        _refuse(path)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except FileExistsError as error:
        raise OutputError(f"{path}: another run has just begun; wait for its end") from error
    try:
        os.write(descriptor, _me())
        for other in [folder / _ALONE] if shared else sorted(folder.glob(f"{_SHARED}*")):
            _refuse(other)
    except BaseException:
        path.unlink()
        raise
    finally:
        os.close(descriptor)
    return path


def _refuse(path: Path) -> None:
    """Raise when the run that made the file `path` may be alive; remove what a dead one left."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    content = os.read(descriptor, 400)
    os.close(descriptor)
    holder = _HOLDER.fullmatch(content)
    if holder and holder["pid"] and os.fsdecode(holder["host"]) == socket.gethostname():
        try:
            os.kill(int(holder["pid"]), 0)
        except ProcessLookupError:
            _remove(path, content)
            return
        except PermissionError:  # of another user: alive
            pass
    said = content.decode(errors="replace") or "a run that has just begun"
    raise OutputError(f"{path.parent}: locked by {said}; remove {path} if no such run is alive")


def _remove(path: Path, content: bytes) -> None:
    """Remove a dead run's file; another run that has just done so, and made its own, keeps it."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    with suppress(FileNotFoundError):
        path.rename(aside)
        if aside.read_bytes() != content:  # theirs
            os.link(aside, path)
        aside.unlink()


_warned = False


def _warn(folder: Path) -> None:
    global _warned
    if not _warned:
        _warned = True
        sys.stderr.write(
            f"gtrack: warning: {shown(folder)}: this file system has no flock; files keep other "
            "runs out, and after a crash of the machine you may have to remove one\n"
        )

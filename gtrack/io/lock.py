"""One run per folder: a lock that the kernel frees when its process ends, and files beside it.

The kernel's lock (``flock``) does not reach other machines on many network file systems, or is not
there at all. So every run makes a file of its own, too: ``.lock.alone`` by itself, or one
``.lock.shared.<8 hex>`` among others that share the folder. It names process and host, has a
counter that goes on (:mod:`gtrack.io.leases`), and is taken away once that stands still.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from gtrack.core.errors import OutputError
from gtrack.core.interruption import ARRIVED, Whole
from gtrack.core.printable import shown
from gtrack.io.leases import EXPIRY, Lease, Watch, content_of, holder_of, is_ours, me, take_away

LOCK = ".lock"
"""Name of the lock file: there while a folder is in use, and after a kill until the next run."""

_ALONE, _SHARED = f"{LOCK}.alone", f"{LOCK}.shared."
_NAME = re.compile(
    rf"{re.escape(LOCK)}(?P<own>\.alone|\.shared\.[0-9a-f]{{8}})?(?P<aside>\.[0-9a-f]{{8}}\.tmp)?"
)
_LOOK = 1.0
"""Seconds between two looks at a counter of another machine."""

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
        self._lease: Lease | None = None

    def _begin(self) -> None:
        try:
            kind = fcntl.LOCK_SH if self._shared else fcntl.LOCK_EX
            self._descriptor = _take(self._folder / LOCK, kind)
            self._claim()
        except BlockingIOError as error:
            holder = _alive(self._folder) or error.filename or "another run"
            raise OutputError(
                f"{self._folder}: locked by {holder}; wait for its end, or stop it"
            ) from error
        except OSError as error:
            self._end(error)
            why = error.strerror or error
            raise OutputError(
                f"{self._folder}: cannot write here: {why}; make it writable, or use another folder"
            ) from error
        except BaseException as error:
            self._end(error)
            raise

    def _claim(self) -> None:
        """Make a file that locks the folder, and then look for those that it excludes.

        Of two runs that do so at once, one at least sees the other.
        """
        alone = self._folder / _ALONE
        if not self._shared:
            _clear([alone])
        own = self._folder / f"{_SHARED}{secrets.token_hex(4)}" if self._shared else alone
        self._lease = Lease(own)
        if not self._lease.take():
            raise OutputError(f"{own}: another run has just begun; wait for its end")
        if self._shared:
            _clear([alone])
            return
        there = [path for path in self._folder.iterdir() if is_lock(path.name)]
        _clear(path for path in there if path.name.startswith(_SHARED) and not _is_aside(path))
        for path in filter(_is_aside, there):
            path.unlink(missing_ok=True)

    def _end(self, error: BaseException | None) -> None:
        if self._lease is not None:
            self._lease.drop()
        if self._descriptor is not None:
            with suppress(OSError):  # unless other shared holders are left, the last one tidies up
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                (self._folder / LOCK).unlink()
            os.close(self._descriptor)
        self._descriptor = self._lease = None


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
                os.pwrite(descriptor, os.fsencode(me()), 0)
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
            if is_ours(os.pread(descriptor, 400, 0)):
                return descriptor
        os.close(descriptor)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.EMLINK, errno.EISDIR, errno.ENXIO):
            raise
    raise OutputError(f"{path}: is no lock that gtrack made; move it away")


def _alive(folder: Path) -> str:
    """Name a run that holds a folder, and how many more do; nothing where no file tells."""
    names = [name for name in os.listdir(folder) if is_lock(name)]
    holders = [holder_of(content_of(folder / name) or b"") for name in sorted(names)]
    there = [holder for holder in holders if holder and holder.beats and not holder.is_gone]
    return f"{there[0]}{_and_more(len(there))}" if there else ""


def _and_more(runs: int) -> str:
    return f" and {runs - 1} more" if runs > 1 else ""


def _is_aside(path: Path) -> bool:
    """Tell whether a lock was being taken away when the run that did so was killed."""
    found = _NAME.fullmatch(path.name)
    return found is not None and found["aside"] is not None


def _clear(paths: Iterable[Path]) -> None:
    """Return when none of the runs that made these files is alive; what dead ones left goes.

    Raises
    ------
    OutputError
        When one is.
    """
    left, watch, said = sorted(paths), Watch(), False
    others = _and_more(len(left))
    while left := [path for path in left if not _is_free(path, watch, others)]:
        if not said:
            said = True
            _say_waiting(left[0])
        if ARRIVED.waits:
            raise ARRIVED.exception()
        time.sleep(_LOOK)


def _is_free(path: Path, watch: Watch, others: str) -> bool:
    """Tell whether a file that locks a folder is gone, or was a dead run's and is taken away."""
    content = content_of(path)
    if content is None:
        return True
    holder = holder_of(content)
    if holder is not None and holder.is_gone:
        take_away(path, content)
        return True
    if content and (holder is None or not holder.beats):
        said = content.decode(errors="replace")
        raise OutputError(f"{path.parent}: locked by {said}; remove {path} if no such run is alive")
    still = None if holder is not None and holder.is_here else watch.still(path, content)
    if still is None:
        raise OutputError(
            f"{path.parent}: locked by {holder}{others}; wait for its end, or stop it"
        )
    return still > EXPIRY and take_away(path, content)


def _say_waiting(path: Path) -> None:
    holder = holder_of(content_of(path) or b"") or "a run that has just begun"
    sys.stderr.write(
        f"gtrack: {shown(path.parent)}: looking for up to {EXPIRY:.0f} s whether "
        f"{shown(str(holder))} is still at work there\n"
    )

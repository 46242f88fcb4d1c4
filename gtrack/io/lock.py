"""One run per folder: a lock that the kernel frees when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gtrack.core.errors import OutputError

LOCK = ".lock"
"""Name of the lock file: there while a folder is in use, and after a kill until the next run."""


@contextmanager
def locked(folder: Path, *, shared: bool = False) -> Iterator[None]:
    """Keep other runs out of a folder while the block lasts.

    Parameters
    ----------
    folder : Path
        It exists.
    shared : bool
        Let other shared holders in (shards of one plan), but none that wants it alone.

    Raises
    ------
    OutputError
        When another run holds the folder (it is named by process and host), or when the folder
        cannot be written.

    Notes
    -----
    A file system without ``flock`` locks nothing.
    """
    path = folder / LOCK
    try:
        descriptor = _take(path, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"pid {os.getpid()} on {socket.gethostname()}".encode(), 0)
    except BlockingIOError as error:
        holder = error.filename or "another run"
        raise OutputError(f"{folder}: locked by {holder}; wait for its end, or stop it") from error
    except OSError as error:
        why = error.strerror or error
        raise OutputError(f"{folder}: cannot write here: {why}; choose another --out") from error
    try:
        yield
    finally:
        with suppress(OSError):  # unless other shared holders are left, the last one tidies up
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        os.close(descriptor)


def _take(path: Path, kind: int) -> int:
    """Return the descriptor of the locked file that has the name `path`."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            error.filename = os.pread(descriptor, 400, 0).decode(errors="replace")
            os.close(descriptor)
            raise
        except OSError:  # a file system without locks
            return descriptor
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        os.close(descriptor)  # its last holder removed it meanwhile

"""What the operating system refuses, as one line with a cure, wherever it arose.

Readers and writers say more of their files, where they know more. What is left comes of paths that
are looked at on the way: too long a name, a link that leads to itself, no permission.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterator

from gtrack.core.errors import GtrackError, InputError, ModelError, OutputError
from gtrack.core.small_file import AWAY, FAILS

_UNABLE = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS)
_NO_FILE = (errno.ENXIO, errno.ENODEV)
_DAMAGED = tuple(getattr(errno, name) for name in ("EUCLEAN", "EBADMSG") if hasattr(errno, name))
_SEVERED = (errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED, errno.EPROTO)

_CURES: dict[int, tuple[type[GtrackError], str]] = {
    **dict.fromkeys(AWAY, (InputError, "the network's disk does not answer; try again")),
    **dict.fromkeys(_SEVERED, (InputError, "the network's disk does not answer; try again")),
    **dict.fromkeys(_UNABLE, (OutputError, "this disk cannot do that; choose another disk")),
    **dict.fromkeys(_NO_FILE, (InputError, "it is a device or a socket; give a file")),
    **dict.fromkeys(_DAMAGED, (InputError, "the disk is damaged: have it checked, then try again")),
    errno.EBUSY: (OutputError, "something else uses it; try again later"),
    errno.EACCES: (InputError, "ask its owner for access, or copy it"),
    errno.EPERM: (InputError, "ask its owner for access, or copy it"),
    errno.ENAMETOOLONG: (InputError, "give a shorter name"),
    errno.ELOOP: (InputError, "it is a link that leads to itself; give what it should lead to"),
    errno.ENOENT: (InputError, "give one that is there"),
    errno.ENOTDIR: (InputError, "a file stands where a folder should be; give another path"),
    errno.EISDIR: (InputError, "give a file"),
    errno.EEXIST: (InputError, "choose another name"),
    errno.EINVAL: (InputError, "give another path"),
    errno.EIO: (InputError, "the disk fails; copy it elsewhere and try again"),
    errno.ESTALE: (InputError, "the network's disk has changed; try again"),
    errno.EMFILE: (OutputError, "raise the limit of open files: ulimit -n 1024"),
    errno.ENFILE: (OutputError, "the machine has too many files open; try again later"),
    errno.ENOMEM: (ModelError, "memory is short; give a smaller --batch-tokens, or free some"),
    errno.EAGAIN: (OutputError, "the machine gives no more processes or threads; see ulimit -u"),
    errno.ENOSPC: (OutputError, "the disk is full; free some room, then run it again"),
    errno.EDQUOT: (OutputError, "your share of the disk is full; free some room"),
    errno.EFBIG: (OutputError, "larger than a file may be here; choose another disk"),
    errno.EROFS: (OutputError, "nothing can be written there; choose another folder"),
    errno.ENOTEMPTY: (OutputError, "something was written into it meanwhile; run it again"),
    errno.EXDEV: (OutputError, "choose a folder on the same disk"),
    errno.ETXTBSY: (OutputError, "a program runs from it; choose another name"),
}

_DISKS = {errno.EIO, errno.ESTALE, errno.ESHUTDOWN}
"""What no host of the web says: of them nothing else is needed to know that a disk fails."""

_EXPLAINS = {errno.ELOOP, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
_NAMELESS = _EXPLAINS | _DISKS | {errno.EAGAIN, errno.EDQUOT, errno.ENOSPC, errno.EFBIG}
_DEEPEST = 20  # errors that led to each other


def refusal(error: BaseException) -> GtrackError | None:
    """Return what is to be said of an error of the system; None for what is none, so a bug.

    What led to it counts where it explains all that follows: a link without end, which pathlib
    calls a RuntimeError, and too many open files, for which no library can be imported.
    """
    if isinstance(error, MemoryError):
        return ModelError(
            "memory is short; give shorter windows or a smaller --batch-tokens, or take a machine "
            "with more"
        )
    if isinstance(error, ImportError | RuntimeError) and os.strerror(errno.EMFILE) in str(error):
        return OutputError(f"{error}; {_CURES[errno.EMFILE][1]}")  # libraries say it in words
    if isinstance(error, OSError):
        return _said(error)
    return next(map(_said, _led_to(error, _EXPLAINS)), None)


def cured(error: GtrackError) -> GtrackError:
    """Return an error of gtrack's, with another cure where it arose of too many open files.

    So, too, where a disk failed: what could not be read is not damaged, and nothing is to be
    removed. Of what could not be written, the line says so already.
    """
    if os.strerror(errno.EMFILE) in str(error):
        return OutputError(f"{error}; {_CURES[errno.EMFILE][1]}")
    numbers = {errno.EMFILE, errno.ENFILE} | (set() if isinstance(error, OutputError) else FAILS)
    return next(filter(None, map(_said, _led_to(error, numbers))), error)


def _led_to(error: BaseException, numbers: Collection[int]) -> Iterator[OSError]:
    """Yield the errors of the system, of such numbers, that led to an error."""
    before: BaseException | None = error
    for _ in range(_DEEPEST):
        if isinstance(before, OSError) and before.errno in numbers:
            yield before
        if before is None:
            return
        before = before.__cause__ or before.__context__


def _said(error: OSError) -> GtrackError | None:
    if error.errno not in _CURES or (error.filename is None and error.errno not in _NAMELESS):
        return None
    kind, cure = _CURES[error.errno]
    named = "" if error.filename is None else f"{_name(error.filename)}: "
    return kind(f"{named}{error.strerror}; {cure}")


def _name(name: object) -> str:
    return name.decode(errors="backslashreplace") if isinstance(name, bytes) else str(name)

"""What the viewer's server hands out: files that were named beforehand, and texts."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple, Protocol

from gtrack.core.annotation_formats import ANNOTATION_FORMATS

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".xml": "application/xml",
    **dict.fromkeys(
        (
            *(".txt", ".tsv", ".sizes", ".fai"),
            *(each.ending for each in ANNOTATION_FORMATS.values() if each.lines),
        ),
        "text/plain; charset=utf-8",
    ),
}


def content_type(url: str) -> str:
    """Return the media type for a URL's ending; bytes where there is none better."""
    suffix = ".html" if url.endswith("/") else PurePosixPath(url).suffix
    return _TYPES.get(suffix, "application/octet-stream")


class Opened(NamedTuple):
    """A file opened for one answer: all its facts are of this handle, whatever happens on disk."""

    handle: BinaryIO
    size: int
    tag: str
    """Strong entity tag, with its quotes."""


class Entry(Protocol):
    """Something that can be served."""

    def open(self) -> Opened:
        """Open it; an OSError says why it cannot be."""


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file on disk.

    Parameters
    ----------
    path : Path
    root : Path or None
        A folder, resolved, that the file may not leave by a symbolic link; None where the user
        named the file.
    """

    path: Path
    root: Path | None = None

    def open(self) -> Opened:
        """Open it, looked up anew: a link may have been put in its place."""
        real = os.path.realpath(self.path, strict=True)
        if self.root is not None and not Path(real).is_relative_to(self.root):
            raise PermissionError(errno.EACCES, "it is a link that leads out of the folder")
        # without NONBLOCK, a pipe would hold the thread
        number = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        handle = os.fdopen(number, "rb", buffering=0)
        facts = os.fstat(number)
        if not stat.S_ISREG(facts.st_mode):
            handle.close()
            raise PermissionError(errno.EACCES, "it is no file")
        times = f"{facts.st_mtime_ns:x}-{facts.st_ctime_ns:x}"
        tag = f'"{facts.st_ino:x}-{facts.st_size:x}-{times}"'
        return Opened(handle, facts.st_size, tag)


class WithheldError(OSError):
    """A file is there and is not handed out."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A file that is not as it was written: it is named, and not handed out."""

    def open(self) -> Opened:
        """Raise :class:`WithheldError`."""
        raise WithheldError(errno.EIO, "is not as it was written")


@dataclass(frozen=True, slots=True)
class ServedText:
    """A text made at start."""

    text: str

    def open(self) -> Opened:
        """Open it."""
        data = self.text.encode()
        return Opened(io.BytesIO(data), len(data), f'"{hashlib.sha256(data).hexdigest()[:32]}"')

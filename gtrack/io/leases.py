"""Files that say who is at work, and that they still are: a counter in each goes on while they are.

No ``flock`` and no clock that machines share is needed. Who finds such a file looks at the counter;
one that stands still for a minute of the finder's own clock is of somebody who is gone. On the
holder's own machine the end of its process is seen at once.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Event, Lock, Thread

from gtrack.io.atomic import make_new, sync, temporary_beside

BEAT = 5.0
"""Seconds between two steps of the counter."""

EXPIRY = 60.0
"""Seconds after which a counter that stands still is nobody's."""

_LONGEST_LOOK = 5.0
"""Seconds that one look can add to them: a disk that hung stops counters, and finders as well."""

_MOST, _LOOKS = 1000, 3
_CONTENT = re.compile(
    rb"(pid (?P<pid>\d+) on (?P<host>[^\n]*)"
    rb"(\nbeat (?P<beat>\d{12}) of (?P<token>[0-9a-f]{16}) (?P<process>[^\n]*)\n)?)?"
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who made a file: a process of a machine.

    `process` tells machines of one name, and processes of one number, apart; it and `token` are
    empty in a file that has no counter.
    """

    pid: int
    host: str
    token: str = ""
    process: str = ""

    def __str__(self) -> str:
        return f"pid {self.pid} on {self.host}"

    @property
    def beats(self) -> bool:
        """Whether its file has a counter."""
        return bool(self.token)

    @property
    def is_here(self) -> bool:
        """Whether it is of this machine, so that its process can be looked for."""
        machine, _, _ = self.process.partition(" ")
        return self.host == socket.gethostname() and (not self.beats or machine == _machine())

    @property
    def is_gone(self) -> bool:
        """Whether its process has certainly ended."""
        if not self.is_here:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except (PermissionError, OverflowError):  # of another user: alive
            pass
        _, _, began = self.process.partition(" ")
        state, now = _stat(self.pid)
        if state in ("Z", "X"):  # it ended, and nobody has asked how: common in containers
            return True
        return bool(began and now) and began != now  # the number is another process' now


def holder_of(content: bytes) -> Holder | None:
    """Return who made a file with this content; None where gtrack did not, or is just at it."""
    found = _CONTENT.fullmatch(content)
    if found is None or found["pid"] is None:
        return None
    token, process = (os.fsdecode(found[name] or b"") for name in ("token", "process"))
    return Holder(int(found["pid"]), os.fsdecode(found["host"]), token, process)


def is_ours(content: bytes) -> bool:
    """Whether a file with this content can be gtrack's; an empty one is just being made."""
    return _CONTENT.fullmatch(content) is not None


def me() -> str:
    """Name this process, as a person reads it."""
    return f"pid {os.getpid()} on {socket.gethostname()}"


def content_of(path: Path) -> bytes | None:
    """Return what stands in such a file now, on whatever machine it was written; None: it is gone.

    Raises
    ------
    OSError
        When it cannot be read, or is a link.
    """
    for left in reversed(range(_LOOKS)):
        try:
            return _read(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno != errno.ESTALE or not left:
                raise  # else NFS: it went while it was read, and may be another by now
    return None


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(descriptor, _MOST)
    finally:
        os.close(descriptor)


class Lease:
    """A file that this process made and keeps alive.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._token = secrets.token_hex(8)
        self._descriptor: int | None = None
        self._beats, self._at, self._lock = 0, 0, Lock()

    def take(self) -> bool:
        """Make the file, unless it is there: of all that try at once, one does.

        Raises
        ------
        OSError
            When the system refuses.
        """
        named = os.fsencode(f"{me()}\nbeat ")
        end = f"{0:012d} of {self._token} {_machine()} {_stat(os.getpid())[1]}\n"
        try:
            make_new(self.path, named + os.fsencode(end))
        except FileExistsError:
            return False
        try:
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            self.path.unlink(missing_ok=True)
            raise
        self._at = len(named)
        _HEART.keep(self)
        return True

    def beat(self) -> None:
        """Let the counter go on; a file that was taken away meanwhile is nobody's."""
        with self._lock, suppress(OSError):
            if self._descriptor is not None:
                self._beats += 1
                os.pwrite(self._descriptor, b"%012d" % self._beats, self._at)
                sync(self._descriptor)

    def drop(self) -> None:
        """Remove the file, if it is still this process'."""
        _HEART.let_go(self)
        with self._lock, suppress(OSError):
            if self._descriptor is not None:
                descriptor, self._descriptor = self._descriptor, None
                os.close(descriptor)
                holder = holder_of(content_of(self.path) or b"")
                if holder is not None and holder.token == self._token:
                    self.path.unlink()


class _Heart:
    """The thread that lets the counters of this process go on, while there are any."""

    def __init__(self) -> None:
        self._kept: set[Lease] = set()
        self._lock, self._idle = Lock(), Event()
        self._thread: Thread | None = None

    def keep(self, lease: Lease) -> None:
        with self._lock:
            self._kept.add(lease)
            if self._thread is None:
                self._idle.clear()
                self._thread = Thread(target=self._run, args=(self._idle,), daemon=True)
                self._thread.start()

    def let_go(self, lease: Lease) -> None:
        with self._lock:
            self._kept.discard(lease)
            if not self._kept and self._thread is not None:
                self._idle.set()
                self._thread, self._idle = None, Event()

    def _run(self, idle: Event) -> None:
        while not idle.wait(BEAT):
            with self._lock:
                kept = list(self._kept)
            for lease in kept:
                lease.beat()


_HEART = _Heart()


class Watch:
    """How long the counters of others have stood still, by the clock of this process.

    Parameters
    ----------
    clock : callable
        Seconds that only go on.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[Path, tuple[bytes, float, float]] = {}

    def still(self, path: Path, content: bytes) -> float | None:
        """Return for how many seconds a file has been like this; None where it was not before."""
        now = self._clock()
        before, last, seconds = self._seen.get(path, (b"", now, 0.0))
        changed = path in self._seen and before != content
        seconds = 0.0 if before != content else seconds + min(now - last, _LONGEST_LOOK)
        self._seen[path] = (content, now, seconds)
        return None if changed else seconds

    def forget(self, path: Path) -> None:
        """Begin anew with a file."""
        self._seen.pop(path, None)


def take_away(path: Path, content: bytes) -> bool:
    """Remove a file of somebody who is gone, if it is as it was then; of all that try, one does."""
    aside = temporary_beside(path)
    try:
        path.rename(aside)
    except FileNotFoundError:
        return False
    try:
        same = content_of(aside) == content
        if not same:  # somebody else has just done so, and made their own
            with suppress(OSError):
                os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return same


@cache
def _machine() -> str:
    """Return what tells this machine, and its process numbers, from others of its name."""
    boot, space = "", ""
    with suppress(OSError):  # not on macOS
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
        space = "".join(re.findall(r"\d", os.readlink("/proc/self/ns/pid")))
    return f"{boot}-{space}"


def _stat(pid: int) -> tuple[str, str]:
    """Return a process' state, and the tick of its start; empty where nobody can say."""
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return fields[0], fields[19]
    return "", ""

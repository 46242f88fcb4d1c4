"""Lines of JSON that processes append to a folder: each to a file of its own, one write a line.

No lock is needed and no line is torn by another's: on network file systems, where two machines that
append to one file lose lines, no two share one. A process that is killed leaves whole lines.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gtrack.io.folders import entries

_NAME = re.compile(r"\d{8}T\d{6}Z-[\w.]{1,64}-\d+-[0-9a-f]{4}\.jsonl", re.ASCII)

_LONGEST = 1 << 20
"""Bytes of a line; a longer one is none of ours."""

_own_names: dict[int, str] = {}


def is_event_log(name: str) -> bool:
    """Tell whether a file has the name of such a log."""
    return _NAME.fullmatch(name) is not None


def own_name() -> str:
    """Return the name of this process's file: when it began, host and process."""
    process = os.getpid()  # asked for each time: a fork is another
    if process not in _own_names:
        host = re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname())[:64] or "_"
        began, token = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}", secrets.token_hex(2)
        _own_names[process] = f"{began}-{host}-{process}-{token}.jsonl"
    return _own_names[process]


def append_event(folder: Path, event: str, facts: Mapping[str, Any], *, make: bool = False) -> None:
    """Append a line to this process's file: when, what, who, and the facts.

    What the system refuses is not told: nothing depends on a log, and the work that it is about
    meets the same disk. A line that did not fit is taken back.

    Parameters
    ----------
    folder : Path
    event : str
    facts : mapping
        What JSON can say.
    make : bool
        Make folder and file; else a file that is not there is not made.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    who = {"host": socket.gethostname(), "pid": os.getpid()}
    record = {"time": now, "event": event, **who, **facts}
    line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
    with suppress(OSError):
        if make:
            folder.mkdir(exist_ok=True)
        _write(folder / own_name(), line, os.O_CREAT if make else 0)


def _write(path: Path, line: bytes, more: int) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | more
    descriptor = os.open(path, flags, 0o666)
    try:
        written = os.write(descriptor, line)
        if written < len(line):  # the disk is full
            os.ftruncate(descriptor, os.fstat(descriptor).st_size - written)
    finally:
        os.close(descriptor)


def read_events(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of all logs in a folder, file by file; what is no such line is passed over.

    Links are not followed.
    """
    for name in filter(is_event_log, entries(folder)):
        with suppress(OSError):
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            with os.fdopen(os.open(folder / name, flags), "rb") as file:
                while line := file.readline(_LONGEST):
                    with suppress(ValueError, RecursionError):
                        record = json.loads(line)
                        if isinstance(record, dict) and isinstance(record.get("event"), str):
                            yield record

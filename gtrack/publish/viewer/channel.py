"""Reads over a channel of messages, as a notebook's widget has one: a piece of a named file each.

What may be read is the table of the viewer's server (decision 0010), and a name is looked up as it
stands. Every answer is short, because it is given in the thread that runs the notebook's cells.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO

from gtrack.publish.viewer.packing import is_packable
from gtrack.publish.viewer.served import Entry, WithheldError

PIECE = 1 << 20
"""Most bytes of one answer; ``page/cell/channel.js`` asks for no more."""

_SMALLEST = 1 << 10  # bytes of a text that is worth packing
_GZIP = 31  # of zlib's wbits

Answer = tuple[dict[str, Any], list[bytes]]
"""A message, and what travels beside it as bytes."""


def answered(files: Mapping[str, Entry], asked: Any) -> Answer | None:
    """Answer one message of the page.

    Parameters
    ----------
    files : mapping of str to Entry
        By the path of the URL, with its slash; nothing else can be read.
    asked : object
        ``gtrack`` is "read", ``id`` any text, ``file``, ``start`` and ``end`` what is wanted;
        an empty ``file`` asks whether somebody is there.

    Returns
    -------
    tuple of dict and list of bytes, or None
        ``status`` as of HTTP: 200 with ``size`` of the whole file, ``tag`` of its state, ``packed``
        where the bytes are gzip; 204, 400, 404 and 410 with ``why``. None for other messages.
    """
    if not isinstance(asked, Mapping) or asked.get("gtrack") != "read":
        return None
    said: dict[str, Any] = {"gtrack": "piece", "id": str(asked.get("id", ""))[:64]}
    name, start, end = asked.get("file"), _count(asked.get("start")), _count(asked.get("end"))
    if not isinstance(name, str) or start is None or end is None or start > end:
        return {**said, "status": 400, "why": "a file, a start and an end are wanted"}, []
    if end - start > PIECE:
        return {**said, "status": 400, "why": f"more than {PIECE} bytes at once"}, []
    if not name:
        return {**said, "status": 204}, []
    if name not in files:
        return {**said, "status": 404, "why": "no file of this scan"}, []
    try:
        opened = files[name].open()
        with opened.handle:
            data = _read(opened.handle, min(start, opened.size), min(end, opened.size))
    except OSError as error:
        status = 410 if isinstance(error, WithheldError) else 404
        return {**said, "status": status, "why": str(error.strerror)}, []
    packed = is_packable(name) and len(data) >= _SMALLEST
    said |= {"status": 200, "size": opened.size, "tag": opened.tag, "packed": packed}
    return said, [zlib.compress(data, 1, _GZIP) if packed else data]


def _count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if is_count else None  # type: ignore[return-value]


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    """Read a stretch: less where the file was cut since it was opened."""
    file.seek(start)
    parts = bytearray()
    while len(parts) < end - start and (part := file.read(end - start - len(parts))):
        parts += part
    return bytes(parts)

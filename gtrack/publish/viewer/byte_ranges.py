"""The ``Range`` header of RFC 9110, section 14: which bytes of a file are asked for."""

from __future__ import annotations

import re

_SPEC = re.compile(r"([0-9]{0,4000})-([0-9]{0,4000})")  # int() refuses more digits


class NotSatisfiableError(Exception):
    """The header is well formed, and no byte of the file lies in its ranges (status 416)."""


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Find the one stretch to send.

    Parameters
    ----------
    header : str or None
        The value of the ``Range`` header.
    size : int
        Bytes of the file.

    Returns
    -------
    tuple of int, or None
        First byte and the one behind the last; None for the whole file: without a header, with one
        that is malformed or not in bytes (both are to be ignored), or with several ranges.

    Raises
    ------
    NotSatisfiableError
        When all ranges lie behind the end.
    """
    unit, _, ranges = (header or "").partition("=")
    specs = [spec for part in ranges.split(",") if (spec := part.strip(" \t"))]
    if unit.lower() != "bytes" or not specs:
        return None
    found: list[tuple[int, int]] = []
    for spec in specs:
        match = _SPEC.fullmatch(spec)
        if match is None or spec == "-":
            return None
        first, last = match.groups()
        if first and last and int(last) < int(first):
            return None
        if not first:
            if int(last):
                found.append((max(0, size - int(last)), size))
        elif int(first) < size:
            found.append((int(first), min(size, int(last) + 1) if last else size))
    if not found:
        raise NotSatisfiableError
    start, end = found[0]
    return (start, end) if len(found) == 1 and start < end else None

"""Lines of a text, many at once where nothing is to be said of any."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

_ONE_BY_ONE = 64  # lines before many are tried again


def blocks_of_lines(
    stream: io.BufferedReader[Any], limit: int
) -> Iterator[tuple[int, bytes | list[bytes]]]:
    """Yield lines with the number of the first, from 1: plain ones in lists, without their ends.

    Any other is a line as it stands in the text, with its end; the first always is. A plain line
    holds no carriage return and no NUL, and begins with no blank and no ``#``.

    Parameters
    ----------
    stream : io.BufferedReader
    limit : int
        No line is read further, but for three bytes more.
    """
    number, one_by_one = 1, 1
    while True:
        if one_by_one:
            one_by_one -= 1
        elif plain := _plain_lines(stream, limit):
            yield number, plain
            number += len(plain)
        else:
            one_by_one = _ONE_BY_ONE
        line = stream.readline(limit + 3)
        if not line:
            return
        yield number, line
        number += 1


def _plain_lines(stream: io.BufferedReader[Any], limit: int) -> list[bytes]:
    """Take the next lines that lie in the buffer whole, while nothing is to be said of them."""
    data = stream.peek(1)[:limit]
    if data[:1] <= b" " or data[:1] == b"#" or b"\r" in data or b"\0" in data:
        return []
    comment = data.find(b"\n#")
    end = data.rfind(b"\n") if comment < 0 else comment
    lines = data[: max(end, 0)].split(b"\n")
    if min(lines) < b"!":  # empty, or blank perhaps
        lines = lines[: next(at for at, line in enumerate(lines) if line < b"!")]
    stream.read(sum(map(len, lines)) + len(lines))
    return lines

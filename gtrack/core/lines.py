"""Lines of a text, many at once, by what stands in each from left to right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.number_words import FILL, Words, decimal_words, whole_words
from gtrack.core.texts import Chosen

Part = bytes | Sequence[str] | NDArray[Any]
"""Bytes that all lines have, or a text or a number of each."""

_MOST = 1 << 24  # bytes of texts that are laid at once


def lines_of(parts: Sequence[Part], rows: int, errors: str = "strict") -> bytes:
    r"""Return lines by their parts: numbers as ``"%d"`` and ``"%.9g"`` write them.

    Parameters
    ----------
    parts : sequence
        From left to right: bytes, or as many texts or numbers as there are lines. A float that is
        none is ``NA``.
    rows : int
        How many lines there are.
    errors : str
        What becomes of surrogates in texts; see `str.encode`.

    Examples
    --------
    >>> lines_of([["a", "b"], b"\t", np.array([5, 40]), b" ", np.array([0.25, 1e-7]), b"\n"], 2)
    b'a\t5 0.25\nb\t40 1e-07\n'

    Raises
    ------
    ValueError
        When there are more or fewer of a part.
    """
    if any(len(part) != rows for part in parts if not isinstance(part, bytes)):
        raise ValueError(f"a column is shorter or longer than the {rows} lines")
    if not rows:
        return b""
    texts = {
        at: Chosen.of(part)
        for at, part in enumerate(parts)
        if not isinstance(part, bytes | np.ndarray)
    }
    encoded = {at: [each.encode("utf-8", errors) for each in texts[at].among] for at in texts}
    width = sum(max(map(len, each)) for each in encoded.values())
    if rows > 1 and rows * width > _MOST:
        return b"".join(
            lines_of(_cut(parts, half), len(range(rows)[half]), errors)
            for half in (slice(0, rows // 2), slice(rows // 2, rows))
        )
    laid = _numbers(parts)
    for at, part in enumerate(parts):
        if isinstance(part, bytes) and part:
            laid[at] = _padded([part])
        elif at in texts:
            laid[at] = _padded(encoded[at])[:, texts[at].places]
    lines = np.empty((rows, sum(map(len, laid.values()))), np.uint32)
    end = 0
    for _, words in sorted(laid.items()):
        lines[:, end : end + len(words)] = words.T
        end += len(words)
    return lines.tobytes().translate(None, FILL)


def _cut(parts: Sequence[Part], some: slice) -> list[Part]:
    """Return the parts of some lines."""
    return [each if isinstance(each, bytes) else each[some] for each in parts]


def _padded(texts: Sequence[bytes]) -> Words:
    """Return texts as words, of as many as the longest has."""
    width = max(4, -(-max(map(len, texts)) // 4) * 4)
    laid = b"".join(text.ljust(width, FILL) for text in texts)
    return np.frombuffer(laid, np.uint32).reshape(len(texts), -1).T


def _numbers(parts: Sequence[Part]) -> dict[int, Words]:
    """Return the words of numbers by their place, made of all floats, and all others, at once."""
    columns = {at: each for at, each in enumerate(parts) if isinstance(each, np.ndarray)}
    floats = [at for at, each in columns.items() if each.dtype.kind == "f"]
    others = [at for at in columns if at not in floats]
    columns |= {at: columns[at].astype(np.int64) for at in others}
    found: dict[int, Words] = {}
    made: tuple[tuple[list[int], Callable[[NDArray[Any]], Words]], ...]
    made = (floats, decimal_words), (others, whole_words)
    for places, words_of in made:
        if places:
            words = words_of(np.concatenate([columns[at] for at in places]))
            found.update(zip(places, np.split(words, len(places), axis=1), strict=True))
    return found

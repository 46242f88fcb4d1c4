"""The compressor of bigWig sections, chosen for speed and for the same bytes every time.

libdeflate (package ``deflate``) is deterministic and three times faster than zlib; isal is faster
still, but the same section sometimes leaves it in two versions, so it is not used.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from importlib import metadata
from itertools import chain, repeat
from typing import Any

try:
    import deflate
except ImportError:  # a platform without wheels: slower, and other bytes, but a valid file
    deflate = None

LEVEL = 1
_TOGETHER = 64  # small sections: handing one to a thread costs more than compressing it

_BY_THREADS = 1536
"""Bytes of a section, on average, from which threads pay: with shorter ones they mostly wait for
Python's lock, which each section leaves for microseconds."""

Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""Does work on each of many items and returns what comes of them, in their order: ``map``, or that
of several threads, since libdeflate and zlib leave Python's lock."""

#: What compresses, as a run records it: the bytes of a track depend on it.
COMPRESSOR = (
    f"zlib {zlib.ZLIB_RUNTIME_VERSION} level {LEVEL}"
    if deflate is None
    else f"deflate {metadata.version('deflate')} level {LEVEL}"
)


_zlib_compress = zlib.compress if deflate is None else deflate.zlib_compress


def compress(raw: bytes) -> bytes:
    """Compress one section to a zlib stream."""
    packed: bytes = _zlib_compress(raw, LEVEL)
    return packed


def compress_all(sections: Sequence[bytes]) -> list[bytes]:
    """Compress some sections as :func:`compress` does one."""
    # By map: a frame of Python for each section costs a tenth of packing 200 bases.
    return list(map(_zlib_compress, sections, repeat(LEVEL)))


def decompress_all(sections: Sequence[bytes], limit: int) -> list[bytes]:
    """Undo :func:`compress_all`; see :func:`decompress` for errors, which do not say where."""
    if deflate is None:
        return [decompress(packed, limit) for packed in sections]
    try:
        # As bytes, one by one: each comes in `limit` bytes of memory, which would be left in holes.
        return list(map(bytes, map(deflate.zlib_decompress, sections, repeat(limit))))
    except deflate.DeflateError as error:
        raise ValueError(str(error)) from error


def on_all(
    work: Callable[[Sequence[bytes]], Sequence[Any]], sections: Sequence[bytes], each: Each
) -> list[Any]:
    """Return what ``work(some)`` makes of all sections: by `each`, unless they are short."""
    if sum(map(len, sections)) < _BY_THREADS * len(sections):
        each = map
    parts = (sections[at : at + _TOGETHER] for at in range(0, len(sections), _TOGETHER))
    return list(chain.from_iterable(each(work, parts)))


def decompress(packed: bytes, limit: int) -> bytes:
    """Undo :func:`compress`, checksum included.

    Parameters
    ----------
    packed : bytes
        One zlib stream.
    limit : int
        The most bytes that may come out, at least 1.

    Raises
    ------
    ValueError
        When the stream is broken or longer than `limit`.
    """
    try:
        if deflate is not None:
            return bytes(deflate.zlib_decompress(packed, limit))
        stream = zlib.decompressobj()
        raw = stream.decompress(packed, limit)
        if not stream.eof:
            raise ValueError("the stream is cut or too long")
        return raw
    except (zlib.error, getattr(deflate, "DeflateError", zlib.error)) as error:
        raise ValueError(str(error)) from error

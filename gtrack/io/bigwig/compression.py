"""The compressor of bigWig sections, chosen for speed and for the same bytes every time.

libdeflate (package ``deflate``) is deterministic and three times faster than zlib; isal is faster
still, but the same section sometimes leaves it in two versions, so it is not used.
"""

from __future__ import annotations

import zlib
from importlib import metadata

try:
    import deflate
except ImportError:  # a platform without wheels: slower, and other bytes, but a valid file
    deflate = None

LEVEL = 1

#: What compresses, as a run records it: the bytes of a track depend on it.
COMPRESSOR = (
    f"zlib {zlib.ZLIB_RUNTIME_VERSION} level {LEVEL}"
    if deflate is None
    else f"deflate {metadata.version('deflate')} level {LEVEL}"
)


def compress(raw: bytes) -> bytes:
    """Compress one section to a zlib stream."""
    packed: bytes = zlib.compress(raw, LEVEL) if deflate is None else deflate.zlib_compress(raw, 1)
    return packed


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

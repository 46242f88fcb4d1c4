"""Memory of one batch is kept for the next.

glibc gives large blocks back to the system as soon as they are freed. Every batch of a model then
faults the same megabytes in again, page by page: 15 to 45 % of a CNN's time, system time for the
most part, and worker threads wait for each other at it. Two thresholds keep the blocks. Elsewhere
(musl, macOS, Windows) nothing is done, and nothing depends on it: no byte of a result changes.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # numbers of glibc's malloc.h
_LARGEST_KEPT = 32 << 20
"""Larger blocks are mapped one by one as before; glibc takes no greater threshold."""

_KEPT_IN_ALL = 256 << 20
"""Free memory at the end of a heap beyond which it is given back all the same."""

_LARGEST_AFTERWARDS, _FREE_AFTERWARDS = 4 << 20, 8 << 20
"""The same two, once batches are over: large blocks lie by themselves again, and leave no holes."""


@contextmanager
def memory_kept(active: bool = True) -> Iterator[None]:
    """Keep the memory that is freed meanwhile, and give back on leaving what is free then.

    Parameters
    ----------
    active : bool
        Without it nothing is done: on a GPU the batches lie elsewhere.
    """
    libc = _glibc() if active else None
    if libc is not None:
        libc.malloc_trim(0)  # what is free by now would stay as well
        libc.mallopt(_MMAP_THRESHOLD, _LARGEST_KEPT)
        libc.mallopt(_TRIM_THRESHOLD, _KEPT_IN_ALL)
    try:
        yield
    finally:
        if libc is not None:
            libc.mallopt(_MMAP_THRESHOLD, _LARGEST_AFTERWARDS)
            libc.mallopt(_TRIM_THRESHOLD, _FREE_AFTERWARDS)
            libc.malloc_trim(0)


def _glibc() -> Any:
    """Return the C library of this process where it is glibc, else None."""
    try:
        if not (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc"):
            return None
        libc = ctypes.CDLL(None)
        return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
    except (AttributeError, ValueError, OSError):  # no confstr, no such name, no library
        return None

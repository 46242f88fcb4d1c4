"""Threads of libraries written in Rust, as tokenizers is: no more than a run may use.

Such a library takes every core of the machine it sees, whatever ``--workers`` says, and asks for
their number once, at its first work in a process. No byte of a result depends on it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_NUMBER = "RAYON_NUM_THREADS"


@contextmanager
def rust_threads(threads: int) -> Iterator[None]:
    """Let libraries that begin to work in the block take so many; what the user has set stays."""
    if _NUMBER in os.environ:
        yield
        return
    os.environ[_NUMBER] = str(threads)
    try:
        yield
    finally:
        os.environ.pop(_NUMBER, None)

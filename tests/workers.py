"""What the workers of one run (pytest-xdist) share, and how many there are."""

from __future__ import annotations

import os
import random
import shutil
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

T = TypeVar("T")

MOST = 8
"""Each worker imports torch (half a GB) and holds a second process that has; more gain nothing."""


def worker_count() -> int:
    """Return one worker for each core that this process may use, and not more than `MOST`."""
    return min(MOST, len(os.sched_getaffinity(0)))


def long_first(tests: Sequence[T], is_long: Sequence[bool], workers: int) -> list[T]:
    """Return the tests in an order whose `workers` equal parts begin with the long ones.

    pytest-xdist deals such parts out (``--dist worksteal``), and each worker begins with the first
    of its own; the rest stays in its order, so that a module's fixtures are made once.
    """
    slow = [test for test, long in zip(tests, is_long, strict=True) if long]
    rest = [test for test, long in zip(tests, is_long, strict=True) if not long]
    dealt: list[T] = []
    for number in range(workers):
        # What is left is dealt evenly to those that are left, as xdist does.
        size = (len(tests) - len(dealt)) // (workers - number)
        mine = slow[number::workers]
        take = max(0, size - len(mine))
        dealt += mine + rest[:take]
        del rest[:take]
    return dealt + rest


def free_port() -> int:
    """Return a port that nobody listens on, outside the range that the kernel gives away itself.

    One of that range could be another worker's before the program under test has it.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as link:
            try:
                link.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Once:
    """Makes folders that every worker reads: who asks first makes one, the others wait for it.

    Parameters
    ----------
    root : Path
        A folder of this run.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, name: str, fill: Callable[[Path], object]) -> Path:
        """Return the folder `name`, which `fill` has filled; after a failure it is begun anew."""
        folder, done = self.root / name, self.root / f"{name}.done"
        with FileLock(self.root / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

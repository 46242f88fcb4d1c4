"""Costs as ratios within one run: a busy or slow machine changes both sides."""

from __future__ import annotations

import time
from collections.abc import Callable


def cpu_seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """Return the least CPU time of this process in some rounds; other work only adds."""
    took = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        took.append(time.process_time() - begun)
    return min(took)


def growth(work: Callable[[int], object], size: int) -> float:
    """Return what four times the size costs, in costs of the size: 4 if linear, 16 if quadratic."""
    small, large = (cpu_seconds(lambda n=n: work(n)) for n in (size, 4 * size))
    return large / small

"""For how long each stage of a scan is at work, where stages run side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock


class Busy:
    """Seconds in which at least one thread was in a stage, by its name.

    Stages that overlap are counted each, so that together they may be more than the clock says; one
    stage in two threads at once is counted once. It is asked once a pool, never once a window.

    Parameters
    ----------
    now : callable, optional
        A clock, in seconds.

    Examples
    --------
    >>> ticks = iter([0.0, 2.0, 3.0])
    >>> busy = Busy(lambda: next(ticks))
    >>> with busy.during("reading"):
    ...     pass
    >>> busy.taken()
    {'reading': 2.0}
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now, self._lock = now, Lock()
        self._inside: dict[str, int] = {}
        self._since: dict[str, float] = {}
        self._sums: dict[str, float] = {}

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        """Count the block to a stage."""
        with self._lock:
            inside = self._inside.get(stage, 0)
            self._inside[stage] = inside + 1
            if not inside:
                self._since[stage] = self._now()
        try:
            yield
        finally:
            with self._lock:
                self._inside[stage] -= 1
                if not self._inside[stage]:
                    self._add(stage, self._now())

    def taken(self) -> dict[str, float]:
        """Return the seconds of every stage since the last time, those under way included."""
        with self._lock:
            now = self._now()
            for stage, inside in self._inside.items():
                if inside:
                    self._add(stage, now)
            sums, self._sums = self._sums, {}
        return sums

    def _add(self, stage: str, now: float) -> None:
        self._sums[stage] = self._sums.get(stage, 0.0) + now - self._since[stage]
        self._since[stage] = now

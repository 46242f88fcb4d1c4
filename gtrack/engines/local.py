"""One machine: in turn, in threads, or in one process per device."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from gtrack.core.optional_ports import Recounted
from gtrack.core.ports import Work, lacking
from gtrack.engines.processes import Processes

Item = TypeVar("Item")
Result = TypeVar("Result")


def available_cores() -> int:
    """Return how many cores this process may use (a SLURM job: those it was given)."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Serial:
    """One item after the other, in this thread."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield ``work(item)`` in the order of the items."""
        return map(work, items)

    def close(self) -> None:
        """Nothing is left to end."""


class Threads:
    """Threads of this process, for work that leaves Python's lock (torch on CPUs does).

    Parameters
    ----------
    workers : int
        Threads; at most twice as many items are under way. One would only be waited for: this
        thread does its work, without 30 µs of handing over an item.
    """

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(workers)  # of threads that start when they are needed
        self._workers, self._ahead = workers, 2 * workers

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield ``work(item)`` in the order of the items; an error cancels what has not begun."""
        return map(work, items) if self._workers == 1 else self._map(work, items)

    def _map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(self._pool.submit(work, item))
                if len(waiting) > self._ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(cancel_futures=True)


class InTurn:
    """One process, this one: what is given is done at once, and then fetched."""

    def __init__(self, do: Callable[[Any], object]) -> None:
        self._do = do
        self._done: list[Any] = []
        self.live = True

    @property
    def idle(self) -> int:
        """Whether there is nothing to fetch."""
        return int(not self._done)

    def give(self, item: Item) -> None:
        """Do it."""
        self._do(item)
        self._done.append(item)

    def wait(self, seconds: float | None = None) -> list[Any]:
        """Return what was done."""
        done, self._done = self._done, []
        return done


class InProcesses:
    """One process per device; see :class:`InTurn`, whose methods it has."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self.live = False

    @property
    def idle(self) -> int:
        """How many processes have nothing to do."""
        return self._processes.idle

    def give(self, item: Item) -> None:
        """Let one of them begin it."""
        self._processes.give(_do_opened, item)

    def wait(self, seconds: float | None = None) -> list[Any]:
        """Return what was done, once anything was, or after so many seconds."""
        return [item for item, _ in self._processes.wait(seconds)]


class Local:
    """One machine: in this process on one device, in one process per device on several.

    Parameters
    ----------
    devices : sequence of str
        Names of torch devices; ``cpu`` twice is two processes that share the cores.
    workers : int or None
        CPU threads in all; None for all cores.
    """

    def __init__(self, devices: Sequence[str], workers: int | None) -> None:
        self._devices, self._workers = tuple(devices), workers
        self._pool: Processes | None = None
        self.live = len(self._devices) == 1

    def map(self, work: Work[Item], items: Iterable[Item]) -> Iterator[Item]:
        """Do every item, and yield it when it is done; in their order."""
        if self.live:
            with work.opened(self._devices[0], self._workers) as do:
                yield from _each(do, items)
            return
        yield from self._processes(work).map(_do_opened, items)

    @contextmanager
    def crew(self, work: Work[Item]) -> Iterator[InTurn | InProcesses]:
        """Yield what does items one by one, for a caller that chooses them as they come."""
        if self.live:
            with work.opened(self._devices[0], self._workers) as do:
                yield InTurn(do)
            return
        try:
            yield InProcesses(self._processes(work))
        finally:
            self.close()

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.close()

    def _processes(self, work: Work[Any]) -> Processes:
        workers, among = self._workers, len(self._devices)
        if "cpu" in self._devices:  # they share the cores
            workers = max(1, (workers or available_cores()) // among)
        again = None if lacking(work, Recounted) else cast(Recounted[Any], work).again
        self._pool = Processes(self._devices, _open, (work, workers), again)
        return self._pool


def _each(do: Any, items: Iterable[Item]) -> Iterator[Item]:
    """Do every item; some work has a way of its own to do many, the next ones under way early."""
    if hasattr(do, "each"):
        yield from do.each(items)
        return
    for item in items:
        do(item)
        yield item


_opened: dict[str, Any] = {}
"""What a worker process opened when it started."""


def _open(device: str, work: Work[Any], workers: int | None) -> None:
    context = work.opened(device, workers)
    _opened.update(context=context, do=context.__enter__())  # until the process ends


def _do_opened(item: Item) -> Item:
    _opened["do"](item)
    return item

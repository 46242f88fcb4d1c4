"""One machine: in turn, in threads, or in one process per device."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

from gtrack.core.errors import ModelError
from gtrack.core.interruption import ARRIVED
from gtrack.core.ports import Work

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
        Threads; at most twice as many items are under way.
    """

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(workers)
        self._ahead = 2 * workers

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield ``work(item)`` in the order of the items; an error cancels what has not begun."""
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


class Local:
    """One machine: in this process on one device, in one process per device on several.

    Parameters
    ----------
    devices : sequence of str
        Names of torch devices.
    workers : int or None
        CPU threads; None for all cores.
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
        self._pool = Processes(self._devices, _open, (work, self._workers))
        yield from self._pool.map(_do_opened, items)

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.close()


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


class Processes:
    """One process per device, each set up once.

    Parameters
    ----------
    devices : sequence of str
        One process is started for each.
    start : callable
        ``start(device, *arguments)`` runs first in each process; top-level and picklable.
    arguments : tuple
        What `start` gets after the device.
    """

    def __init__(
        self, devices: Sequence[str], start: Callable[..., None], arguments: tuple[Any, ...]
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._before = set(multiprocessing.active_children())
        with _deaf():  # multiprocessing starts a process of its own here
            queue = context.Queue()
        for device in devices:
            queue.put(device)
        self._pool = ProcessPoolExecutor(
            len(devices), context, initializer=_begin, initargs=(queue, start, arguments)
        )

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield ``work(item)`` in the order of the items.

        Raises
        ------
        ModelError
            When a process dies, as for lack of memory. What `start` or `work` raise comes as it is.
        """
        waiting: deque[Future[Result]] = deque()
        try:
            with _deaf():  # the processes start here
                waiting.extend(self._pool.submit(_do, work, item) for item in items)
            while waiting:
                yield waiting[0].result()
                waiting.popleft()
        except BrokenProcessPool as error:
            raise ModelError(
                "a worker process ended abruptly, perhaps for lack of memory; what is done is "
                "kept, so go on with --resume"
            ) from error
        finally:
            if ARRIVED.number is None:  # else `close` ends the processes, and with them these
                for future in waiting:
                    future.cancel()

    def close(self) -> None:
        """End the processes, without the work that has not begun; of a stopped run, at once."""
        if ARRIVED.number is not None:
            for process in set(multiprocessing.active_children()) - self._before:
                process.terminate()
        self._pool.shutdown(cancel_futures=ARRIVED.number is None)


@contextmanager
def _deaf() -> Iterator[None]:
    """Start processes that hear nothing of what a terminal sends to all: this one ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGHUP])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_failed: list[Exception] = []
"""Why this process did not start: an initializer that raises would hide it from the caller."""


def _begin(queue: Any, start: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        start(queue.get(), *arguments)
    except Exception as error:
        _failed.append(error)


def _end_with_parent() -> None:
    """End this process when the one that started it has ended, however that was."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(work: Callable[[Item], Result], item: Item) -> Result:
    if _failed:
        raise _failed[0]
    return work(item)

"""One process per device. One that dies is started again, and what it was at is done again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any, TypeVar

from gtrack.core.errors import GtrackError, ModelError
from gtrack.core.interruption import ARRIVED

Item = TypeVar("Item")
Result = TypeVar("Result")

TRIES = 3
"""How often in all a piece of work is begun that ends its process."""

_AHEAD = 4
"""Pieces a process that may be done before one that is still under way."""


class _Place:
    """One device, the process that works there now, and what that is at."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.process: BaseProcess | None = None
        self.pipe: Connection | None = None
        self.job: tuple[Any, Any] | None = None
        self.deaths = 0
        self.forgotten = False


class Processes:
    """One process per device, each set up once.

    Parameters
    ----------
    devices : sequence of str
        One process is started for each, when there is work for it.
    start : callable
        ``start(device, *arguments)`` runs first in each process; top-level and picklable.
    arguments : tuple
        What `start` gets after the device.
    again : callable, optional
        Told, in this process, of a piece that is begun again, and why.
    """

    def __init__(
        self,
        devices: Sequence[str],
        start: Callable[..., None],
        arguments: tuple[Any, ...],
        again: Callable[[Any, str], object] | None = None,
    ) -> None:
        self._start, self._arguments, self._tell = start, arguments, again
        self._places: list[_Place] = [_Place(device) for device in devices]

    @property
    def idle(self) -> int:
        """How many processes have nothing to do."""
        return sum(place.job is None for place in self._places)

    def give(self, work: Callable[[Item], Result], item: Item) -> None:
        """Let one that has nothing to do begin ``work(item)``; both are picklable."""
        place = next(place for place in self._places if place.job is None)
        place.job, place.deaths = (work, item), 0
        self._begin(place)

    def wait(self, seconds: float | None = None) -> list[tuple[Any, Any]]:
        """Return what was done meanwhile, as soon as anything was.

        Raises
        ------
        ModelError
            When a process dies, as for lack of memory, and so do those that try again. What the
            start or the work raise comes as it is.
        """
        busy = [place for place in self._places if place.job is not None]
        sources: list[Any] = [place.pipe for place in busy if place.pipe is not None]
        sources += [place.process.sentinel for place in busy if place.process is not None]
        ready = wait(sources, seconds)
        done = []
        for place in busy:
            assert place.process is not None
            assert place.job is not None
            if place.pipe not in ready and place.process.sentinel not in ready:
                continue
            answer = _answer(place)
            if answer is None:
                self._again(place)
                continue
            item, forgotten = place.job[1], place.forgotten
            place.job, place.forgotten = None, False
            if forgotten:  # of a map that has ended
                continue
            if not answer[0]:
                raise answer[1]
            done.append((item, answer[1]))
        return done

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield ``work(item)`` in the order of the items; see :meth:`wait`."""
        numbered, due = enumerate(items), deque[int]()
        done: dict[int, Any] = {}
        most = _AHEAD * len(self._places)
        try:
            while True:
                while self.idle and len(due) < most and (pair := next(numbered, None)) is not None:
                    due.append(pair[0])
                    self.give(partial(_numbered, work, pair[0]), pair[1])
                if not due:
                    return
                done.update(result for _, result in self.wait())
                while due and due[0] in done:
                    yield done.pop(due.popleft())
        finally:
            for place in self._places:
                place.forgotten = place.job is not None

    def close(self) -> None:
        """End the processes, each after what it is at; of a stopped run, at once."""
        for place in self._places:
            if place.process is None or place.pipe is None:
                continue
            if ARRIVED.number is not None:
                place.process.terminate()
            else:
                with suppress(OSError):  # it is dead
                    place.pipe.send(None)
        for place in self._places:
            self._end(place)
            place.job = None

    def _begin(self, place: _Place) -> None:
        """Send a place what it is to do; start its process where there is none that lives."""
        if place.process is None or not place.process.is_alive():
            self._end(place)
            with _deaf():  # of multiprocessing's own process, whose start hears again
                resource_tracker.ensure_running()
            with _deaf():
                context = multiprocessing.get_context("spawn")
                place.pipe, theirs = context.Pipe()
                job = (theirs, place.device, self._start, self._arguments)
                place.process = context.Process(target=_serve, args=job, daemon=True)
                place.process.start()
            theirs.close()
        assert place.pipe is not None
        with suppress(OSError):  # it has just died: `wait` sees that
            place.pipe.send(place.job)

    def _again(self, place: _Place) -> None:
        """Start a process anew that has died, with what it was at."""
        place.deaths += 1
        if place.deaths >= TRIES:
            place.job = None
            self._end(place)
            raise ModelError(
                f"{place.device}: a worker process ended abruptly {TRIES} times at the same piece "
                "of work, perhaps for lack of memory; what is done is kept, so go on with "
                "--resume, with fewer --workers or more memory"
            )
        self._end(place)
        if self._tell is not None and place.job is not None and not place.forgotten:
            self._tell(place.job[1], f"the process on {place.device} ended abruptly")
        self._begin(place)

    def _end(self, place: _Place) -> None:
        if place.process is not None:
            place.process.join()
        if place.pipe is not None:
            place.pipe.close()
        place.process = place.pipe = None


def _numbered(work: Callable[[Item], Result], number: int, item: Item) -> tuple[int, Result]:
    return number, work(item)


def _answer(place: _Place) -> tuple[bool, Any] | None:
    """Receive what a process says: whether it went well, and what came of it; None: it is dead."""
    assert place.pipe is not None
    with suppress(OSError, EOFError):
        if place.pipe.poll():
            said: tuple[bool, Any] = place.pipe.recv()
            return said
    return None


@contextmanager
def _deaf() -> Iterator[None]:
    """Start processes that hear nothing of what a terminal sends to all: this one ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGHUP])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(
    pipe: Connection, device: str, start: Callable[..., None], arguments: tuple[Any, ...]
) -> None:
    """Do what comes through the pipe, until nothing comes any more."""
    Thread(target=_end_with_parent, daemon=True).start()
    failed: Exception | None = None
    try:
        start(device, *arguments)
    except Exception as error:
        failed = error
    with suppress(OSError, EOFError):  # the other end is gone
        while (job := pipe.recv()) is not None:
            _send(pipe, _done(job[0], job[1], failed))


def _done(work: Callable[[Item], Result], item: Item, failed: Exception | None) -> tuple[bool, Any]:
    """Do one piece of work, and return an answer that travels."""
    try:
        if failed is not None:
            raise failed
        return True, work(item)
    except Exception as error:
        if not isinstance(error, GtrackError):
            error.add_note(traceback.format_exc())  # a traceback does not travel
        return False, error


def _send(pipe: Connection, answer: tuple[bool, Any]) -> None:
    """Send an answer; in the place of one that cannot travel, why."""
    try:
        pipe.send(answer)
    except OSError:
        raise
    except Exception as error:
        pipe.send((False, RuntimeError(f"{answer[1]!r} cannot be sent: {error}")))


def _end_with_parent() -> None:
    """End this process when the one that started it has ended, however that was."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

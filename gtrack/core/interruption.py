"""Signals that end a run, as exceptions: raised between steps, never inside what must be whole.

The first SIGINT, SIGTERM or SIGHUP raises :class:`Stopped` where the main thread stands. A function
marked :func:`uninterrupted` is left alone: the signal waits, and the function raises it when it is
done. CPython looks for signals at calls, at the start of functions and at backward jumps only; so a
last line ``if ARRIVED.waits: raise ...`` leaves no gap behind it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from _thread import start_new_thread  # of threading, the one that takes no lock: handlers call it

TYPE_CHECKING = False  # of a start-up, typing alone would be a tenth; nothing is caught meanwhile
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType, TracebackType
    from typing import Any, TypeVar

    Function = TypeVar("Function", bound=Callable[..., Any])

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a run; the exit code is 128 and the number."""

_PATIENCE = 2.0
"""Seconds of cleaning up after which a further signal ends the process where it stands."""

_whole: set[CodeType] = set()


class Stopped(BaseException):
    """A signal arrived that ends the run.

    Attributes
    ----------
    number : int
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Interrupted(Stopped):
    """SIGINT: Ctrl-C."""


class _Arrived:
    """The first signal of this process, if there was one.

    Attributes
    ----------
    number : int or None
    waits : bool
        It has not been raised yet.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self.at = 0.0
        self.waits = self.watched = self.over = self.resent = False
        self.hook: Callable[[Any], object] = sys.unraisablehook

    def reset(self) -> None:
        self.number, self.waits, self.over = None, False, False

    def exception(self) -> Stopped:
        """Return what is to be raised."""
        assert self.number is not None
        self.waits = False
        return (Interrupted if self.number == signal.SIGINT else Stopped)(self.number)


ARRIVED = _Arrived()


def uninterrupted(function: Function) -> Function:
    """Let no signal raise while `function`, or what it calls, runs.

    Its last line, where it may raise, is ``if ARRIVED.waits: raise ARRIVED.exception()``.
    """
    _whole.add(function.__code__)
    return function


class Whole:
    """A ``with`` block whose beginning and whose end no signal divides; it is raised after them."""

    def _begin(self) -> Any:
        """Return what the block gets."""

    def _end(self, error: BaseException | None) -> None:
        """Put everything in order after the block, which may have failed, or was not entered."""

    @uninterrupted
    def __enter__(self) -> Any:
        begun = self._begin()
        if ARRIVED.waits:
            error = ARRIVED.exception()
            self._end(error)
            raise error
        return begun

    @uninterrupted
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end(error)
        if ARRIVED.waits:
            raise ARRIVED.exception()


def guarded(work: Callable[[], object], say: Callable[[], None], *, last: bool = False) -> None:
    """Call `work`; where a signal ended it, `say` so and exit with 128 and its number.

    Calls may be nested: the innermost one speaks. What is ignored (nohup ignores SIGHUP) stays so.

    Parameters
    ----------
    work, say : callable
    last : bool
        Nothing comes after this call but the end of the process, which then no signal disturbs.
    """
    before = _watch()
    try:
        if ARRIVED.waits:
            raise ARRIVED.exception()
        work()
    except BaseException as error:
        # A signal while something else fails, or that came out as something else, is still one.
        finished = isinstance(error, SystemExit) and not error.code
        if ARRIVED.number is None or ARRIVED.over or finished:
            raise
        ARRIVED.over = True
        say()
        raise SystemExit(128 + ARRIVED.number) from None
    finally:
        _unwatch(before, last)


def _arrive(number: int, frame: FrameType | None) -> None:
    """Handle a signal: raise it, keep it for later, or, when it is repeated, end the process."""
    if ARRIVED.number is not None or ARRIVED.over:
        if not ARRIVED.over and time.monotonic() - ARRIVED.at > _PATIENCE:
            os.write(2, b"gtrack: interrupted at once; what is finished is kept\n")
            os._exit(128 + number)
        return
    ARRIVED.number, ARRIVED.at = number, time.monotonic()
    ARRIVED.waits = True
    if frame is not None and frame.f_code is guarded.__code__:
        return
    while frame is not None:
        if frame.f_code is _unraisable.__code__:  # raised here, it would be lost
            _send_again(number)
            return
        if frame.f_code in _whole:
            return
        frame = frame.f_back
    raise ARRIVED.exception()


@uninterrupted
def _watch() -> dict[int, Any] | None:
    """Install the handlers, unless they are; return those before."""
    if ARRIVED.watched:
        return None
    ARRIVED.reset()
    before: dict[int, Any] = {}
    for number in NUMBERS:
        if (old := signal.getsignal(number)) in (signal.SIG_IGN, None):
            continue  # not to be heard, or not Python's to handle
        try:
            signal.signal(number, _arrive)
        except ValueError:  # not the main thread: signals do not come here
            return None
        before[number] = old
    ARRIVED.watched, ARRIVED.hook, sys.unraisablehook = True, sys.unraisablehook, _unraisable
    return before


@uninterrupted
def _unwatch(before: dict[int, Any] | None, last: bool) -> None:
    """Put back the handlers; of the last call, leave them, and let them do nothing."""
    if last:
        ARRIVED.over = True
    elif before is not None:
        for number, old in before.items():
            signal.signal(number, old)
        sys.unraisablehook, ARRIVED.watched = ARRIVED.hook, False
        ARRIVED.reset()


def _unraisable(lost: Any) -> None:
    """Send again a signal that was raised in a finaliser and so lost."""
    if isinstance(lost.exc_value, Stopped):
        _send_again(lost.exc_value.number)
    else:
        ARRIVED.hook(lost)


def _send_again(number: int) -> None:
    ARRIVED.reset()
    if not ARRIVED.resent:
        ARRIVED.resent = True
        start_new_thread(_send_until_heard, (number,))


def _send_until_heard(number: int) -> None:
    time.sleep(0.01)
    while ARRIVED.watched and ARRIVED.number is None:
        signal.raise_signal(number)
        time.sleep(0.01)
    ARRIVED.resent = False

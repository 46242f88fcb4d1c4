"""Two steps in a thread each, ahead of the thread that wants their results."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

Item = TypeVar("Item")
Middle = TypeVar("Middle")
Result = TypeVar("Result")


class Stages:
    """A reader, a device's own thread, and the caller, who writes: each works on another item.

    Parameters
    ----------
    ahead : int
        Items that are begun at most before the caller has taken the first of them.
    """

    def __init__(self, ahead: int) -> None:
        self._ahead = ahead
        self._first = ThreadPoolExecutor(1, "reader")
        self._second = ThreadPoolExecutor(1, "device")

    def map(
        self,
        first: Callable[[Item], Middle],
        second: Callable[[Middle], Result],
        items: Iterable[Item],
    ) -> Generator[Result, None, None]:
        """Yield ``second(first(item))`` in the order of the items; close it when you stop early.

        The items are taken by the caller. An error comes when it is its item's turn, and what has
        not begun then never does; when this ends, however that is, no step runs.
        """
        waiting: deque[Future[Result]] = deque()
        begun: deque[Future[Middle]] = deque()
        try:
            for item in items:
                if len(waiting) == self._ahead:
                    yield waiting.popleft().result()
                    begun.popleft()
                begun.append(self._first.submit(first, item))
                waiting.append(self._second.submit(_after, begun[-1], second))
            while waiting:
                yield waiting.popleft().result()
        finally:
            futures: list[Future[Any]] = [*begun, *waiting]
            wait([future for future in futures if not future.cancel()])

    def close(self) -> None:
        """End the threads."""
        self._first.shutdown(cancel_futures=True)
        self._second.shutdown(cancel_futures=True)


def _after(begun: Future[Middle], second: Callable[[Middle], Result]) -> Result:
    return second(begun.result())

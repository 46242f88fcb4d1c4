"""An engine as a package beside gtrack: the last piece first, in a process of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

from gtrack.core.ports import Work

Item = TypeVar("Item")


class Backwards:
    """Does every piece in one other process, from the last to the first."""

    live = False

    def __init__(self, devices: Sequence[str], workers: int | None) -> None:
        self._device, self._workers = devices[0], workers
        self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))

    def map(self, work: Work[Item], items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items in their order, once all are done."""
        pieces = list(items)
        done = self._pool.submit(_do, work, pieces[::-1], self._device, self._workers)
        assert done.result() == len(pieces)
        yield from pieces

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown(cancel_futures=True)


def _do(work: Work[Any], items: list[Any], device: str, workers: int | None) -> int:
    with work.opened(device, workers) as do:
        for item in items:
            do(item)
    return len(items)

"""Progress of a scan on stderr: a bar per model on a terminal, a line now and then in a log."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from gtrack.core.plan import Plan

Tell = Callable[[str, int, int], None]

LOG_EVERY = 30.0
"""Seconds between lines when stderr is not a terminal."""


class _Account:
    """How far one model is: bases, regions, speed."""

    def __init__(self, plan: Plan, name: str) -> None:
        grid = plan.grid(name)
        # A region is done with the last window that it asked for.
        last = dict(zip(grid.wanted_region.tolist(), grid.wanted_window.tolist(), strict=True))
        self._ends = sorted(last.values())
        self.regions, self.total = len(plan.regions), plan.owned(name, 0, len(grid))
        self._windows = 0
        self.bases = 0
        self._started = time.monotonic()

    def add(self, windows: int, bases: int) -> None:
        self._windows += windows
        self.bases += bases

    @property
    def done(self) -> int:
        missing = self.regions - len(self._ends)  # regions whose bases others own
        ended = bisect_left(self._ends, self._windows)
        return ended + (missing if ended == len(self._ends) else 0)

    @property
    def speed(self) -> float:
        return self.bases / max(1e-9, time.monotonic() - self._started)

    def words(self) -> str:
        left = (self.total - self.bases) / max(1e-9, self.speed)
        return (
            f"{self.done:,}/{self.regions:,} regions, {self.bases:,}/{self.total:,} bases, "
            f"{self.speed:,.0f} bases/s, {left:,.0f} s left"
        )


@contextmanager
def scan_progress() -> Iterator[Callable[[Plan], Tell]]:
    """Yield what a scan calls with its plan, and which returns what it tells of its batches."""
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}% {task.fields[regions]} regions {task.fields[speed]}"),
        TimeElapsedColumn(),
        TextColumn("ETA"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )

    def begin(plan: Plan) -> Tell:
        accounts: dict[str, _Account] = {}
        tasks = {
            model.name: bars.add_task(
                model.name, total=_Account(plan, model.name).total, regions="", speed=""
            )
            for model in plan.models
        }
        said = time.monotonic()

        def tell(name: str, windows: int, bases: int) -> None:
            nonlocal said
            account = accounts.get(name) or accounts.setdefault(name, _Account(plan, name))
            account.add(windows, bases)
            bars.update(
                tasks[name],
                advance=bases,
                regions=f"{account.done:,}/{account.regions:,}",
                speed=f"{account.speed:,.0f} bases/s",
            )
            if not console.is_terminal and time.monotonic() - said > LOG_EVERY:
                said = time.monotonic()
                console.print(f"{name}: {account.words()}", highlight=False, soft_wrap=True)

        return tell

    with bars:
        yield begin

"""Progress on stderr: a bar per model on a terminal; of a scan, a line now and then in a log."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import Plan
from gtrack.workflows.scanning.null import null_name

Tell = Callable[[str, int, int], None]

LOG_EVERY = 30.0
"""Seconds between lines when stderr is not a terminal."""


class _Account:
    """How far one model or its null is: bases, regions, speed."""

    def __init__(self, grid: WindowGrid, regions: int) -> None:
        # A region is done with the last window that it asked for.
        last = dict(zip(grid.wanted_region.tolist(), grid.wanted_window.tolist(), strict=True))
        self._ends = sorted(last.values())
        self.regions, self.total = regions, grid.owned(0, len(grid))
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

    def shown(self) -> str:
        """Regions that are done; nothing for a null, which no region asked for."""
        return f"{self.done:,}/{self.regions:,} regions" if self.regions else ""

    def words(self) -> str:
        left = (self.total - self.bases) / max(1e-9, self.speed)
        parts = (
            self.shown(),
            f"{self.bases:,}/{self.total:,} bases",
            f"{self.speed:,.0f} bases/s",
            f"{left:,.0f} s left",
        )
        return ", ".join(part for part in parts if part)


def _grids(plan: Plan) -> dict[str, tuple[WindowGrid, int]]:
    """Return what will report, by name, with its number of regions."""
    real = {model.name: (plan.grid(model.name), len(plan.regions)) for model in plan.models}
    nulls = {null_name(name): (drawn.grid, 0) for name, drawn in plan.null_grids().items()}
    return real | nulls


@contextmanager
def scan_progress() -> Iterator[Callable[[Plan], Tell]]:
    """Yield what a scan calls with its plan, and which returns what it tells of its batches."""
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}% {task.fields[regions]} {task.fields[speed]}"),
        TimeElapsedColumn(),
        TextColumn("ETA"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )

    def begin(plan: Plan) -> Tell:
        grids = _grids(plan)
        accounts: dict[str, _Account] = {}
        tasks = {
            name: bars.add_task(name, total=grid.owned(0, len(grid)), regions="", speed="")
            for name, (grid, _) in grids.items()
        }
        said = time.monotonic()

        def tell(name: str, windows: int, bases: int) -> None:
            nonlocal said
            account = accounts.get(name) or accounts.setdefault(name, _Account(*grids[name]))
            account.add(windows, bases)
            bars.update(
                tasks[name],
                advance=bases,
                regions=account.shown(),
                speed=f"{account.speed:,.0f} bases/s",
            )
            if not console.is_terminal and time.monotonic() - said > LOG_EVERY:
                said = time.monotonic()
                console.print(f"{name}: {account.words()}", highlight=False, soft_wrap=True)

        return tell

    with bars:
        yield begin


@contextmanager
def hits_progress() -> Iterator[Tell]:
    """Yield what a call of hits tells of its work: model, work done since, work in all."""
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("ETA"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    tasks: dict[str, TaskID] = {}

    def tell(name: str, done: int, in_all: int) -> None:
        if name not in tasks:
            tasks[name] = bars.add_task(f"{name} hits", total=in_all)
        bars.update(tasks[name], advance=done)

    with bars:
        yield tell

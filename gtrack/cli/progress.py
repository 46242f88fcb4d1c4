"""Progress on stderr: a bar for each piece of work on a terminal, a line now and then in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import rich.progress
from rich.markup import escape

from gtrack.cli.terminal import echo, printable_console
from gtrack.core.ports import OnBatch, OnStep
from gtrack.core.printable import lasting, shown
from gtrack.core.scan.cost import Cost
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import Plan
from gtrack.workflows.scanning.null import null_name

LOG_EVERY = 30.0
"""Seconds between lines when stderr is not a terminal."""


class _Bar:
    """How far one piece of work is, and how fast; what was done when it began took no time."""

    def __init__(self, task: rich.progress.TaskID, done: int) -> None:
        self.task, self.done = task, done
        self._first, self._began = done, time.monotonic()

    @property
    def speed(self) -> float:
        return (self.done - self._first) / max(1e-9, time.monotonic() - self._began)


class Bars:
    """Bars, one for each name that is told of: `tell` is a :data:`gtrack.core.ports.Progress`."""

    def __init__(self) -> None:
        self._console = printable_console()
        self._shown = rich.progress.Progress(
            rich.progress.TextColumn("{task.description}"),
            rich.progress.BarColumn(),
            rich.progress.TextColumn("{task.percentage:3.0f}% {task.fields[words]}"),
            rich.progress.TimeElapsedColumn(),
            rich.progress.TextColumn("ETA"),
            rich.progress.TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._bars: dict[str, _Bar] = {}
        self._said = time.monotonic()

    def __enter__(self) -> Bars:
        self._shown.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._shown.stop()

    def say(self, line: str) -> None:
        """Print a line above the bars."""
        self._console.print(line, soft_wrap=True, markup=False)

    def tell(self, name: str, done: int, in_all: int, units: str = "", words: str = "") -> None:
        """Show more of a piece of work as done; of the first time, how much was done before.

        Parameters
        ----------
        name : str
        done, in_all : int
            Since the last time, and of the whole.
        units : str
            What is counted; also shown as done in a second.
        words : str
            What else there is to show.
        """
        bar = self._bars.get(name)
        if bar is None:
            task = self._shown.add_task(
                escape(shown(name, 80)), total=in_all, completed=done, words=""
            )
            bar = self._bars.setdefault(name, _Bar(task, done))
        else:
            bar.done += done
        speed = f"{_rate(bar.speed)} {units}/s" if units else ""
        said = f"{words} {speed}".strip()
        self._shown.update(bar.task, completed=bar.done, words=escape(shown(said, 80)))
        now = time.monotonic()
        if not self._console.is_terminal and now - self._said > LOG_EVERY and bar.speed:
            self._said = now
            left = f"{(in_all - bar.done) / bar.speed:,.0f} s left"
            share = f"{bar.done / max(1, in_all):.0%}"  # steps without a name say nothing
            count = f"{bar.done:,}/{in_all:,} {units}" if units else share
            self.say(f"{name}: " + ", ".join(each for each in (words, count, speed, left) if each))


def _rate(speed: float) -> str:
    return f"{speed:,.0f}" if speed >= 10 else f"{speed:.2g}"


class _Regions:
    """How many regions of a model are done; of a null none is, as no region asked for it."""

    def __init__(self, grid: WindowGrid, regions: int) -> None:
        # A region is done with the last window that it asked for.
        last = np.full(regions, -1, np.int32)
        np.maximum.at(last, grid.wanted_region, grid.wanted_window)
        self._ends = np.sort(last[last >= 0])
        self._regions, self._windows = regions, 0
        self.bases = grid.owned(0, len(grid))

    def after(self, windows: int) -> str:
        """Say how many are done after so many windows more."""
        self._windows += windows
        missing = self._regions - len(self._ends)  # regions whose bases others own
        ended = int(np.searchsorted(self._ends, self._windows))
        done = ended + (missing if ended == len(self._ends) else 0)
        return f"{done:,}/{self._regions:,} regions" if self._regions else ""


def print_cost(cost: Cost) -> None:
    """Print what a model will cost by a method that reads altered sequences."""
    echo(
        f"{cost.model}: reads {cost.passes:,} altered sequences ({cost.rows:,} windows, each "
        f"strand for itself, {cost.bases:,} bases); about {lasting(cost.seconds)}",
        err=True,
    )


@contextmanager
def scan_progress() -> Iterator[Callable[[Plan], OnBatch]]:
    """Yield what a scan calls with its plan, and which returns what it tells of its batches."""
    with Bars() as bars:

        def begin(plan: Plan) -> OnBatch:
            models = {
                model.name: _Regions(plan.grid(model.name), len(plan.regions))
                for model in plan.models
            }
            drawn = plan.null_grids().items()
            models |= {null_name(name): _Regions(null.grid, 0) for name, null in drawn}
            for name, regions in models.items():
                bars.tell(name, 0, regions.bases, "bases")

            def on_batch(name: str, windows: int, bases: int) -> None:
                regions = models[name]
                bars.tell(name, bases, regions.bases, "bases", regions.after(windows))

            return on_batch

        yield begin


@contextmanager
def training_progress() -> Iterator[tuple[Callable[[str], None], OnStep]]:
    """Yield what a training says in a line, and what it tells of its steps."""
    with Bars() as bars:
        before = 0

        def on_step(step: int, steps: int, loss: float | None) -> None:
            nonlocal before
            shown = "loss -" if loss is None else f"loss {loss:.4f}"
            bars.tell("training", step - before, steps, "steps", shown)
            before = step

        yield bars.say, on_step

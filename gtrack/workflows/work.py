"""``gtrack work``: shards of a plan by lease, beside any number of others, until none is left."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gtrack.core.errors import OutputError
from gtrack.core.ports import OnBatch
from gtrack.core.scan.plan import Plan
from gtrack.engines.local import InProcesses, InTurn, Local
from gtrack.workflows.folder.leases import ShardLeases
from gtrack.workflows.folder.run_log import RunLog
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.batch_size import fixed_by_plan
from gtrack.workflows.scanning.null import part_done
from gtrack.workflows.scanning.versions import check_versions
from gtrack.workflows.scanning.work import (
    WholeShards,
    devices_of,
    report,
    threads_of,
    wanted,
)

Begin = Callable[[Plan], OnBatch]
"""Called once with the plan; what it returns is told of every batch."""

_LOOK, _A_LEASE = 1.0, 0.01
"""Seconds between two looks at what others do: in any case, and more for each of their leases."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What became of the shards of a plan; all are done.

    `here` were done by this run, `others` by others meanwhile, `before` before it began;
    `taken_over` of those here were begun by others, who were gone. `merged` says that there was
    nothing to do, `late` that others took over what was under way here, and merged all.
    """

    out: Path
    shards: int
    here: int = 0
    others: int = 0
    before: int = 0
    taken_over: int = 0
    merged: bool = False
    late: bool = False


def work(out: Path, begin: Begin, *, device: str = "auto", workers: int | None = None) -> Worked:
    """Do shards of a plan that ``gtrack plan`` made, beside others, until all are done.

    Shards that others are at are waited for: if they come to nothing, they are done here.

    Parameters
    ----------
    out : Path
        The planned folder.
    begin : callable
        Told of the plan once and of progress, that of others included.
    device : str
        As ``--device``; on several, each has a process of its own.
    workers : int, optional
        CPU threads in all; those of the plan by default.

    Raises
    ------
    InputError
        When the folder holds no plan, or an input is not the planned one.
    ModelError
        When a model cannot be opened, or worker processes die again and again.
    OutputError
        When the disk refuses, or a run holds the folder alone.
    """
    folder = ScanFolder(out)
    plan = folder.read_plan()
    check_versions(plan, out)
    devices, workers = devices_of(plan, out, device), threads_of(folder, workers)
    log = RunLog(out)
    with folder.held(shared=True), log.kept(), fixed_by_plan():
        if folder.is_finished(plan):
            return Worked(out, plan.n_shards, before=plan.n_shards, merged=True)
        folder.make("shards")
        engine, on_batch = Local(devices, workers), begin(plan)
        pool = _Pool(folder, plan, on_batch)
        if pool.left:
            log.begin("work", plan, device=device, workers=workers)
            # of another process, progress is told shard by shard
            told = on_batch if engine.live else lambda *_: None
            shards = WholeShards(folder, plan, told)
            try:
                with engine.crew(shards) as crew:
                    pool.empty(crew)
            except OutputError:
                if not folder.is_finished(plan):
                    raise
                return replace(pool.worked(), late=True)
        return pool.worked()


class _Pool:
    """The shards that are not done yet, as this run sees them."""

    def __init__(self, folder: ScanFolder, plan: Plan, on_batch: OnBatch) -> None:
        self._folder, self._plan, self._on_batch = folder, plan, on_batch
        self._merged = folder.is_merged(plan)
        self._here = self._others = self._taken_over = 0
        done = [index for index in range(plan.n_shards) if self._is_done(index)]
        for index in done:
            self._tell(index)
        self._before = len(done)
        self.left = deque(sorted(set(range(plan.n_shards)).difference(done)))
        if self.left:
            self.left.rotate(secrets.randbelow(len(self.left)))  # others begin elsewhere

    def empty(self, crew: InTurn | InProcesses) -> None:
        """Do shards until none is left."""
        with ShardLeases(self._folder.out / "shards") as leases:
            under_way = 0
            while self.left or under_way:
                while crew.idle and (index := self._next(leases)) is not None:
                    under_way += 1
                    crew.give(index)
                if under_way:
                    for index in crew.wait(self._pause):
                        under_way -= 1
                        leases.drop(index)
                        self._here += 1
                        if not crew.live:
                            self._tell(index)
                elif self.left:
                    time.sleep(self._pause)
            self._taken_over = leases.taken_over

    def worked(self) -> Worked:
        """Return the account."""
        return Worked(
            out=self._folder.out,
            shards=self._plan.n_shards,
            here=self._here,
            others=self._others,
            before=self._before,
            taken_over=self._taken_over,
        )

    @property
    def _pause(self) -> float:
        return _LOOK + _A_LEASE * len(self.left)

    def _next(self, leases: ShardLeases) -> int | None:
        """Take a shard that nobody is at; None where there is none now."""
        for _ in range(len(self.left)):
            index = self.left.popleft()
            if self._is_done(index):
                self._pass(index)
            elif not leases.take(index):
                self.left.append(index)
            elif self._is_done(index):  # just before
                leases.drop(index)
                self._pass(index)
            else:
                return index
        return None

    def _pass(self, index: int) -> None:
        self._others += 1
        self._tell(index)

    def _is_done(self, index: int) -> bool:
        return all(
            part_done(self._plan, self._folder, task.index)
            if task.null
            else self._folder.parts.seems_done(self._plan, index)
            for task in wanted(self._plan, index, merged=self._merged)
        )

    def _tell(self, index: int) -> None:
        for task in wanted(self._plan, index, merged=self._merged):
            report(self._plan, task, self._on_batch)

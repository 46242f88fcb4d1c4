"""What the run log says of each piece of a scan: when it began, and what it took."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gtrack.core.scan.plan import Plan
from gtrack.workflows.folder.run_log import RunLog, rounded
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.pools import Pool
from gtrack.workflows.scanning.tasks import Task


class PieceLog:
    """Tells of the pieces that this process does; two lines for each, however many windows it has.

    Parameters
    ----------
    folder : ScanFolder
    plan : Plan
    """

    def __init__(self, folder: ScanFolder, plan: Plan) -> None:
        self._folder, self._plan, self._log = folder, plan, RunLog(folder.out)
        self._since: dict[str, float] = {}

    def begun(self, task: Task) -> None:
        """Say that a piece begins."""
        self._since[str(task)] = time.perf_counter()
        self._log.tell("begun", piece=str(task))

    def done(self, task: Task, pools: Sequence[Pool], seconds: Mapping[str, float]) -> None:
        """Say that a piece is on disk, and for how long each stage was busy since the one before.

        Where stages run ahead, some of that was for the next pieces.
        """
        lasted = time.perf_counter() - self._since.pop(str(task))
        self._log.tell(
            "done",
            piece=str(task),
            windows=sum(pool.end - pool.first for pool in pools),
            bases=sum(pool.grid.owned(pool.first, pool.end) for pool in pools),
            bytes=sum(_sizes(self._files(task))),
            lasted=round(lasted, 4),
            seconds=rounded(seconds),
        )

    def _files(self, task: Task) -> list[Path]:
        parts = self._folder.parts
        if not task.null:
            return [parts.shard(task.index)]
        return [parts.null_part(target, task.index) for target in self._plan.targets]


def _sizes(paths: Iterable[Path]) -> Iterable[int]:
    for path in paths:
        with suppress(OSError):  # a model with fewer pools has none
            yield path.stat().st_size

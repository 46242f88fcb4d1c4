"""The pieces of a scan's work: its shards and the parts of its null, and which are on disk."""

from __future__ import annotations

from dataclasses import dataclass

from gtrack.core.scan.plan import Plan
from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.null import part_done


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work that is done or not: a shard, or a part of the null."""

    index: int
    null: bool = False

    def __str__(self) -> str:
        return f"null part {self.index}" if self.null else f"shard {self.index}"

    @classmethod
    def named(cls, words: str) -> Task:
        """Return the piece of such words."""
        kind, _, index = words.rpartition(" ")
        return cls(int(index), null=kind == "null part")


def task_done(plan: Plan, folder: ScanFolder, task: Task) -> bool:
    """Tell whether a piece of work is on disk, whole and of this plan."""
    if task.null:
        return part_done(plan, folder, task.index)
    return folder.parts.has_shard(plan, task.index)


def tasks(plan: Plan) -> list[Task]:
    """Return all of a plan's work."""
    parts = 0 if plan.null is None else plan.null.n_parts
    return [*map(Task, range(plan.n_shards)), *(Task(part, null=True) for part in range(parts))]


def tasks_of_shard(plan: Plan, shard: int) -> list[Task]:
    """Return one shard, with the parts of the null that go with it."""
    parts = range(0) if plan.null is None else plan.null.parts(shard, plan.n_shards)
    return [Task(shard), *(Task(part, null=True) for part in parts)]

"""The sealed parts of a scan: shards and nulls, each marked with its plan and its place in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.scan.null_windows import NullPlan
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.shard import ShardResult
from gtrack.core.segments import Segment
from gtrack.core.targets import Target
from gtrack.io.null_files import null_path, read_null, write_null
from gtrack.io.sealed import bears, belongs
from gtrack.io.shards import read_shard, shard_path, write_shard


@dataclass(frozen=True, slots=True)
class Parts:
    """Shards and nulls of one scan's folder.

    Parameters
    ----------
    out : Path
    """

    out: Path

    def shard(self, index: int) -> Path:
        """Where the values of one shard wait for the merge."""
        return shard_path(self.out / "shards", index)

    def null(self, target: Target) -> Path:
        """Where the null of one target is kept."""
        return null_path(self.out, target.stem)

    def null_part(self, target: Target, part: int) -> Path:
        """Where one part of it waits for the merge."""
        return self.out / "shards" / "null" / f"{target.stem}.{part:06d}.npz"

    def has_null(self, plan: Plan, target: Target) -> bool:
        """Whether the null of a target that the plan wants is there, merged."""
        null = plan.null
        return null is not None and belongs(self.null(target), _null_seal(plan, null.bases, target))

    def has_shard(self, plan: Plan, index: int) -> bool:
        """Whether one shard is there, whole and in its place of the plan."""
        return belongs(self.shard(index), plan.shard_seal(index))

    def seems_done(self, plan: Plan, index: int) -> bool:
        """Whether one shard is there, by its head: for who chooses what to do next."""
        path = self.shard(index)
        return path.exists() and bears(path, plan.shard_seal(index))

    def has_null_part(self, plan: Plan, target: Target, part: int) -> bool:
        """Whether one part of a target's null is there, whole and in its place of the plan."""
        return belongs(self.null_part(target, part), _part_seal(plan, target, part))

    def holds_work(self, plan: Plan) -> bool:
        """Whether a shard with windows lies here: of more shards than pools, some have none."""
        there = [index for index in range(plan.n_shards) if self.shard(index).exists()]
        return any(plan.shard(index, model.name) for index in there for model in plan.models)

    def missing_shards(self, plan: Plan) -> list[int]:
        """Return the shards that are not there, whole."""
        return [index for index in range(plan.n_shards) if not self.has_shard(plan, index)]

    def missing_before(self, plan: Plan, model: str) -> list[int]:
        """Return the missing shards for who reads all shards of a model next.

        Those are looked at by their head only, since reading finds what is damaged.
        """
        return [
            index
            for index in range(plan.n_shards)
            if not (
                self.seems_done(plan, index)
                if plan.shard(index, model)
                else self.has_shard(plan, index)
            )
        ]

    def read_shard(self, plan: Plan, index: int, model: str) -> ShardResult:
        """Read one model's results of a shard; see :func:`gtrack.io.shards.read_shard`."""
        return read_shard(self.shard(index), plan.shard_seal(index), model)

    def read_null(self, plan: Plan, bases: int, target: Target) -> list[Segment]:
        """Read the null of one target, made with `bases`, of this or an earlier version's plan."""
        return read_null(self.null(target), _null_seal(plan, bases, target))

    def read_null_part(self, plan: Plan, target: Target, part: int) -> list[Segment]:
        """Read one part of a null that waits for the merge."""
        return read_null(self.null_part(target, part), _part_seal(plan, target, part))

    def write_shard(self, plan: Plan, index: int, results: Mapping[str, ShardResult]) -> None:
        """Write the results of every model for one shard."""
        write_shard(self.shard(index), plan.shard_seal(index), results)

    def write_null_part(
        self, plan: Plan, target: Target, part: int, segments: Sequence[Segment]
    ) -> None:
        """Write one part of a null, which waits for the merge then."""
        path = self.null_part(target, part)
        path.parent.mkdir(exist_ok=True)
        write_null(path, _part_seal(plan, target, part), segments)

    def write_null(self, plan: Plan, target: Target, segments: Sequence[Segment]) -> None:
        """Write the null of a target."""
        assert plan.null is not None
        path = self.null(target)
        path.parent.mkdir(exist_ok=True)
        write_null(path, _null_seal(plan, plan.null.bases, target), segments)


def _null_seal(plan: Plan, bases: int, target: Target) -> str:
    """Return what marks the merged null of a target, in a folder of this or an earlier version."""
    null = NullPlan(bases, {})
    if plan.sealed:
        return null.first_seal(plan.digest)
    return null.seal(plan.digest, target.stem)


def _part_seal(plan: Plan, target: Target, part: int) -> str:
    """Return what marks one part of it."""
    assert plan.null is not None
    return plan.null.seal(plan.digest, target.stem, part)

"""The null of a scan: shuffled windows, explained as the real ones are, in parts of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gtrack.core.batches import pool_bounds
from gtrack.core.errors import InputError
from gtrack.core.null_windows import NullPlan, lay_null
from gtrack.core.plan import Plan
from gtrack.core.windows import WindowGrid
from gtrack.io.fasta import Genome
from gtrack.io.null_files import has_null, null_path, read_null, write_null
from gtrack.workflows.sequences import pool_digest, window_sequences


@dataclass(frozen=True, slots=True)
class NullSummary:
    """One model's null: shuffled windows, bases with a value, and how it compares with the scan."""

    name: str
    windows: int
    bases: int
    times_scan: float


def plan_null(genome: Genome, grids: Mapping[str, WindowGrid], bases: int) -> NullPlan:
    """Choose the windows of every model's null and fix what their sequences are."""
    pools = {}
    for name, grid in grids.items():
        drawn = lay_null(grid, bases).grid
        pools[name] = tuple(
            pool_digest(window_sequences(genome, drawn, first, end))
            for first, end in pool_bounds(len(drawn))
        )
    return NullPlan(bases, pools)


def null_name(name: str) -> str:
    """Return under which name a model's null reports progress; no model can be called so."""
    return f"{name} null"


def part_path(out: Path, name: str, part: int) -> Path:
    """Return where one part of one model's null waits for the merge."""
    return out / "shards" / "null" / f"{name}.{part:06d}.npz"


def part_done(plan: Plan, out: Path, part: int) -> bool:
    """Tell whether a part is on disk for every model, or merged."""
    return all(
        _done(plan, part_path(out, name, part)) or _done(plan, null_path(out, name))
        for name in _models_of(plan, part)
    )


def null_done(plan: Plan, out: Path) -> bool:
    """Tell whether the null that the plan wants stands there, merged; none wanted is done."""
    return all(_done(plan, null_path(out, name)) for name in _models_of(plan, 0))


def merge_null(plan: Plan, out: Path) -> tuple[NullSummary, ...]:
    """Join the parts of every model's null that is not joined yet, and describe them.

    Raises
    ------
    InputError
        When parts are missing.
    """
    null, summaries = plan.null, []
    if null is None:
        return ()
    seal = null.seal(plan.digest)
    for name, drawn in plan.null_grids().items():
        path = null_path(out, name)
        if not has_null(path, seal):
            parts = [part_path(out, name, part) for part in range(len(null.pools[name]))]
            missing = [k for k, part in enumerate(parts) if not has_null(part, seal)]
            if missing:
                raise InputError(
                    f"{out}: {len(missing)} of {len(parts)} parts of the null of {name} are "
                    "missing; run gtrack scan --resume --null, or the shards that are missing"
                )
            path.parent.mkdir(exist_ok=True)
            write_null(path, seal, [s for part in parts for s in read_null(part, seal)])
        segments = read_null(path, seal)
        summaries.append(
            NullSummary(
                name=name,
                windows=len(drawn),
                bases=sum(map(len, segments)),
                times_scan=len(drawn) / len(plan.grid(name)),
            )
        )
    return tuple(summaries)


def null_record(plan: Plan, summaries: tuple[NullSummary, ...]) -> dict[str, Any] | None:
    """Return what the manifest says of the null."""
    if plan.null is None:
        return None
    return {
        "bases": plan.null.bases,
        "models": [
            {
                "model": each.name,
                "url": f"null/{each.name}.npz",
                "windows": each.windows,
                "bases": each.bases,
            }
            for each in summaries
        ],
    }


def _models_of(plan: Plan, part: int) -> list[str]:
    if plan.null is None:
        return []
    return [name for name, pools in plan.null.pools.items() if part < len(pools)]


def _done(plan: Plan, path: Path) -> bool:
    assert plan.null is not None
    return has_null(path, plan.null.seal(plan.digest))

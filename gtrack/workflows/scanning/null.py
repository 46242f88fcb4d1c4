"""The null of a scan: shuffled windows, explained as the real ones are, in parts of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.null_windows import NullGrid, NullPlan
from gtrack.core.scan.plan import Plan
from gtrack.core.segments import Segment
from gtrack.core.sequences import Reference
from gtrack.core.targets import Target, named, url_of
from gtrack.workflows.folder.genome import pool_digest, window_sequences
from gtrack.workflows.folder.scan_folder import ScanFolder


@dataclass(frozen=True, slots=True)
class NullSummary:
    """One target's null: shuffled windows, bases with a value, how it compares with the scan."""

    target: Target
    windows: int
    bases: int
    times_scan: float


def plan_null(genome: Reference, drawn: Mapping[str, NullGrid], bases: int) -> NullPlan:
    """Fix what the sequences of the windows of every model's null are."""
    pools = {
        name: tuple(
            pool_digest(window_sequences(genome, null.grid, first, end))
            for first, end in pool_bounds(len(null))
        )
        for name, null in drawn.items()
    }
    return NullPlan(bases, pools)


def null_name(name: str) -> str:
    """Return under which name a model's null reports progress; no model can be called so."""
    return f"{name} null"


def part_done(plan: Plan, folder: ScanFolder, part: int) -> bool:
    """Tell whether a part of the null is on disk for every target, or merged."""
    return plan.null is None or all(
        folder.parts.has_null_part(plan, each, part) or folder.parts.has_null(plan, each)
        for each in plan.targets
        if part < len(plan.null.pools[each.model])
    )


def merge_null(plan: Plan, folder: ScanFolder) -> tuple[NullSummary, ...]:
    """Join the parts of every target's null that is not joined yet, and describe them.

    Raises
    ------
    InputError
        When parts are missing.
    """
    null = plan.null
    if null is None:
        return ()
    grids, summaries = plan.null_grids(), []
    for target in plan.targets:
        if folder.parts.has_null(plan, target):
            segments = folder.parts.read_null(plan, null.bases, target)
        else:
            segments = _joined(plan, null, folder, target)
            folder.parts.write_null(plan, target, segments)
        drawn = grids[target.model]
        summaries.append(
            NullSummary(
                target=target,
                windows=len(drawn),
                bases=sum(map(len, segments)),
                times_scan=len(drawn) / len(plan.grid(target.model)),
            )
        )
    return tuple(summaries)


def _joined(plan: Plan, null: NullPlan, folder: ScanFolder, target: Target) -> list[Segment]:
    """Return the segments of all parts of one target's null."""
    parts = range(len(null.pools[target.model]))
    missing = [part for part in parts if not folder.parts.has_null_part(plan, target, part)]
    if missing:
        first = folder.parts.null_part(target, missing[0]).name
        raise InputError(
            f"{folder.out}: {len(missing)} of {len(parts)} parts of the null of {target.stem} are "
            f"missing or damaged (first: {first}); run the command of the scan with --resume "
            "--null, or the shards that are missing"
        )
    return [each for part in parts for each in folder.parts.read_null_part(plan, target, part)]


def null_record(plan: Plan, summaries: tuple[NullSummary, ...]) -> dict[str, Any] | None:
    """Return what the manifest says of the null."""
    if plan.null is None:
        return None
    return {
        "bases": plan.null.bases,
        "models": [
            {
                **named(each.target),
                "url": url_of("null", f"{each.target.stem}.npz"),
                "windows": each.windows,
                "bases": each.bases,
            }
            for each in summaries
        ],
    }

"""The null of a scan: shuffled windows, explained as the real ones are, in parts of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gtrack.core.errors import InputError
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.null_windows import NullPlan, lay_null
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.windows import WindowGrid
from gtrack.core.segments import Segment
from gtrack.core.targets import Target, named, url_of
from gtrack.io.fasta import Genome
from gtrack.io.null_files import has_null, null_path, read_null, write_null
from gtrack.workflows.folder.sequences import pool_digest, window_sequences


@dataclass(frozen=True, slots=True)
class NullSummary:
    """One target's null: shuffled windows, bases with a value, how it compares with the scan."""

    target: Target
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


def part_path(out: Path, stem: str, part: int) -> Path:
    """Return where one part of one target's null waits for the merge."""
    return out / "shards" / "null" / f"{stem}.{part:06d}.npz"


def part_done(plan: Plan, out: Path, part: int) -> bool:
    """Tell whether a part is on disk for every target, or merged."""
    null = plan.null
    return null is None or all(
        has_null(part_path(out, each.stem, part), null.seal(plan.digest, each.stem, part))
        or has_null(null_path(out, each.stem), null.seal(plan.digest, each.stem))
        for each in _targets_of(plan, part)
    )


def null_done(plan: Plan, out: Path) -> bool:
    """Tell whether the null that the plan wants stands there, merged; none wanted is done."""
    null = plan.null
    return null is None or all(
        has_null(null_path(out, each.stem), null_seal(plan, null.bases, each.stem))
        for each in plan.targets
    )


def null_seal(plan: Plan, bases: int, stem: str) -> str:
    """Return what marks the merged null of a target, in a folder of this or an earlier version."""
    null = NullPlan(bases, {})
    return null.first_seal(plan.digest) if plan.sealed else null.seal(plan.digest, stem)


def merge_null(plan: Plan, out: Path) -> tuple[NullSummary, ...]:
    """Join the parts of every target's null that is not joined yet, and describe them.

    Raises
    ------
    InputError
        When parts are missing.
    """
    null, summaries = plan.null, []
    if null is None:
        return ()
    grids = plan.null_grids()
    for each in plan.targets:
        path, seal = null_path(out, each.stem), null.seal(plan.digest, each.stem)
        if not has_null(path, seal):
            path.parent.mkdir(exist_ok=True)
            write_null(path, seal, _joined(plan, null, out, each))
        drawn = grids[each.model]
        summaries.append(
            NullSummary(
                target=each,
                windows=len(drawn),
                bases=sum(map(len, read_null(path, seal))),
                times_scan=len(drawn) / len(plan.grid(each.model)),
            )
        )
    return tuple(summaries)


def _joined(plan: Plan, null: NullPlan, out: Path, target: Target) -> list[Segment]:
    """Return the segments of all parts of one target's null."""
    parts = {
        part_path(out, target.stem, part): null.seal(plan.digest, target.stem, part)
        for part in range(len(null.pools[target.model]))
    }
    missing = [path for path, seal in parts.items() if not has_null(path, seal)]
    if missing:
        raise InputError(
            f"{out}: {len(missing)} of {len(parts)} parts of the null of {target.stem} are missing "
            f"or damaged (first: {missing[0].name}); run gtrack scan --resume --null, or the "
            "shards that are missing"
        )
    return [segment for path, seal in parts.items() for segment in read_null(path, seal)]


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


def _targets_of(plan: Plan, part: int) -> list[Target]:
    assert plan.null is not None
    return [each for each in plan.targets if part < len(plan.null.pools[each.model])]

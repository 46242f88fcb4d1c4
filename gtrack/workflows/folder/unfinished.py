"""How far a scan is that is not finished, and what finishes it, for a person."""

from __future__ import annotations

from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.printable import pasted
from gtrack.core.scan.plan import Plan
from gtrack.workflows.folder.owned import MANIFEST
from gtrack.workflows.folder.parts import Parts
from gtrack.workflows.folder.scan_folder import ScanFolder


def unfinished(folder: ScanFolder) -> str:
    """Say how far the scan in a folder is, and the command that finishes it.

    Raises
    ------
    InputError
        When its plan is damaged.
    """
    resume = "the command of the scan with --resume"
    if folder.foreign_tracks():
        return (
            "the tracks were not taken to their end; give the same gtrack hits --track again, with "
            "--overwrite"
        )
    if not folder.is_planned():
        if near := scans_in(folder.out):
            return f"none was planned; did you mean {near[0]}?"
        return f"none was planned; give the --out of a gtrack scan, or {resume} makes one"
    plan = folder.read_plan()
    if folder.is_merged(plan):
        return f"its null is missing; {resume} adds it"
    missing = folder.parts.missing_shards(plan)
    done = f"{plan.n_shards - len(missing)} of {plan.n_shards} shards are done"
    where = pasted(folder.out)
    if not missing and _has_null(folder.parts, plan):
        return f"{done}; gtrack merge {where} finishes it"
    one = f", or gtrack scan --plan {where} --shard {missing[0]}, and so on" if missing else ""
    return f"{done}; {resume} finishes it{one}"


def no_folder(out: Path) -> InputError:
    """Say that no folder is there, and which was meant, if a file of a scan was given."""
    said = "a file, no folder" if out.is_file() else "no such folder"
    if out.is_file() and (out.parent / MANIFEST).is_file():
        return InputError(f"{out}: {said}; did you mean {out.parent}?")
    return InputError(f"{out}: {said}; give the --out of a gtrack scan")


def scans_in(folder: Path) -> list[Path]:
    """Return the scans that a folder holds, for one who gave the folder around them."""
    return sorted(found.parent for found in folder.glob(f"*/{MANIFEST}"))


def _has_null(parts: Parts, plan: Plan) -> bool:
    """Whether the null that a plan wants is there, merged or in all its parts."""
    return plan.null is None or all(
        parts.has_null(plan, target)
        or all(
            parts.has_null_part(plan, target, part)
            for part in range(len(plan.null.pools[target.model]))
        )
        for target in plan.targets
    )

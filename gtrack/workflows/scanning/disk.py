"""Whether a scan fits on the disk, asked before it begins."""

from __future__ import annotations

from pathlib import Path

from gtrack.core.errors import OutputError
from gtrack.core.scan.disk import DiskNeed, in_words
from gtrack.core.scan.plan import Plan
from gtrack.workflows.folder.disk import free_bytes, own_bytes
from gtrack.workflows.folder.genome import copied_bytes

TOLD_FROM = 100_000_000
"""Bytes: what needs less is not spoken of."""

_CERTAIN = 0.8
"""Scans took between this share of what is reckoned and all: less is certainly too little."""


def disk_notes(out: Path, plan: Plan, fasta: Path | None) -> tuple[str, ...]:
    """Return what a user should know of the room for a scan, in lines: of a genome's copy, too.

    What lies there of an earlier one makes room, or is a part of this.

    Raises
    ------
    OutputError
        When there is certainly too little.
    """
    copied = copied_bytes(fasta, plan.options.genome, plan.chrom_sizes)
    need, free = DiskNeed.of(plan, copied), free_bytes(out)
    missing = 0 if free is None else need.most - free - own_bytes(out)
    said = f"{in_words(need.most)} of disk, {in_words(need.shards)} of it until the merge"
    if free is not None and missing > (1 - _CERTAIN) * need.most:
        raise OutputError(
            f"{out}: the scan needs about {said}, and {in_words(free)} are free there; free some "
            "room, choose another --out, or scan fewer regions"
        )
    if missing > 0:
        return (f"warning: the scan needs up to {said}; {in_words(free or 0)} are free",)
    return (f"the scan needs up to {said}",) if need.most >= TOLD_FROM else ()

"""What a scan takes of a disk, told before it begins: from its windows and the bases they own."""

from __future__ import annotations

from dataclasses import dataclass

from gtrack.core.scan.plan import Plan

_OF_ROW, _OF_ROW_AND_TARGET, _OF_VALUE = 25, 32, 4
"""Bytes of a shard: its columns have these types."""

_OF_SHARD = 4096
_OF_TRACK_BASE = {"base": 3.7, "token": 1.8}
_OF_TRACK = 65_536
_OF_LINE = 120
_OF_NULL_BASE = 5.5
"""Bytes, as real scans have them; a token's bases have one value, which packs well."""


@dataclass(frozen=True, slots=True)
class DiskNeed:
    """Bytes that a scan takes.

    Parameters
    ----------
    shards : int
        Until the merge; both stand there at its end.
    results : int
        Tracks, tables, nulls and the genome's copy; what comes after the scan is not among them.
    """

    shards: int
    results: int

    @property
    def most(self) -> int:
        """What it takes at most."""
        return self.shards + self.results

    @classmethod
    def of(cls, plan: Plan, genome: int = 0) -> DiskNeed:
        """Return the need of a plan, shards and nulls included, beside the copy of a `genome`."""
        tracks = 3 if plan.options.per_strand_tracks else 1
        shards, results = plan.n_shards * _OF_SHARD, genome + 2 * _OF_LINE * len(plan.regions)
        for model in plan.models:
            grid, targets = plan.grid(model.name), len(model.targets)
            rows, bases = int(grid.reads.sum()), grid.owned(0, len(grid))
            shards += rows * (_OF_ROW + _OF_ROW_AND_TARGET * targets)
            shards += _OF_VALUE * bases * targets * tracks
            of_base = _OF_TRACK_BASE.get(model.unit, _OF_VALUE)
            results += int(targets * tracks * (_OF_TRACK + of_base * bases))
            results += _OF_LINE * targets * (rows + len(plan.regions))
        for name, null in plan.null_grids().items():
            owned = null.grid.owned(0, len(null))
            size = int(_OF_NULL_BASE * owned * len(plan.targets_of(name)))
            shards, results = shards + size, results + size
        return cls(shards, results)


def in_words(size: int) -> str:
    """Say how many bytes, as people count disks.

    Examples
    --------
    >>> in_words(2_340_000_000), in_words(999_999), in_words(12)
    ('2.3 GB', '1 MB', '12 bytes')
    """
    for unit, of in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= 0.9995 * of:
            return f"{size / of:,.2g} {unit}" if size < 9.5 * of else f"{size / of:,.0f} {unit}"
    return f"{size:,} bytes"

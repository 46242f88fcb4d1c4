"""What the models read of a genome, and the proof that it is what was planned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.plan import Plan
from gtrack.io.fasta import Genome


def window_sequences(genome: Genome, grid: WindowGrid, first: int, end: int) -> list[str]:
    """Return the sequences, in letters of ``ACGTN``, of the windows ``first`` to ``end``."""
    columns = grid.chrom[first:end], grid.start[first:end], grid.end[first:end]
    return [
        genome.fetch(grid.chroms[chrom], start, stop)
        for chrom, start, stop in zip(*(column.tolist() for column in columns), strict=True)
    ]


def pool_digest(sequences: Sequence[str]) -> str:
    """Return the sha256 (hex) of a pool's sequences: the plan's proof of what a model reads."""
    return hashlib.sha256("".join(sequences).encode()).hexdigest()


def planned_sequences(
    genome: Genome, grid: WindowGrid, first: int, end: int, sha256: str
) -> list[str] | None:
    """Return the sequences of a pool of windows; None where they are not those of the plan."""
    sequences = window_sequences(genome, grid, first, end)
    return sequences if pool_digest(sequences) == sha256 else None


def is_planned(genome: Genome, plan: Plan, models: Iterable[str]) -> bool:
    """Tell whether these models read of a genome what was planned; one shows it of all regions."""
    return genome.chrom_sizes == plan.chrom_sizes and all(
        planned_sequences(genome, grid, first, end, sha256) is not None
        for name in models
        for grid in (plan.grid(name),)
        for (first, end), sha256 in zip(pool_bounds(len(grid)), plan.pools[name], strict=True)
    )

"""What the models read of a genome: the sequences of windows, and a digest of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from gtrack.core.scan.windows import WindowGrid
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

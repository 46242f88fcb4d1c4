"""The chromosomes of a bigWig: names and lengths that its format can hold."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from pathlib import Path


def checked_sizes(path: Path, chrom_sizes: Mapping[str, int]) -> dict[str, int]:
    """Return the lengths in bp as whole numbers.

    Raises
    ------
    ValueError
        When they cannot be those of a bigWig, naming its `path`.
    """
    sizes = {chrom: operator.index(size) for chrom, size in chrom_sizes.items()}
    if not sizes:
        raise ValueError(f"{path}: chrom_sizes is empty")
    for chrom, size in sizes.items():
        if not chrom or not chrom.isascii() or not chrom.isprintable():
            raise ValueError(f"{path}: {chrom!r} cannot be a chromosome name in a bigWig")
        if not 0 < size < 1 << 32:
            raise ValueError(f"{path}: chromosome {chrom} cannot have {size} bp in a bigWig")
    return sizes

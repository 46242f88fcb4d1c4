"""What a bigWig or bigBed says of itself before its data are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class BigFile:
    """The head of a bigWig or bigBed.

    Parameters
    ----------
    kind : {"bigWig", "bigBed"}
    chrom_sizes : mapping of str to int
        Its chromosomes, lengths in bp.
    largest : float
        The largest absolute value of a bigWig.
    low, high : float
        The smallest and the largest value of a bigWig.
    fields, defined : int
        Columns of a bigBed, and how many of them are those of BED; 0 for a bigWig.
    names : tuple of str
        Names of the columns; empty where the file does not give them.
    """

    kind: Literal["bigWig", "bigBed"]
    chrom_sizes: Mapping[str, int]
    largest: float = 0.0
    fields: int = 0
    defined: int = 0
    names: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0

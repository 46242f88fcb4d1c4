"""Intervals on a genome: 0-based, half-open, on the forward strand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from gtrack.core.errors import InputError

Strand = Literal["+", "-", "."]

Span = tuple[int, int]
"""Start and end: 0-based half-open."""


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of a chromosome, as a BED line gives it.

    Parameters
    ----------
    chrom : str
        Chromosome name as in the FASTA.
    start, end : int
        0-based half-open, in bp; ``0 <= start < end``.
    name : str
        BED column 4; ``"."`` when there is none.
    strand : {"+", "-", "."}
        BED column 6.
    summit : int or None
        Offset of the narrowPeak summit from `start`, in bp; None without one.
    origin : str
        ``file:line`` for messages; not part of the identity of the interval.
    label : str or None
        What its owner says of it: the label of a loose sequence; None where nothing is said.

    Raises
    ------
    InputError
        When the coordinates or the strand break these rules.

    Examples
    --------
    >>> Interval("chr1", 99, 110).locus
    'chr1:100-110'
    """

    chrom: str
    start: int
    end: int
    name: str = "."
    strand: Strand = "."
    summit: int | None = None
    origin: str = field(default="", compare=False)
    label: str | None = None

    def __post_init__(self) -> None:
        where = f"{self.origin}: " if self.origin else ""
        if not self.chrom:
            raise InputError(f"{where}the chromosome name is empty")
        if self.start < 0:
            raise InputError(f"{where}start {self.start} is negative; BED starts count from 0")
        if self.end < self.start:
            raise InputError(f"{where}end {self.end} < start {self.start}; swap them")
        if self.end == self.start:
            raise InputError(
                f"{where}the region is empty (start = end = {self.start}); "
                "BED ends are exclusive, so one base is START, START+1"
            )
        if self.strand not in ("+", "-", "."):
            raise InputError(f"{where}strand {self.strand!r} is not one of + - .")
        if self.summit is not None and not 0 <= self.summit < len(self):
            raise InputError(
                f"{where}summit offset {self.summit} lies outside the region of {len(self)} bp"
            )

    def __len__(self) -> int:
        return self.end - self.start

    @property
    def locus(self) -> str:
        """``chrom:start-end``, 1-based and inclusive, as a genome browser shows it."""
        return f"{self.chrom}:{self.start + 1}-{self.end}"

    @property
    def called(self) -> str:
        """Its name, or its locus where it has none."""
        return self.locus if self.name == "." else self.name

    def centred(self, width: int) -> int:
        """Return where a window of `width` bp begins that is centred on the summit, or the middle.

        The summit is base ``width // 2`` of the window. Without one, what does not divide evenly
        moves the window to the left. It may begin before the chromosome, or end beyond it.

        Examples
        --------
        >>> Interval("chr1", 100, 110, summit=2).centred(20)
        92
        >>> Interval("chr1", 100, 110).centred(21)
        94
        """
        if self.summit is None:
            return (self.start + self.end - width) // 2
        return self.start + self.summit - width // 2


def union(spans: Iterable[Span], *, touching: bool = True) -> list[Span]:
    """Return sorted, disjoint spans of those that overlap, or also touch.

    Examples
    --------
    >>> union([(5, 9), (0, 5), (11, 12)])
    [(0, 9), (11, 12)]
    """
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and (start < found[-1][1] or (touching and start == found[-1][1])):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found

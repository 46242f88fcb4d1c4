"""Loose sequences as a genome of their own: each is a contig, and each contig is one region.

So all that is made for regions of a genome (windows, tracks, hits, the viewer) serves them, too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.intervals import Interval
from gtrack.core.sequences import as_read

LONGEST_NAME = 60
"""Most letters of a contig's name; one that must be told from another of the same gets more."""

_ODD = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class LooseSequence:
    """One sequence that lies on no genome.

    Parameters
    ----------
    name : str
        What its owner calls it: one line without tabs, empty where it has no name.
    letters : str
        As written: letters of DNA and IUPAC codes, in any case; not empty.
    origin : str
        ``file:line`` for messages.
    label : str or None
        What its owner says of it.
    """

    name: str
    letters: str
    origin: str
    label: str | None = None


def contig_names(names: Sequence[str]) -> list[str]:
    """Return a name for each contig that every browser takes: distinct, in any case of letters.

    What is no letter, digit, ``.``, ``_`` or ``-`` becomes ``_`` (browsers cut names at ``:``, and
    some fail at ``|``), and a name that was used before gets the next free number.

    Parameters
    ----------
    names : sequence of str
        What the owner calls the sequences; an empty one is called ``row`` and its number, from 1.

    Examples
    --------
    >>> contig_names(["chr1:9-20(+)", "sp|P1", "", "sp|P1", "SP_P1"])
    ['chr1_9-20', 'sp_P1', 'row3', 'sp_P1_2', 'SP_P1_3']
    """
    used: set[str] = set()
    numbers: dict[str, int] = {}
    found = []
    for row, given in enumerate(names, 1):
        stem = _ODD.sub("_", given)[:LONGEST_NAME].strip("_.-") or f"row{row}"
        name, key = stem, stem.casefold()
        while name.casefold() in used:
            numbers[key] = numbers.get(key, 1) + 1
            name = f"{stem}_{numbers[key]}"
        used.add(name.casefold())
        found.append(name)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class LooseGenome:
    """Loose sequences as a :class:`gtrack.core.sequences.Reference`, in memory.

    Parameters
    ----------
    path : Path
        The file that they are from.
    written : dict of str to str
        Sequence of each contig as written, in the order of the file.
    chrom_sizes : dict of str to int
        Lengths of the contigs in bp.
    regions : tuple of Interval
        One per contig: all of it, on the strand that is given (``+``), under its owner's name.
    """

    path: Path
    written: dict[str, str]
    chrom_sizes: dict[str, int]
    regions: tuple[Interval, ...]

    @classmethod
    def of(cls, path: Path, sequences: Sequence[LooseSequence]) -> LooseGenome:
        """Make a contig of each sequence, in their order."""
        names = contig_names([sequence.name for sequence in sequences])
        pairs = list(zip(names, sequences, strict=True))
        regions = [
            Interval(
                *(contig, 0, len(one.letters), one.name or contig, "+", None, one.origin),
                label=one.label,
            )
            for contig, one in pairs
        ]
        written = {contig: one.letters for contig, one in pairs}
        sizes = {contig: len(one.letters) for contig, one in pairs}
        return cls(path, written, sizes, tuple(regions))

    @property
    def note(self) -> str | None:
        """Nothing is to be said of how it is read."""
        return None

    def fetch(self, chrom: str, start: int, end: int) -> str:
        """Return the bases of a stretch of a contig, 0-based half-open, in letters of ``ACGTN``."""
        return as_read(self.letters(chrom, start, end))

    def letters(self, chrom: str, start: int, end: int) -> bytes:
        """Return the letters of a stretch as they are written, 0-based half-open."""
        return self.written[chrom][start:end].encode("ascii")

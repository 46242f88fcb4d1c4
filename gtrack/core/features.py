"""Annotated features of a genome: genes, peaks, sites, as BED12 knows them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from gtrack.core.errors import InputError
from gtrack.core.intervals import Strand

LARGEST_SCORE = 1000
"""BED's largest score."""

_BYTE = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_RGB = re.compile(f"0|{_BYTE},{_BYTE},{_BYTE}")


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature, in the columns of BED12; 0-based half-open, on the forward strand.

    Parameters
    ----------
    chrom : str
        Chromosome name.
    start, end : int
        In bp; ``0 <= start < end``.
    name : str
        Any text; ``"."`` when there is none.
    score : int
        0 to 1000.
    strand : {"+", "-", "."}
    thick_start, thick_end : int
        The part drawn thick: of a transcript what is translated, nothing when both are `start`.
        By default all of it.
    rgb : str
        ``R,G,B``, or ``"0"`` for none.
    block_sizes, block_starts : tuple of int
        Exons, say: lengths in bp, and starts relative to `start`. Sorted and disjoint; the first
        begins at `start`, the last stops at `end`. By default one block.
    origin : str
        ``file:line`` for messages; not part of the identity of the feature.

    Raises
    ------
    InputError
        When a value breaks these rules.

    Examples
    --------
    >>> gene = Feature("chr1", 99, 400, "TBP", block_sizes=(11, 100), block_starts=(0, 201))
    >>> gene.blocks
    ((99, 110), (300, 400))
    >>> gene.thick_start, gene.thick_end
    (99, 400)
    """

    chrom: str
    start: int
    end: int
    name: str = "."
    score: int = 0
    strand: Strand = "."
    thick_start: int = -1
    thick_end: int = -1
    rgb: str = "0"
    block_sizes: tuple[int, ...] = ()
    block_starts: tuple[int, ...] = ()
    origin: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.thick_start == self.thick_end == -1:
            object.__setattr__(self, "thick_start", self.start)
            object.__setattr__(self, "thick_end", self.end)
        if not self.block_sizes and not self.block_starts:
            object.__setattr__(self, "block_sizes", (self.end - self.start,))
            object.__setattr__(self, "block_starts", (0,))
        wrong = self._wrong()
        if wrong:
            raise InputError(f"{self.origin}: {wrong}" if self.origin else wrong)

    def _wrong(self) -> str:
        """Say which rule is broken; nothing when none is."""
        if not self.chrom:
            return "the chromosome name is empty"
        if not 0 <= self.start < self.end:
            return (
                f"start {self.start} and end {self.end} enclose no base; a feature has one at least"
            )
        if not 0 <= self.score <= LARGEST_SCORE:
            return f"score {self.score} is not between 0 and {LARGEST_SCORE}"
        if self.strand not in ("+", "-", "."):
            return f"strand {self.strand!r} is not one of + - ."
        if not self.start <= self.thick_start <= self.thick_end <= self.end:
            return (
                f"the thick part, {self.thick_start} to {self.thick_end}, does not lie within the "
                f"feature, {self.start} to {self.end}"
            )
        if not _RGB.fullmatch(self.rgb):
            return f"colour {self.rgb!r} is not R,G,B with numbers up to 255"
        return self._wrong_blocks()

    def _wrong_blocks(self) -> str:
        sizes, starts = self.block_sizes, self.block_starts
        if len(sizes) != len(starts):
            return f"{len(sizes)} block sizes, but {len(starts)} block starts"
        last = 0
        for size, start in zip(sizes, starts, strict=True):
            if size < 1:
                return f"a block of {size} bp; a block has one base at least"
            if start < last:
                return f"the block at {start} overlaps the one before it, or is out of order"
            last = start + size
        if starts[0] != 0 or last != self.end - self.start:
            return (
                f"the blocks lie from {starts[0]} to {last} of the feature; the first must begin "
                f"with it, at 0, and the last stop with it, at {self.end - self.start}"
            )
        return ""

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """Start and end of every block on the chromosome."""
        return tuple(
            (self.start + start, self.start + start + size)
            for size, start in zip(self.block_sizes, self.block_starts, strict=True)
        )


def unrolled(feature: Feature, length: int) -> tuple[Feature, ...]:
    """Bring a feature of a circular sequence, which runs on beyond its end, onto the sequence.

    Parameters
    ----------
    feature : Feature
        Its coordinates count on beyond the origin, for less than a second round.
    length : int
        Of the sequence, in bp.

    Returns
    -------
    tuple of Feature
        The feature as it is where it ends on the sequence or goes round more than once; else its
        piece up to the origin and its piece from there, without one that has no block.

    Examples
    --------
    >>> [(piece.start, piece.end) for piece in unrolled(Feature("c", 90, 130, "dnaA"), 100)]
    [(90, 100), (0, 30)]
    """
    if feature.end <= length or feature.end - length > min(length, feature.start):
        return (feature,)
    pieces = (_piece(feature, 0, length), _piece(feature, length, 2 * length))
    return tuple(piece for piece in pieces if piece is not None)


def _piece(feature: Feature, low: int, high: int) -> Feature | None:
    """Return what of a feature lies in ``low:high``, counted from `low`."""
    cut = [(max(a, low) - low, min(b, high) - low) for a, b in feature.blocks]
    blocks = [(a, b) for a, b in cut if a < b]
    if not blocks:
        return None
    start, end = blocks[0][0], blocks[-1][1]
    thick = (feature.thick_start, feature.thick_end)
    thick_start, thick_end = (min(max(at - low, start), end) for at in thick)
    if thick_start == thick_end:  # nothing of it here
        thick_start = thick_end = start
    return replace(
        feature,
        start=start,
        end=end,
        thick_start=thick_start,
        thick_end=thick_end,
        block_sizes=tuple(b - a for a, b in blocks),
        block_starts=tuple(a - start for a, _ in blocks),
    )


def on_genome(
    features: Iterable[Feature], chrom_sizes: Mapping[str, int], elsewhere: Counter[str]
) -> Iterator[Feature]:
    """Yield the features on the chromosomes of a genome.

    Parameters
    ----------
    features : iterable of Feature
    chrom_sizes : mapping of str to int
        Lengths in bp.
    elsewhere : Counter
        Counts the other features, by chromosome: an annotation of a whole genome is often shown on
        a few of its chromosomes, and the caller says how many are not.

    Raises
    ------
    InputError
        At a feature that ends beyond its chromosome.
    """
    for feature in features:
        size = chrom_sizes.get(feature.chrom)
        if size is None:
            elsewhere[feature.chrom] += 1
        elif feature.end > size:
            raise InputError(beyond(feature, size))
        else:
            yield feature


def beyond(feature: Feature, size: int) -> str:
    """Say that a feature ends beyond a chromosome of `size` bp, and what may have happened."""
    where = f"{feature.origin}: " if feature.origin else ""
    return (
        f"{where}{feature.name!r} ends at {feature.end}, beyond the end of {feature.chrom!r} "
        f"({size} bp); is the file for another assembly? If not, correct the feature"
    )

"""Parts of a transcript to its blocks: what is an exon, what is translated, and over an origin."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from gtrack.core.intervals import Span, union

EXON, CODING, PIECE = range(3)
"""Parts of a transcript: an exon, something translated, an untranslated piece of an exon."""

Part = tuple[int, int, int]
"""Which kind it is, start and end: 0-based half-open."""


def blocks_of(parts: Sequence[Part]) -> tuple[list[Span], Span]:
    """Return the blocks that parts make, sorted and disjoint, and what of them is translated.

    Blocks are the exons, and what is translated outside of them. Without exons, coding and
    untranslated pieces make them where they touch.

    Examples
    --------
    >>> blocks_of([(CODING, 20, 30), (PIECE, 10, 20), (CODING, 50, 60)])
    ([(10, 30), (50, 60)], (20, 60))
    """
    coding = [(start, end) for kind, start, end in parts if kind == CODING]
    exons = [(start, end) for kind, start, end in parts if kind == EXON]
    pieces = exons + coding if exons else [part[1:] for part in parts]
    blocks = union(pieces, touching=not exons)
    nothing = (blocks[0][0], blocks[0][0])
    return blocks, (min(coding)[0], max(end for _, end in coding)) if coding else nothing


def enclosed(parts: Sequence[Part], rows: Sequence[Span], which: int) -> list[Part]:
    """Return the parts that are those of one of several rows of one id.

    A part belongs to the first row that it lies within; one that lies within none to the first row.

    Examples
    --------
    >>> enclosed([(EXON, 5, 9), (EXON, 50, 60)], [(0, 10), (40, 70)], 1)
    [(0, 50, 60)]
    """
    mine = []
    for part in parts:
        within = (k for k, (low, high) in enumerate(rows) if low <= part[1] and part[2] <= high)
        if next(within, 0) == which:
            mine.append(part)
    return mine


def joined_at_origin(parts: Sequence[Part], row: Span, length: int) -> Sequence[Part]:
    """Let the parts of a row that goes over the origin of a circular sequence count on behind it.

    They do so already where a file says that the row ends beyond the sequence and writes them so.
    A row that does not say so goes over the origin where its parts touch it from both sides; those
    before the widest gap are then behind the origin.

    Parameters
    ----------
    parts : list of Part
    row : Span
    length : int
        Of the sequence, in bp.

    Examples
    --------
    >>> joined_at_origin([(CODING, 90, 100), (CODING, 0, 30)], (90, 130), 100)
    [(1, 90, 100), (1, 100, 130)]
    >>> joined_at_origin([(CODING, 90, 100), (CODING, 0, 30)], (0, 100), 100)
    [(1, 90, 100), (1, 100, 130)]
    """
    if row[1] > length:
        behind = [start < row[0] and end + length <= row[1] for _, start, end in parts]
    else:
        blocks = union([part[1:] for part in parts])
        if len(blocks) < 2 or blocks[0][0] != 0 or blocks[-1][1] != length:
            return parts
        gaps = [after[0] - before[1] for before, after in pairwise(blocks)]
        last = blocks[gaps.index(max(gaps))][1]
        behind = [end <= last for _, _, end in parts]
    return [
        (kind, start + length, end + length) if later else (kind, start, end)
        for (kind, start, end), later in zip(parts, behind, strict=True)
    ]

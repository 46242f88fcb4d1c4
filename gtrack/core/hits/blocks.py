"""Segments joined into blocks of bounded size: each motif's tables serve a million bases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.hits.sites import Words
from gtrack.core.segments import Segment

FLANK = 12
"""Bases on either side of a site that tell whether it is a copy of another."""

BLOCK = 1 << 20
"""Bases of a block; a longer segment is cut, with enough overlap to lose no site and no flank."""


@dataclass(frozen=True, eq=False)
class Block:
    """Pieces of segments laid end to end, one N between neighbours.

    Attributes
    ----------
    words : Words
        The sequence, shape (L,).
    relevance : ndarray of float32, shape (L,)
        0 at the N.
    pieces : tuple of Segment
        What lies in the block.
    chrom : ndarray of int64, shape (pieces,)
        Number of each one's chromosome, in the order of the segments.
    offset, lead, own : ndarray of int64, shape (pieces,)
        Where each begins in the block, how many of its bases are only there to be seen beside the
        next, and how many sites' starts are its own.
    """

    words: Words
    relevance: NDArray[np.float32]
    pieces: tuple[Segment, ...]
    chrom: NDArray[np.int64]
    offset: NDArray[np.int64]
    lead: NDArray[np.int64]
    own: NDArray[np.int64]
    starts: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        starts = np.array([piece.start for piece in self.pieces], np.int64)
        object.__setattr__(self, "starts", starts)

    @classmethod
    def of(cls, pieces: list[tuple[Segment, int, int]], chroms: Sequence[str]) -> Block:
        """Join pieces with the bases before their own starts, and the numbers of these."""
        number = {name: index for index, name in enumerate(chroms)}
        lengths = np.array([len(piece) + 1 for piece, *_ in pieces], np.int64)
        offset = lengths.cumsum() - lengths
        codes = np.full(int(lengths.sum()), 4, np.uint8)
        relevance = np.zeros(len(codes), np.float32)
        for at, (piece, *_) in zip(offset.tolist(), pieces, strict=True):
            codes[at : at + len(piece)] = piece.codes
            relevance[at : at + len(piece)] = piece.relevance
        lead, own = np.array([counts for _, *counts in pieces], np.int64).T
        held = tuple(piece for piece, *_ in pieces)
        chrom = np.array([number[piece.chrom] for piece in held], np.int64)
        return cls(Words(codes), relevance, held, chrom, offset, lead, own)

    @property
    def bases(self) -> int:
        """Bases that belong to this block and to no other."""
        return int(self.own.sum())

    @property
    def frontier(self) -> tuple[int, int]:
        """Number of the chromosome, and the position, before which all sites begin."""
        return int(self.chrom[-1]), int(self.starts[-1] + self.lead[-1] + self.own[-1])

    def place(
        self, at: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
        """Return, for places in the block, whether they are its own, their piece and position."""
        piece = np.searchsorted(self.offset, at, side="right") - 1
        inside = at - self.offset[piece]
        own = inside - self.lead[piece]
        return (own >= 0) & (own < self.own[piece]), piece, inside + self.starts[piece]


def blocks(segments: Iterable[Segment], widest: int, size: int = BLOCK) -> Iterator[Block]:
    """Yield blocks of about `size` bases in the order of the segments.

    Parameters
    ----------
    segments : iterable of Segment
        Of one chromosome after the other, disjoint, sorted by start.
    widest : int
        Width of the widest motif; cut segments overlap by one base less, and by flanks.
    size : int
        Bases after which a block is full.

    Raises
    ------
    InputError
        When segments are not in that order.
    """
    held: list[tuple[Segment, int, int]] = []
    bases = 0
    chroms: list[str] = []
    for segment in _in_order(segments):
        if not chroms or chroms[-1] != segment.chrom:
            chroms.append(segment.chrom)
        for at in range(0, len(segment), size):
            first, stop = max(0, at - FLANK), at + size + widest - 1 + FLANK
            piece = segment
            if len(segment) > size:
                piece = Segment(
                    segment.chrom,
                    segment.start + first,
                    segment.codes[first:stop],
                    segment.relevance[first:stop],
                )
            own = min(size, len(segment) - at)
            held.append((piece, at - first, own))
            bases += own
            if bases >= size:
                yield Block.of(held, chroms)
                held, bases = [], 0
    if held:
        yield Block.of(held, chroms)


def _in_order(segments: Iterable[Segment]) -> Iterator[Segment]:
    seen: set[str] = set()
    last: Segment | None = None
    for segment in segments:
        if last is None or segment.chrom != last.chrom:
            if segment.chrom in seen:
                raise InputError(f"segments of {segment.chrom} come twice; sort them by position")
            seen.add(segment.chrom)
        elif segment.start < last.end:
            raise InputError(
                f"segment {segment.chrom}:{segment.start}-{segment.end} overlaps or precedes the "
                f"one before it, which ends at {last.end}; sort and merge them"
            )
        last = segment
        yield segment

"""Segments joined into blocks of bounded size: each motif's tables serve a million bases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.hits.sites import Words
from gtrack.core.segments import Segment

BLOCK = 1 << 20
"""Bases of a block; a longer segment is cut, with enough overlap that no site is lost."""


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
    offset, own : ndarray of int64, shape (pieces,)
        Where each begins in the block, and how many sites' starts are its own.
    """

    words: Words
    relevance: NDArray[np.float32]
    pieces: tuple[Segment, ...]
    offset: NDArray[np.int64]
    own: NDArray[np.int64]
    starts: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        starts = np.array([piece.start for piece in self.pieces], np.int64)
        object.__setattr__(self, "starts", starts)

    @classmethod
    def of(cls, pieces: list[tuple[Segment, int]]) -> Block:
        """Join pieces with their numbers of own starts."""
        lengths = np.array([len(piece) + 1 for piece, _ in pieces], np.int64)
        offset = lengths.cumsum() - lengths
        codes = np.full(int(lengths.sum()), 4, np.uint8)
        relevance = np.zeros(len(codes), np.float32)
        for at, (piece, _) in zip(offset.tolist(), pieces, strict=True):
            codes[at : at + len(piece)] = piece.codes
            relevance[at : at + len(piece)] = piece.relevance
        own = np.array([count for _, count in pieces], np.int64)
        return cls(Words(codes), relevance, tuple(piece for piece, _ in pieces), offset, own)

    @property
    def bases(self) -> int:
        """Bases that belong to this block and to no other."""
        return int(self.own.sum())

    def place(
        self, at: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
        """Return, for places in the block, whether they are its own, their piece and position."""
        piece = np.searchsorted(self.offset, at, side="right") - 1
        inside = at - self.offset[piece]
        return inside < self.own[piece], piece, inside + self.starts[piece]


def blocks(segments: Iterable[Segment], widest: int, size: int = BLOCK) -> Iterator[Block]:
    """Yield blocks of about `size` bases in the order of the segments.

    Parameters
    ----------
    segments : iterable of Segment
        Of one chromosome after the other, disjoint, sorted by start.
    widest : int
        Width of the widest motif; cut segments overlap by one base less.
    size : int
        Bases after which a block is full.

    Raises
    ------
    InputError
        When segments are not in that order.
    """
    held: list[tuple[Segment, int]] = []
    bases = 0
    for segment in _in_order(segments):
        for at in range(0, len(segment), size):
            stop = at + size + widest - 1
            piece = segment
            if len(segment) > size:
                piece = Segment(
                    segment.chrom,
                    segment.start + at,
                    segment.codes[at:stop],
                    segment.relevance[at:stop],
                )
            own = min(size, len(segment) - at)
            held.append((piece, own))
            bases += own
            if bases >= size:
                yield Block.of(held)
                held, bases = [], 0
    if held:
        yield Block.of(held)


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

"""A first look over what is searched: how much there is, how loud, and what to measure it by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from gtrack.core.hits.lending import NullWindows
from gtrack.core.hits.relevance_null import RelevanceNull
from gtrack.core.segments import Segment
from gtrack.core.ties import ranks

SAMPLE = 1 << 20
"""About how many bases tell how loud the targets are."""

REFERENCE = 300_000
"""About how many bases of the targets stand for a null that is not there."""

_PIECE = 1000  # bases of the reference that are drawn together
_TILE = 50  # bases, at least, that are called quiet or not


@dataclass(frozen=True, eq=False)
class Looked:
    """What a first look tells.

    Attributes
    ----------
    bases, longest : int
        Bases to search, and those of the longest segment.
    total : float
        Sum of |relevance|.
    sample : ndarray of float32
        Relevance of evenly spaced bases.
    reference : tuple of Segment
        What relevance does by chance: the null, or without one the quieter half of a sample of
        the targets, in which few sites that the model uses are left.
    """

    bases: int
    longest: int
    total: float
    sample: NDArray[np.float32]
    reference: tuple[Segment, ...]

    def loudness(self, null: RelevanceNull) -> float:
        """Return how much larger usual relevance is than in the null: a ratio of medians."""
        if not len(self.sample):
            return 1.0
        usual = float(np.median(np.abs(null.ring)))
        return float(np.median(np.abs(null.z(self.sample)))) / max(usual, 1e-12)


def look_over(
    targets: Callable[[], Iterable[Segment]], null: NullWindows | None, widest: int
) -> Looked:
    """Look over targets, with motifs at most `widest` wide, before they are searched."""
    bases, longest, total = 0, 0, 0.0
    for segment in targets():
        bases += len(segment)
        total += float(np.abs(segment.relevance).sum(dtype=np.float64))
        longest = max(longest, len(segment))
    step = -(-bases // SAMPLE) | 1  # odd: no window begins at the same remainder for long
    parts = [np.zeros(0, np.float32)]
    pieces: list[Segment] = []
    for segment in targets():
        parts.append(segment.relevance[-segment.start % step :: step])
        if null is None:
            pieces += _pieces(segment, REFERENCE / bases)
    reference = _quieter(pieces, max(_TILE, 2 * widest)) if null is None else null.segments
    return Looked(bases, longest, total, np.concatenate(parts), reference)


def _quieter(pieces: Iterable[Segment], size: int) -> tuple[Segment, ...]:
    """Return the half of all tiles with the lower mean of |relevance|."""
    tiles = [
        Segment(p.chrom, p.start + at, p.codes[at : at + size], p.relevance[at : at + size])
        for p in pieces
        for at in range(0, len(p), size)
    ]
    loud = [float(np.abs(tile.relevance).mean(dtype=np.float64)) for tile in tiles]
    order = np.argsort(ranks(np.array(loud)), kind="stable")[: -(-len(tiles) // 2)]
    return tuple(tiles[k] for k in np.sort(order).tolist())


def _pieces(segment: Segment, share: float) -> Iterable[Segment]:
    """Yield about a share of a segment, in pieces chosen by their place."""
    for at in range(0, len(segment), _PIECE):
        place = f"{segment.chrom}:{segment.start + at}".encode()
        if crc32(place) < share * 2**32:
            cut = slice(at, at + _PIECE)
            yield Segment(
                segment.chrom, segment.start + at, segment.codes[cut], segment.relevance[cut]
            )

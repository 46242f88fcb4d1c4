"""Worlds: the real one, and copies of its sequence over borrowed relevance, side by side.

A lane is a chromosome of a world. Sites compete for bases within their lane alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gtrack.core.hits.candidates import Candidates
from gtrack.core.segments import Segment


class Lanes:
    """Numbers the chromosomes of each world as they come, and counts what passes.

    World 0 is the real one; the others hold the same sequence over borrowed relevance.

    Parameters
    ----------
    worlds : int
        How many.

    Attributes
    ----------
    chroms : dict
        Number of every chromosome so far.
    bases, longest : int
        Bases so far, and those of the longest segment.
    """

    def __init__(self, worlds: int) -> None:
        self.worlds = worlds
        self.chroms: dict[str, int] = {}
        self.bases = self.longest = 0

    def watch(self, segments: Iterable[Segment]) -> Iterator[Segment]:
        """Count segments on their way."""
        for segment in segments:
            self.chroms.setdefault(segment.chrom, len(self.chroms))
            self.bases += len(segment)
            self.longest = max(self.longest, len(segment))
            yield segment

    def of(self, world: int, chrom: str) -> int:
        """Return the lane of a chromosome in a world."""
        return self.chroms[chrom] * self.worlds + world


def resolve(found: Iterator[Candidates], lanes: Lanes, gap: int) -> Iterator[Candidates]:
    """Resolve chromosome by chromosome, as soon as the next one begins."""
    held: list[Candidates] = []
    for part in found:
        held.append(part)
        still_open = (len(lanes.chroms) - 1) * lanes.worlds
        if any(len(one) and one.lane.min() < still_open for one in held):
            pool = Candidates.joined(held)
            done = pool.lane < still_open
            yield pool.at(done).resolved(gap)
            held = [pool.at(~done)]
    yield Candidates.joined(held).resolved(gap)


def first_of(segments: Iterator[Segment], bases: int) -> list[Segment]:
    """Take segments until they hold `bases`, or all of fewer."""
    taken: list[Segment] = []
    while bases > 0 and (segment := next(segments, None)) is not None:
        taken.append(segment)
        bases -= len(segment)
    return taken

"""The places that a page shows, and what lies in each of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar


class Located(Protocol):
    """What lies on a chromosome: 0-based half-open, in bp."""

    @property
    def chrom(self) -> str:
        """Its chromosome."""

    @property
    def start(self) -> int:
        """Its first base."""

    @property
    def end(self) -> int:
        """Behind its last base."""


Thing = TypeVar("Thing", bound=Located)


class ShownPlaces:
    """Disjoint places, to be asked for what touches them.

    Parameters
    ----------
    places : sequence of (chrom, start, end)
        0-based half-open, in bp; in any order, which is the order of the answers.

    Examples
    --------
    >>> from gtrack.core.intervals import Interval
    >>> places = ShownPlaces([("chr2", 0, 9), ("chr1", 50, 60)])
    >>> [len(each) for each in places.holding([Interval("chr1", 55, 70), Interval("chr1", 0, 50)])]
    [0, 1]
    """

    def __init__(self, places: Sequence[tuple[str, int, int]]) -> None:
        self._count = len(places)
        self._by_end: dict[str, list[tuple[int, int, int]]] = {}
        for at, (chrom, start, end) in enumerate(places):
            self._by_end.setdefault(chrom, []).append((end, start, at))
        for each in self._by_end.values():
            each.sort()

    def touched_by(self, thing: Located) -> Iterator[int]:
        """Yield the numbers of the places that share a base with a thing."""
        ends = self._by_end.get(thing.chrom, [])
        for _, start, at in ends[bisect_right(ends, (thing.start, 1 << 62, 0)) :]:
            if start >= thing.end:
                break
            yield at

    def holding(self, things: Iterable[Thing]) -> list[list[Thing]]:
        """Return, for every place, the things that share a base with it, in their order."""
        held: list[list[Thing]] = [[] for _ in range(self._count)]
        for thing in things:
            for at in self.touched_by(thing):
                held[at].append(thing)
        return held

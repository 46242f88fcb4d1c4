"""The names of an annotation with their places: what a reader searches for a gene."""

from __future__ import annotations

import re
from typing import NamedTuple

from gtrack.core.features import Feature
from gtrack.core.intervals import union

COLUMNS = ("name", "chrom", "start", "end")
"""Of the table of names; 0-based half-open."""

MOST = 200_000
"""Places beyond which an annotation is none that people search by name: repeats, say."""

_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


class AnnotationName(NamedTuple):
    """A name, and the bases from the first to the last of its features that overlap."""

    name: str
    chrom: str
    start: int
    end: int


class AnnotationNames:
    """Collects names while features are read, in whatever order.

    The transcripts of a gene become its body: features of one name that overlap or touch are one
    place. Features without a name are passed over.

    Parameters
    ----------
    most : int
        Places beyond which all are forgotten.

    Examples
    --------
    >>> names = AnnotationNames()
    >>> for start, end, name in [(5, 9, "TBP"), (0, 4, "TBP"), (3, 6, "TBP"), (7, 8, ".")]:
    ...     names.add(Feature("chr1", start, end, name))
    >>> names.sorted()
    (AnnotationName(name='TBP', chrom='chr1', start=0, end=9),)
    """

    def __init__(self, most: int = MOST) -> None:
        self._most, self._count = most, 0
        self._found: dict[tuple[str, str], list[tuple[int, int]]] | None = {}

    def add(self, feature: Feature) -> None:
        """Take a feature in."""
        name = _BREAKS.sub(" ", feature.name).strip()
        if self._found is None or name in ("", "."):
            return
        places = self._found.setdefault((name, feature.chrom), [])
        before = len(places)
        if places and places[-1][0] <= feature.end and feature.start <= places[-1][1]:
            start, end = places[-1]
            places[-1] = (min(start, feature.start), max(end, feature.end))
        else:
            places.append((feature.start, feature.end))
        self._count += len(places) - before
        if self._count > self._most:
            self._found = None

    def sorted(self) -> tuple[AnnotationName, ...]:
        """Return the places by name, chromosome and start; none where there were too many."""
        if self._found is None:
            return ()
        return tuple(
            AnnotationName(name, chrom, start, end)
            for (name, chrom), places in sorted(self._found.items())
            for start, end in union(places)
        )

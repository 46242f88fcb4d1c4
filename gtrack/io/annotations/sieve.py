"""What is wanted of an annotation of a whole genome: lines of other features are passed over.

Making a feature of a line takes ten times as long as seeing that it is not wanted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gtrack.core.features import Feature
from gtrack.io.bed_columns import decoded


class Sieve:
    """Features that have one of some names, case ignored, or touch one of some places.

    Parameters
    ----------
    names : iterable of str
    places : iterable of (str, int, int)
        Chromosome, start and end: 0-based half-open, in bp.

    Examples
    --------
    >>> sieve = Sieve(["samd11"], [("chr1", 100, 200)])
    >>> lines = ["chr1 199 300 G", "chr1 200 300 G", "chr2 100 200 G", "chr2 5 6 SAMD11"]
    >>> [sieve.keeps([each.encode() for each in line.split()]) for line in lines]
    [True, False, False, True]
    """

    def __init__(
        self, names: Iterable[str] = (), places: Iterable[tuple[str, int, int]] = ()
    ) -> None:
        self._names = {name.casefold() for name in names}
        self._spans: dict[str, list[tuple[int, int]]] = {}
        for chrom, start, end in places:
            self._spans.setdefault(chrom, []).append((start, end))

    @property
    def spans(self) -> Mapping[str, Sequence[tuple[int, int]]]:
        """Start and end of every place, by chromosome."""
        return self._spans

    @property
    def by_name(self) -> bool:
        """Whether features are wanted by their names, wherever they lie."""
        return bool(self._names)

    def wants(self, feature: Feature) -> bool:
        """Tell whether a feature is wanted."""
        return feature.name.casefold() in self._names or any(
            feature.start < end and feature.end > start
            for start, end in self._spans.get(feature.chrom, ())
        )

    def keeps(self, fields: Sequence[bytes]) -> bool:
        """Tell whether the line of a BED is wanted; what is no number is left to its reader."""
        if self._names and len(fields) > 3 and decoded(fields[3]).casefold() in self._names:
            return True
        spans = self._spans.get(decoded(fields[0]))
        if spans is None:
            return False
        try:
            start, end = int(fields[1]), int(fields[2])
        except ValueError:
            return True
        return any(start < last and end > first for first, last in spans)

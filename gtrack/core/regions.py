"""Many intervals as columns: what a million regions are in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from gtrack.core.intervals import Interval
from gtrack.core.narrow_columns import narrow, narrowest
from gtrack.core.texts import Texts

STRANDS = "+-."
"""In the order of their codes, which is that of the characters."""

Row = tuple[str, int, int, str, str, int | None, str | None]
"""Chromosome, start, end, name, strand, summit and label, as an `Interval` has them."""

_AT_ONCE = 1 << 10  # rows that are made at once


class Regions(Sequence[Interval]):
    """Intervals as a sequence, kept as columns: each `Interval` is made when it is asked for.

    Parameters
    ----------
    chroms : sequence of str
        Names of chromosomes; `chrom` indexes them.
    chrom, start, end : array of int, shape (R,)
        Of each region, as an :class:`Interval` has them; they are not checked.
    strand : array of int, shape (R,), optional
        Indices into :data:`STRANDS`; without it none has one.
    summit : array of int, shape (R,), optional
        -1 where there is none.
    names : sequence of str, optional
        Without them all are ``"."``.
    labels : sequence of str or None, optional
    origins : sequence of str, optional
        Where each was read.

    Examples
    --------
    >>> regions = Regions.of([Interval("chr1", 5, 9, "a"), Interval("chr2", 0, 3)])
    >>> regions[1].locus, regions[:1].end.tolist(), list(regions.names)
    ('chr2:1-3', [9], ['a', '.'])
    """

    __slots__ = (
        *("chroms", "chrom", "_start", "_end", "_strand", "_summit", "_names", "labels"),
        "_origins",
    )
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self,
        chroms: Sequence[str],
        chrom: Sequence[int] | NDArray[np.integer],
        start: Sequence[int] | NDArray[np.integer],
        end: Sequence[int] | NDArray[np.integer],
        strand: Sequence[int] | NDArray[np.integer] | None = None,
        summit: Sequence[int] | NDArray[np.integer] | None = None,
        names: Sequence[str] | None = None,
        labels: Sequence[str | None] | None = None,
        origins: Sequence[str] | None = None,
    ) -> None:
        self.chroms = tuple(chroms)
        self.chrom = narrowest(chrom)
        self._start, self._end = narrow(start), narrow(end)
        self._strand = None if strand is None else np.asarray(strand, np.uint8)
        self._summit = None if summit is None else narrow(summit)
        self._names, self.labels, self._origins = names, labels, origins

    @classmethod
    def of(cls, intervals: Iterable[Interval]) -> Regions:
        """Make columns of intervals; what is columns already stays."""
        if isinstance(intervals, Regions):
            return intervals
        given, ranks = list(intervals), dict[str, int]()
        chrom = [ranks.setdefault(each.chrom, len(ranks)) for each in given]
        summits = [-1 if each.summit is None else each.summit for each in given]
        strands = [STRANDS.index(each.strand) for each in given]
        labelled = any(each.label is not None for each in given)
        return cls(
            *(tuple(ranks), chrom, [each.start for each in given], [each.end for each in given]),
            strands if any(each.strand != "." for each in given) else None,
            summits if max(summits, default=-1) >= 0 else None,
            Texts.of(i.name for i in given) if any(i.name != "." for i in given) else None,
            [each.label for each in given] if labelled else None,
            Texts.of(i.origin for i in given) if any(i.origin for i in given) else None,
        )

    @property
    def start(self) -> NDArray[np.int64]:
        """First bases, shape (R,)."""
        return self._start.astype(np.int64)

    @property
    def end(self) -> NDArray[np.int64]:
        """Ends, exclusive, shape (R,)."""
        return self._end.astype(np.int64)

    @property
    def places(self) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
        """First bases and ends as they are kept: nobody writes into them."""
        return self._start, self._end

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Bases of each, shape (R,)."""
        return self.end - self._start

    @property
    def strand(self) -> NDArray[np.uint8]:
        """Indices into :data:`STRANDS`, shape (R,)."""
        if self._strand is None:
            return np.full(len(self), STRANDS.index("."), np.uint8)
        return self._strand

    @property
    def summit(self) -> NDArray[np.int64]:
        """Offsets of summits, -1 where there is none, shape (R,)."""
        if self._summit is None:
            return np.full(len(self), -1, np.int64)
        return self._summit.astype(np.int64)

    @property
    def present(self) -> list[str]:
        """Names of the chromosomes that have any, in the order of their first."""
        used, first = np.unique(self.chrom, return_index=True)
        return [self.chroms[each] for each in used[np.argsort(first)].tolist()]

    @property
    def named(self) -> bool:
        """Whether any has a name."""
        return self._names is not None

    @property
    def stranded(self) -> bool:
        """Whether every one has a strand."""
        return bool((self.strand < STRANDS.index(".")).all())

    @property
    def names(self) -> Sequence[str]:
        """Their names, ``"."`` where there is none."""
        return ["."] * len(self) if self._names is None else self._names

    def rank(self, chrom_sizes: Mapping[str, Any]) -> NDArray[np.int64]:
        """Return the place of each chromosome in a mapping, shape (R,); KeyError where it is not.

        Examples
        --------
        >>> Regions.of([Interval("b", 0, 1), Interval("a", 0, 1)]).rank({"a": 5, "b": 7}).tolist()
        [1, 0]
        """
        return self._of_chroms({name: rank for rank, name in enumerate(chrom_sizes)})

    def sizes(self, chrom_sizes: Mapping[str, int]) -> NDArray[np.int64]:
        """Return the length of each one's chromosome, shape (R,)."""
        return self._of_chroms(chrom_sizes)

    def _of_chroms(self, numbers: Mapping[str, int]) -> NDArray[np.int64]:
        used = np.flatnonzero(np.bincount(self.chrom, minlength=len(self.chroms)))
        table = np.zeros(len(self.chroms), np.int64)
        table[used] = [numbers[self.chroms[each]] for each in used.tolist()]
        return np.asarray(table[self.chrom])

    def centred(self, width: NDArray[np.int64] | int) -> NDArray[np.int64]:
        """Return where windows begin that are centred; see :meth:`Interval.centred`."""
        start, summit = self.start, self.summit
        middle = (start + self.end - width) // 2
        return np.where(summit < 0, middle, start + summit - width // 2)

    def moved(
        self, start: NDArray[np.int64], end: NDArray[np.int64], summit: NDArray[np.int64]
    ) -> Regions:
        """Return the same regions at other places."""
        summits = None if self._summit is None else summit
        return Regions(
            *(self.chroms, self.chrom, start, end, self._strand, summits),
            *(self._names, self.labels, self._origins),
        )

    def without_origins(self) -> Regions:
        """Return the same regions, of which nobody knows any more where each was read."""
        columns = self._start, self._end, self._strand, self._summit, self._names, self.labels
        return Regions(self.chroms, self.chrom, *columns)

    def take(self, index: NDArray[np.integer]) -> Regions:
        """Return the regions of some indices, in their order."""
        return Regions(
            *(self.chroms, self.chrom[index], self._start[index], self._end[index]),
            None if self._strand is None else self._strand[index],
            None if self._summit is None else self._summit[index],
            _taken(self._names, index),
            _taken(self.labels, index),
            _taken(self._origins, index),
        )

    def _rows(self) -> Iterator[Row]:
        summits = (None if each < 0 else each for each in self.summit.tolist())
        return zip(
            *(map(self.chroms.__getitem__, self.chrom.tolist()), self._start.tolist()),
            *(self._end.tolist(), self.names, map(STRANDS.__getitem__, self.strand.tolist())),
            *(summits, [None] * len(self) if self.labels is None else self.labels),
            strict=True,
        )

    def __len__(self) -> int:
        return len(self.chrom)

    @overload
    def __getitem__(self, index: int) -> Interval: ...
    @overload
    def __getitem__(self, index: slice) -> Regions: ...
    def __getitem__(self, index: int | slice) -> Interval | Regions:
        if not isinstance(index, slice):
            at = range(len(self))[index]
            return next(iter(self[at : at + 1]))
        columns = self._strand, self._summit, self._names, self.labels, self._origins
        cut = (None if column is None else column[index] for column in columns)
        places = self.chrom[index], self._start[index], self._end[index]
        return Regions(self.chroms, *places, *cut)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Interval]:
        for low in range(0, len(self), _AT_ONCE):
            part = self[low : low + _AT_ONCE]
            origins = [""] * len(part) if part._origins is None else part._origins
            for row, origin in zip(part._rows(), origins, strict=True):
                yield Interval(*row[:6], origin, row[6])  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return f"Regions({list(self)!r})"


class Lines(Sequence[str]):
    """``file:line`` of lines of a file, made when it is asked for.

    Examples
    --------
    >>> list(Lines("a.bed", np.array([1, 7])))
    ['a.bed:1', 'a.bed:7']
    """

    __slots__ = ("_file", "_numbers")

    def __init__(self, file: str, numbers: Sequence[int] | NDArray[np.integer]) -> None:
        self._file, self._numbers = file, np.asarray(numbers, np.uint32)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Lines: ...
    def __getitem__(self, index: int | slice) -> str | Lines:
        if isinstance(index, slice):
            return Lines(self._file, self._numbers[index])
        return f"{self._file}:{self._numbers[index]}"

    def take(self, index: NDArray[np.integer]) -> Lines:
        """Return some of them, in the order of their indices."""
        return Lines(self._file, self._numbers[index])


def _taken(texts: Sequence[Any] | None, index: NDArray[np.integer]) -> Any:
    """Return some of a column of texts."""
    if texts is None:
        return None
    if isinstance(texts, Texts | Lines):
        return texts.take(index)
    return [texts[each] for each in index.tolist()]

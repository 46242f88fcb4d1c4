"""bigBeds that a user brings, read through pyBigWig."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyBigWig

from gtrack.core.errors import InputError
from gtrack.core.features import Feature
from gtrack.core.printable import shown
from gtrack.io.bbi import big_file, check_big_file
from gtrack.io.bed_columns import read_columns, standard_columns

_STRETCH = 1 << 24  # bp whose records are in memory at once
_FIRST = 1 << 14  # bp in which the first record is looked for


def read_bigbed(path: Path) -> Iterator[Feature]:
    """Yield the features of a bigBed, chromosome by chromosome, sorted by start.

    What the header says of BED's own fields is an upper bound: some writers count all.

    Raises
    ------
    InputError
        When the file is no bigBed, cut or broken, or a record breaks a rule of BED.
    """
    with _opened(path) as book:
        columns = 0
        for record in book.all(_STRETCH):
            columns = columns or book.columns(record)
            yield book.feature(record, columns)


def bigbed_at(path: Path, places: Mapping[str, Sequence[tuple[int, int]]]) -> Iterator[Feature]:
    """Yield the features of a bigBed that touch places, each once; its index says where they are.

    Parameters
    ----------
    path : Path
    places : mapping of str to sequence of (int, int)
        Starts and ends by chromosome.

    Raises
    ------
    InputError
        As of :func:`read_bigbed`.
    """
    with _opened(path) as book:
        columns = 0
        for chrom, spans in places.items():
            for record in dict.fromkeys(book.touching(chrom, spans)):
                columns = columns or book.columns(next(book.all(_FIRST)))
                yield book.feature(record, columns)


Record = tuple[str, int, int, str]
"""Chromosome, start, end, and the other columns."""


class _Book:
    """The records of an open bigBed."""

    def __init__(self, origin: str, track: Any, defined: int) -> None:
        self._origin, self._track, self._defined = origin, track, defined
        self._sizes: Mapping[str, int] = track.chroms()

    def touching(self, chrom: str, spans: Iterable[tuple[int, int]]) -> Iterator[Record]:
        """Yield the records that touch one of some spans, as often as they do."""
        size = self._sizes.get(chrom, 0)
        for start, end in spans:
            if start < min(end, size):
                for record in self._track.entries(chrom, start, min(end, size)) or ():
                    yield chrom, *record

    def all(self, stretch: int) -> Iterator[Record]:
        """Yield all records; those of so many bp are in memory, then those of twice as many."""
        for chrom, size in self._sizes.items():
            at = 0
            while at < size:
                end = min(size, at + stretch)
                # those that began before came with the stretch before
                yield from (each for each in self.touching(chrom, [(at, end)]) if each[1] >= at)
                at, stretch = end, min(2 * stretch, _STRETCH)

    def columns(self, record: Record) -> int:
        """Tell from the first record how many columns are BED's own."""
        return standard_columns(_fields(record)[: self._defined])

    def feature(self, record: Record, columns: int) -> Feature:
        place = f"{self._origin}: record at {record[0]} {record[1]} {record[2]}"
        return read_columns(_fields(record), columns, place)


def _fields(record: Record) -> list[bytes]:
    chrom, start, end, rest = record
    fields = [part.encode() for part in (chrom, str(start), str(end))]
    return fields + (rest.encode().split(b"\t") if rest else [])


@contextmanager
def _opened(path: Path) -> Iterator[_Book]:
    origin, file = shown(path), big_file(path)
    check_big_file(path)
    if file.kind != "bigBed":
        raise InputError(f"{origin}: is a {file.kind}, not a bigBed")
    try:
        with pyBigWig.open(str(path)) as track:
            yield _Book(origin, track, file.defined or file.fields)
    except RuntimeError as error:
        raise InputError(f"{origin}: is a broken bigBed; make it again") from error

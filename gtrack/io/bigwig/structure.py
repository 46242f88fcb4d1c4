"""Strict reading of a bigWig of gtrack's own: every byte that a reader trusts, checked.

pyBigWig follows offsets and counts without a check and ends the process on some broken files, so
this goes first. It decodes every section, whose checksums cover the payload, and follows every
pointer.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from gtrack.io.bigwig.compression import Each, decompress, decompress_all, on_all
from gtrack.io.bigwig.layout import (
    CHROM_TREE_HEADER,
    CHROM_TREE_MAGIC,
    FIXED_STEP,
    HEADER,
    INTERVAL,
    INTERVALS,
    MAGIC,
    MAX_ZOOM_LEVELS,
    NODE_HEADER,
    SECTION_HEADER,
    SUMMARY,
    VERSION,
    ZOOM_HEADER,
    ZOOM_RECORD,
)


class BrokenBigWigError(Exception):
    """The file is not what a bigWig of gtrack looks like; the message says where."""


@dataclass(frozen=True, slots=True)
class Head:
    """The fixed part of a bigWig: offsets in bytes, and the summary of all values."""

    chroms_at: int
    data_at: int
    index_at: int
    largest: int
    zooms: tuple[tuple[int, int, int], ...]  # bases per record, data, index
    covered: int
    minimum: float
    maximum: float


def require(condition: object, problem: str) -> None:
    """Raise BrokenBigWigError with `problem` unless `condition` holds."""
    if not condition:
        raise BrokenBigWigError(problem)


def read_exactly(file: BinaryIO, at: int, size: int) -> bytes:
    """Read `size` bytes at offset `at`, or raise BrokenBigWigError: the file is cut."""
    file.seek(at)
    data = file.read(size)
    require(len(data) == size, f"the file ends within {size} bytes at offset {at}")
    return data


def unpack(file: BinaryIO, at: int, form: struct.Struct) -> tuple[Any, ...]:
    """Read numbers at offset `at`."""
    return form.unpack(read_exactly(file, at, form.size))


def read_head(file: BinaryIO) -> Head:
    """Read header, zoom headers and summary, and check both magic words."""
    size = os.fstat(file.fileno()).st_size
    fields = unpack(file, 0, HEADER)
    magic, version, levels, chroms_at, data_at, index_at, _, _, autosql, summary_at = fields[:10]
    require(magic == MAGIC, "the magic word at the start is wrong")
    end = read_exactly(file, max(size - 4, 0), 4)
    require(int.from_bytes(end, "little") == MAGIC, "the magic word at the end is missing")
    require(version == VERSION and autosql == 0, "the header is wrong")
    require(levels <= MAX_ZOOM_LEVELS, f"{levels} zoom levels are too many")
    zooms = []
    for level in range(levels):
        bases, _, zoom_at, zoom_index_at = unpack(
            file, HEADER.size + level * ZOOM_HEADER.size, ZOOM_HEADER
        )
        require(bases, f"zoom level {level} has no bases per record")
        zooms.append((bases, zoom_at, zoom_index_at))
    marks = [summary_at, chroms_at, data_at, index_at, *(m for z in zooms for m in z[1:]), size]
    require(marks == sorted(marks), "the parts of the file are out of order")
    covered, *statistics = unpack(file, summary_at, SUMMARY)
    require(all(map(math.isfinite, statistics)), "the summary is not finite")
    return Head(*(chroms_at, data_at, index_at, fields[10], tuple(zooms)), covered, *statistics[:2])


def read_chromosomes(file: BinaryIO, at: int, end: int) -> list[tuple[str, int]]:
    """Read the chromosome tree between two offsets: name and length in bp, in order of id."""
    header = unpack(file, at, CHROM_TREE_HEADER)
    magic, fan_out, key_bytes, value_bytes, count, _ = header
    require(magic == CHROM_TREE_MAGIC and value_bytes == 8, "the chromosome tree is broken")
    slot = key_bytes + value_bytes
    require(at + count * slot < end, "the chromosome tree is broken")
    chroms: dict[int, tuple[str, int]] = {}
    previous = b""
    pending = [at + CHROM_TREE_HEADER.size]
    while pending:
        node_at = pending.pop()
        require(at < node_at < end, "the chromosome tree points outside itself")
        leaf, _, entries = unpack(file, node_at, NODE_HEADER)
        require(leaf in (0, 1) and 0 < entries <= fan_out, "the chromosome tree is broken")
        require(len(pending) + len(chroms) <= count, "the chromosome tree is broken")
        data = read_exactly(file, node_at + NODE_HEADER.size, entries * slot)
        names = [data[i : i + key_bytes] for i in range(0, len(data), slot)]
        values = [data[i : i + value_bytes] for i in range(key_bytes, len(data), slot)]
        if leaf:
            for name, value in zip(names, values, strict=True):
                require(name > previous, "chromosome names are out of order")
                previous = name
                rank, size = struct.unpack("<II", value)
                chroms[rank] = (name.rstrip(b"\0").decode("ascii", "replace"), size)
        else:  # the leftmost child goes on top of the stack
            children = [int.from_bytes(value, "little") for value in values]
            require(min(children) > node_at, "the chromosome tree points backwards")
            pending += reversed(children)
    require(sorted(chroms) == list(range(count)), "chromosome ids are broken")
    return [chroms[rank] for rank in range(count)]


@dataclass(frozen=True, slots=True, eq=False)
class Sections:
    """Sections that stand behind each other in a file, as its index has them.

    Attributes
    ----------
    chrom, start, end : ndarray of int64, shape (N,)
        Id of the chromosome; bp, 0-based, the end exclusive.
    packed : list of bytes
    """

    chrom: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    packed: list[bytes]

    def decoded(self, limit: int, each: Each = map) -> list[bytes]:
        """Decompress all; none has more than `limit` bytes."""
        try:
            return on_all(partial(decompress_all, limit=limit), self.packed, each)
        except ValueError:
            for packed, chrom, start in zip(self.packed, self.chrom, self.start, strict=True):
                _decode(packed, limit, chrom, start)
            raise

    def all_are(self, right: npt.NDArray[np.bool_], problem: str) -> None:
        """Name the first section that is not right."""
        if not right.all():
            first = right.argmin()
            raise BrokenBigWigError(f"section {self.chrom[first]}:{self.start[first]} {problem}")


def count_values(sections: Iterable[Sections], largest: int, each: Each = map) -> int:
    """Decode every data section and return the number of covered bases."""
    return sum(_count(part, part.decoded(largest, each)) for part in sections)


def _count(sections: Sections, decoded: list[bytes]) -> int:
    """Return the number of covered bases of some sections; their heads are checked together."""
    width, sizes = SECTION_HEADER.itemsize, np.array(list(map(len, decoded)))
    sections.all_are(sizes > width, "is empty")
    heads = np.frombuffer(b"".join([each[:width] for each in decoded]), SECTION_HEADER)
    there = [heads[edge] == getattr(sections, edge) for edge in ("chrom", "start", "end")]
    sections.all_are(np.logical_and.reduce(there), "is misplaced")
    bases = heads["end"].astype(np.int64) - heads["start"]
    count, step, span = (heads[name].astype(np.int64) for name in ("count", "step", "span"))
    values, items = heads["kind"] == FIXED_STEP, heads["kind"] == INTERVALS
    values &= (step == 1) & (span == 1) & (count == bases) & (sizes == width + 4 * count)
    items &= (step == 0) & (span == 0) & (sizes == width + INTERVAL.itemsize * count)
    sections.all_are(values | items, "is broken")
    covered = int(bases[values].sum())
    for at in np.flatnonzero(items).tolist():
        of = np.frombuffer(decoded[at], INTERVAL, offset=width)
        first, last = of["start"].astype(np.int64), of["end"].astype(np.int64)
        require(
            (first[0], last[-1]) == (heads["start"][at], heads["end"][at])
            and (first < last).all()
            and (last[:-1] <= first[1:]).all(),
            f"section {heads['chrom'][at]}:{heads['start'][at]} has overlapping intervals",
        )
        covered += int((last - first).sum())
    return covered


def check_zoom(sections: Iterable[Sections], records: int, bases: int, head: Head) -> None:
    """Decode every section of a zoom level and compare it with the summary."""
    covered, found = 0, 0
    lows, highs = [], []
    for chrom, start, end, raw in _one_by_one(sections, head.largest):
        require(raw and len(raw) % ZOOM_RECORD.itemsize == 0, f"zoom {bases} is cut")
        part = np.frombuffer(raw, ZOOM_RECORD)
        ends = (int(part["start"][0]), int(part["end"][-1]))
        require((part["chrom"] == chrom).all() and ends == (start, end), f"zoom {bases} is broken")
        cells = part["start"] // bases
        alone = (cells[1:] > cells[:-1]).all() and (cells == (part["end"] - 1) // bases).all()
        require(alone, f"zoom {bases} has records of another level")
        found += len(part)
        covered += int(part["valid"].sum(dtype=np.int64))
        lows.append(part["min"].min())
        highs.append(part["max"].max())
    require(found == records and covered == head.covered, f"zoom {bases} has lost bases")
    extremes = (float(min(lows)), float(max(highs)))
    require(extremes == (head.minimum, head.maximum), f"zoom {bases} differs from the summary")


def _one_by_one(sections: Iterable[Sections], limit: int) -> Iterator[tuple[int, int, int, bytes]]:
    """Yield chromosome, start, end and decoded bytes of each."""
    for part in sections:
        yield from zip(part.chrom, part.start, part.end, part.decoded(limit), strict=True)


def _decode(packed: bytes, limit: int, chrom: int, start: int) -> None:
    try:
        decompress(packed, limit)
    except ValueError as error:
        raise BrokenBigWigError(f"section {chrom}:{start} does not decompress: {error}") from error

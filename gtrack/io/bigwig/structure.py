"""Strict reading of a bigWig of gtrack's own: every byte that a reader trusts, checked.

pyBigWig follows offsets and counts without a check and ends the process on some broken files, so
this goes first. It decodes every section, whose checksums cover the payload, and follows every
pointer.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from gtrack.io.bigwig.compression import Each, decompress, on_all
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
    R_LEAF,
    R_NODE,
    R_TREE_HEADER,
    R_TREE_MAGIC,
    SECTION_HEADER,
    SUMMARY,
    VERSION,
    ZOOM_HEADER,
    ZOOM_RECORD,
)

_AT_ONCE = 1 << 12  # entries of an index
_SECTIONS = 1 << 9  # in memory at once, of 32 kB at most


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


def _unpack(file: BinaryIO, at: int, form: struct.Struct) -> tuple[Any, ...]:
    return form.unpack(read_exactly(file, at, form.size))


def read_head(file: BinaryIO) -> Head:
    """Read header, zoom headers and summary, and check both magic words."""
    size = os.fstat(file.fileno()).st_size
    fields = _unpack(file, 0, HEADER)
    magic, version, levels, chroms_at, data_at, index_at, _, _, autosql, summary_at = fields[:10]
    require(magic == MAGIC, "the magic word at the start is wrong")
    end = read_exactly(file, max(size - 4, 0), 4)
    require(int.from_bytes(end, "little") == MAGIC, "the magic word at the end is missing")
    require(version == VERSION and autosql == 0, "the header is wrong")
    require(levels <= MAX_ZOOM_LEVELS, f"{levels} zoom levels are too many")
    zooms = []
    for level in range(levels):
        bases, _, zoom_at, zoom_index_at = _unpack(
            file, HEADER.size + level * ZOOM_HEADER.size, ZOOM_HEADER
        )
        require(bases, f"zoom level {level} has no bases per record")
        zooms.append((bases, zoom_at, zoom_index_at))
    marks = [summary_at, chroms_at, data_at, index_at, *(m for z in zooms for m in z[1:]), size]
    require(marks == sorted(marks), "the parts of the file are out of order")
    covered, *statistics = _unpack(file, summary_at, SUMMARY)
    require(all(map(math.isfinite, statistics)), "the summary is not finite")
    return Head(*(chroms_at, data_at, index_at, fields[10], tuple(zooms)), covered, *statistics[:2])


def read_chromosomes(file: BinaryIO, at: int, end: int) -> list[tuple[str, int]]:
    """Read the chromosome tree between two offsets: name and length in bp, in order of id."""
    header = _unpack(file, at, CHROM_TREE_HEADER)
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
        leaf, _, entries = _unpack(file, node_at, NODE_HEADER)
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


def read_r_tree(file: BinaryIO, at: int) -> tuple[npt.NDArray[np.void], int]:
    """Read the R-tree at offset `at`: its leaf entries in order, and the offset where it ends."""
    header = _unpack(file, at, R_TREE_HEADER)
    magic, fan_out, count, *hull = header[:7]
    require(magic == R_TREE_MAGIC and count and header[7] == at, "an index is broken")
    size = os.fstat(file.fileno()).st_size
    require(at + count * R_LEAF.itemsize <= size, "an index is broken")
    node_at = at + R_TREE_HEADER.size
    hulls = np.zeros(1, R_NODE)
    for field, value in zip(("chrom", "start", "last_chrom", "end"), hull, strict=True):
        hulls[field] = value
    hulls["offset"] = node_at
    while True:  # one level of the tree at a time, whose nodes stand behind each other
        nodes = []
        kinds = set()
        for expected in hulls:
            require(node_at == expected["offset"], "an index points to a wrong place")
            leaf, _, entries = _unpack(file, node_at, NODE_HEADER)
            require(leaf in (0, 1) and 0 < entries <= fan_out, "an index is broken")
            kinds.add(leaf)
            form = R_LEAF if leaf else R_NODE
            data = read_exactly(file, node_at + NODE_HEADER.size, entries * form.itemsize)
            node = np.frombuffer(data, form)
            wide = [*node[0].item()[:2], *node[-1].item()[2:4]]
            require(wide == list(expected.item()[:4]), "an index does not enclose what it lists")
            node_at += NODE_HEADER.size + len(data)
            nodes.append(node)
        require(len(kinds) == 1, "an index is broken")
        level = np.concatenate(nodes)
        if kinds == {1}:
            require(len(level) == count, "an index has lost sections")
            return level, node_at
        require(len(level) > len(hulls), "an index is broken")
        hulls = level


def check_leaves(
    leaves: npt.NDArray[np.void], sizes: npt.NDArray[np.int64], data_at: int, end: int
) -> None:
    """Check that sections are disjoint, inside their chromosomes, and fill the file up to `end`."""
    chrom = leaves["chrom"].astype(np.int64)
    first, last = leaves["start"].astype(np.int64), leaves["end"].astype(np.int64)
    require((chrom == leaves["last_chrom"]).all(), "a section spans chromosomes")
    require(chrom.max() < len(sizes), "a section belongs to no chromosome")
    require((first < last).all() and (last <= sizes[chrom]).all(), "a section is out of bounds")
    ordered = (chrom[1:] > chrom[:-1]) | ((chrom[1:] == chrom[:-1]) & (first[1:] >= last[:-1]))
    require(ordered.all(), "sections overlap or are out of order")
    stops = np.cumsum(leaves["size"].astype(np.int64)) + data_at
    starts = np.append(data_at, stops[:-1])
    require(
        stops[-1] == end and (leaves["offset"] == starts).all(),
        "sections do not fill the space between the parts of the file",
    )


def count_values(
    file: BinaryIO, leaves: npt.NDArray[np.void], largest: int, each: Each = map
) -> int:
    """Decode every data section and return the number of covered bases."""

    def decoded(section: tuple[bytes, int, int]) -> bytes:
        packed, chrom, start = section
        return _decode(packed, largest, chrom, start)

    covered = 0
    file.seek(int(leaves["offset"][0]))
    for low in range(0, len(leaves), _SECTIONS):
        part = leaves[low : low + _SECTIONS]
        sections = [(file.read(size), chrom, start) for chrom, start, *_, size in part.tolist()]
        covered += _count(part, on_all(decoded, sections, each))
    return covered


def _count(leaves: npt.NDArray[np.void], decoded: list[bytes]) -> int:
    """Return the number of covered bases of some sections; their heads are checked together."""
    width, sizes = SECTION_HEADER.itemsize, np.array([len(each) for each in decoded])
    _all_are(sizes > width, leaves, "is empty")
    heads = np.frombuffer(b"".join([each[:width] for each in decoded]), SECTION_HEADER)
    there = [heads[edge] == leaves[edge] for edge in ("chrom", "start", "end")]
    _all_are(np.logical_and.reduce(there), leaves, "is misplaced")
    bases = heads["end"].astype(np.int64) - heads["start"]
    count, step, span = (heads[name].astype(np.int64) for name in ("count", "step", "span"))
    values, items = heads["kind"] == FIXED_STEP, heads["kind"] == INTERVALS
    values &= (step == 1) & (span == 1) & (count == bases) & (sizes == width + 4 * count)
    items &= (step == 0) & (span == 0) & (sizes == width + INTERVAL.itemsize * count)
    _all_are(values | items, leaves, "is broken")
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


def _all_are(right: npt.NDArray[np.bool_], leaves: npt.NDArray[np.void], problem: str) -> None:
    """Name the first section that is not right."""
    if not right.all():
        chrom, start, *_ = leaves[int(right.argmin())].item()
        raise BrokenBigWigError(f"section {chrom}:{start} {problem}")


def check_zoom(
    file: BinaryIO, leaves: npt.NDArray[np.void], records: int, bases: int, head: Head
) -> None:
    """Decode every section of a zoom level and compare it with the summary."""
    covered, found = 0, 0
    lows, highs = [], []
    file.seek(int(leaves["offset"][0]))
    for chrom, start, _, end, _, size in _one_by_one(leaves):
        raw = _decode(file.read(size), head.largest, chrom, start)
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


def _one_by_one(leaves: npt.NDArray[np.void]) -> Iterator[tuple[int, ...]]:
    """Yield entries of an index, of which few are objects at once."""
    for low in range(0, len(leaves), _AT_ONCE):
        yield from leaves[low : low + _AT_ONCE].tolist()


def _decode(packed: bytes, limit: int, chrom: int, start: int) -> bytes:
    try:
        return decompress(packed, limit)
    except ValueError as error:
        raise BrokenBigWigError(f"section {chrom}:{start} does not decompress: {error}") from error

"""Strict reading of an index of gtrack's own bigWigs: its tree, and the sections it lists, checked.

Of its entries few are in memory at once: a track of many regions has one for each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from gtrack.io.bigwig.layout import NODE_HEADER, R_LEAF, R_NODE, R_TREE_HEADER, R_TREE_MAGIC
from gtrack.io.bigwig.structure import Sections, read_exactly, require, unpack

_NODES_AT_ONCE = 16  # of 256 entries each


class Index:
    """An R-tree at an offset, whose nodes above the entries are read and checked.

    Attributes
    ----------
    count : int
        Entries.
    end : int
        Offset where it ends.
    """

    def __init__(self, file: BinaryIO, at: int) -> None:
        magic, _, self.count, *hull = (header := unpack(file, at, R_TREE_HEADER))[:7]
        require(magic == R_TREE_MAGIC and self.count and header[7] == at, "an index is broken")
        size = os.fstat(file.fileno()).st_size
        require(at + self.count * R_LEAF.itemsize <= size, "an index is broken")
        node_at = at + R_TREE_HEADER.size
        hulls = np.zeros(1, R_NODE)
        for field, value in zip(("chrom", "start", "last_chrom", "end"), hull, strict=True):
            hulls[field] = value
        hulls["offset"] = node_at
        while not unpack(file, node_at, NODE_HEADER)[0]:
            # one level of the tree at a time, whose nodes stand behind each other
            nodes = [*_nodes(file, hulls, node_at, R_NODE)]
            level = np.concatenate(nodes)
            require(len(level) > len(hulls), "an index is broken")
            node_at += len(hulls) * NODE_HEADER.size + level.nbytes
            hulls = level
        self._file, self._hulls, self._at = file, hulls, node_at
        self.end = node_at + len(hulls) * NODE_HEADER.size + self.count * R_LEAF.itemsize

    def _entries(self) -> Iterator[npt.NDArray[np.void]]:
        """Yield the entries, of some nodes at a time."""
        at, found = self._at, 0
        for low in range(0, len(self._hulls), _NODES_AT_ONCE):
            hulls = self._hulls[low : low + _NODES_AT_ONCE]
            entries = np.concatenate([*_nodes(self._file, hulls, at, R_LEAF)])
            at += len(hulls) * NODE_HEADER.size + entries.nbytes
            found += len(entries)
            yield entries
        require(found == self.count and at == self.end, "an index has lost sections")

    def sections(
        self, sizes: npt.NDArray[np.int64], data_at: int, end: int, at_once: int
    ) -> Iterator[Sections]:
        """Yield the sections, so many at a time.

        They must be disjoint, lie inside their chromosomes, and fill the file from `data_at` on up
        to `end`.
        """
        before = (-1, 0)
        for entries in self._entries():
            data_at = _check(entries, sizes, before, data_at)
            require(data_at <= end, "sections do not fill the space between the parts of the file")
            before = int(entries["chrom"][-1]), int(entries["end"][-1])
            for low in range(0, len(entries), at_once):
                yield self._read(entries[low : low + at_once])
        require(data_at == end, "sections do not fill the space between the parts of the file")

    def _read(self, entries: npt.NDArray[np.void]) -> Sections:
        """Read sections that stand behind each other."""
        edges = np.cumsum(entries["size"].astype(np.int64)).tolist()
        self._file.seek(int(entries["offset"][0]))
        data = self._file.read(edges[-1])
        packed = [data[low:high] for low, high in pairwise([0, *edges])]
        chrom, start, end = (entries[name].astype(np.int64) for name in ("chrom", "start", "end"))
        return Sections(chrom, start, end, packed)


def _nodes(
    file: BinaryIO, hulls: npt.NDArray[np.void], at: int, form: np.dtype[np.void]
) -> Iterator[npt.NDArray[np.void]]:
    """Yield the entries of nodes that stand behind each other, each within its hull."""
    for expected in hulls:
        require(at == expected["offset"], "an index points to a wrong place")
        leaf, _, entries = unpack(file, at, NODE_HEADER)
        require(leaf == (form is R_LEAF) and entries > 0, "an index is broken")
        data = read_exactly(file, at + NODE_HEADER.size, entries * form.itemsize)
        node = np.frombuffer(data, form)
        wide = [*node[0].item()[:2], *node[-1].item()[2:4]]
        require(wide == list(expected.item()[:4]), "an index does not enclose what it lists")
        at += NODE_HEADER.size + len(data)
        yield node


def _check(
    entries: npt.NDArray[np.void],
    sizes: npt.NDArray[np.int64],
    before: tuple[int, int],
    data_at: int,
) -> int:
    """Check entries that follow one `before`; return where the bytes of their sections end."""
    chrom = entries["chrom"].astype(np.int64)
    first, last = entries["start"].astype(np.int64), entries["end"].astype(np.int64)
    require((chrom == entries["last_chrom"]).all(), "a section spans chromosomes")
    require(chrom.max() < len(sizes), "a section belongs to no chromosome")
    require((first < last).all() and (last <= sizes[chrom]).all(), "a section is out of bounds")
    on, behind = np.append(before[0], chrom[:-1]), np.append(before[1], last[:-1])
    ordered = (chrom > on) | ((chrom == on) & (first >= behind))
    require(ordered.all(), "sections overlap or are out of order")
    stops = np.cumsum(entries["size"].astype(np.int64)) + data_at
    require(
        (entries["offset"] == np.append(data_at, stops[:-1])).all(),
        "sections do not fill the space between the parts of the file",
    )
    return int(stops[-1])

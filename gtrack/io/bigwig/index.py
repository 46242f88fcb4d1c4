"""The two trees of a bigWig: chromosome names to ids (B+ tree), positions to sections (R-tree)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from gtrack.io.bigwig.layout import (
    CHROM_TREE_HEADER,
    CHROM_TREE_MAGIC,
    NODE_HEADER,
    R_LEAF,
    R_NODE,
    R_TREE_HEADER,
    R_TREE_MAGIC,
)
from gtrack.io.bigwig.leaves import Leaves

_AT_ONCE = 1 << 12  # entries in memory


def pack_chromosomes(chrom_sizes: Mapping[str, int], fan_out: int, at: int) -> bytes:
    """Lay out the B+ tree of chromosomes.

    Parameters
    ----------
    chrom_sizes : mapping of str to int
        Lengths in bp; the id of a chromosome is its rank in this mapping.
    fan_out : int
        Entries per node.
    at : int
        File offset at which the tree will stand.

    Returns
    -------
    bytes
        The tree. Names are in byte order, because readers search by name; every node has its full
        width, as the UCSC tools write it.
    """
    ids = {name.encode(): (rank, size) for rank, (name, size) in enumerate(chrom_sizes.items())}
    names = sorted(ids)
    key_bytes = max(map(len, names))
    fan_out = min(fan_out, max(2, len(names)))
    node_bytes = NODE_HEADER.size + fan_out * (key_bytes + 8)

    entries = [len(names)]  # per level, leaves first; entry i of a level is node i of the one below
    while entries[-1] > fan_out:
        entries.append(-(-entries[-1] // fan_out))
    packed = [CHROM_TREE_HEADER.pack(CHROM_TREE_MAGIC, fan_out, key_bytes, 8, len(names), 0)]
    level_at = at + CHROM_TREE_HEADER.size
    for level in reversed(range(len(entries))):
        below_at = level_at + -(-entries[level] // fan_out) * node_bytes
        for first in range(0, entries[level], fan_out):
            members = range(first, min(first + fan_out, entries[level]))
            node = NODE_HEADER.pack(level == 0, 0, len(members))
            for entry in members:
                name = names[entry * fan_out**level]
                node += name.ljust(key_bytes, b"\0")
                node += (
                    struct.pack("<Q", below_at + entry * node_bytes)
                    if level
                    else struct.pack("<II", *ids[name])
                )
            packed.append(node.ljust(node_bytes, b"\0"))
        level_at = below_at
    return b"".join(packed)


def pack_r_tree(leaves: Leaves, fan_out: int, at: int) -> Iterator[bytes]:
    """Lay out the R-tree over sections.

    Parameters
    ----------
    leaves : Leaves
        Sorted by position and disjoint; at least one.
    fan_out : int
        Entries per node.
    at : int
        File offset at which the tree will stand; the sections end there.

    Yields
    ------
    bytes
        The tree, root first. Only the last node of a level may be short, so nodes need no padding.
    """
    at_once = fan_out * max(1, _AT_ONCE // fan_out)
    above = [_parents(block, fan_out) for block in leaves.blocks(at_once)]
    levels = [np.concatenate(above)]  # of nodes, from those over the leaves on
    while len(levels[-1]) > 1:
        levels.append(_parents(levels[-1], fan_out))
    hull = [*levels[0][0].item()[:2], *levels[0][-1].item()[2:4]]
    yield R_TREE_HEADER.pack(R_TREE_MAGIC, fan_out, len(leaves), *hull, at, 1, 0)
    level_at = at + R_TREE_HEADER.size
    sizes = [(len(leaves), R_LEAF), *((len(level), R_NODE) for level in levels)]
    for height in reversed(range(len(levels))):  # the last level is the root itself, which is none
        count, kind = sizes[height]
        below_at = level_at + -(-count // fan_out) * NODE_HEADER.size + count * kind.itemsize
        blocks: Iterable[npt.NDArray[np.void]] = leaves.blocks(at_once)
        if height:
            entries = levels[height - 1]
            child_bytes = NODE_HEADER.size + fan_out * sizes[height - 1][1].itemsize
            entries["offset"] = below_at + np.arange(count, dtype=np.uint64) * child_bytes
            blocks = [entries]
        for block in blocks:
            for first in range(0, len(block), fan_out):
                node = block[first : first + fan_out]
                yield NODE_HEADER.pack(height == 0, 0, len(node)) + node.tobytes()
        level_at = below_at


def _parents(below: npt.NDArray[np.void], fan_out: int) -> npt.NDArray[np.void]:
    """Return what a level says of the nodes of the one below."""
    first = np.arange(0, len(below), fan_out)
    last = np.append(first[1:], len(below)) - 1
    parents = np.zeros(len(first), R_NODE)
    for field in ("chrom", "start"):
        parents[field] = below[field][first]
    for field in ("last_chrom", "end"):
        parents[field] = below[field][last]
    return parents

"""The bigWig format in numbers: magic words, record types and the sizes that gtrack chooses.

Source: Kent et al. 2010, doi 10.1093/bioinformatics/btq351, supplementary tables 5 to 19.
Every number in a file is little-endian here; positions are 0-based, half-open.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

MAGIC, CHROM_TREE_MAGIC, R_TREE_MAGIC = 0x888FFC26, 0x78CA8C91, 0x2468ACE0
VERSION = 4
INTERVALS, FIXED_STEP = 1, 3  # section types: bedGraph items, or one value per step

#: magic, version, zoom levels, chromosome tree, data, index, field counts (2), autoSql, summary,
#: largest raw section, extension
HEADER = struct.Struct("<IHHQQQHHQQIQ")
#: bases per record, reserved, data, index
ZOOM_HEADER = struct.Struct("<IIQQ")
#: covered bases, minimum, maximum, sum, sum of squares
SUMMARY = struct.Struct("<Qdddd")
#: magic, entries per node, key bytes, value bytes, chromosomes, reserved
CHROM_TREE_HEADER = struct.Struct("<IIIIQQ")
#: magic, entries per node, sections, hull (4), end of data, sections per leaf entry, reserved
R_TREE_HEADER = struct.Struct("<IIQIIIIQII")
#: leaf?, reserved, entries
NODE_HEADER = struct.Struct("<BBH")
MAX_ZOOM_LEVELS = 10  # what libBigWig and the UCSC tools reserve room for

SECTION_HEADER = np.dtype(
    {
        "names": ["chrom", "start", "end", "step", "span", "kind", "reserved", "count"],
        "formats": ["<u4", "<u4", "<u4", "<u4", "<u4", "u1", "u1", "<u2"],
    }
)
INTERVAL = np.dtype([("start", "<u4"), ("end", "<u4"), ("value", "<f4")])
ZOOM_RECORD = np.dtype(
    {
        "names": ["chrom", "start", "end", "valid", "min", "max", "sum", "squares"],
        "formats": ["<u4", "<u4", "<u4", "<u4", "<f4", "<f4", "<f4", "<f4"],
    }
)
_HULL = [("chrom", "<u4"), ("start", "<u4"), ("last_chrom", "<u4"), ("end", "<u4")]
R_LEAF = np.dtype([*_HULL, ("offset", "<u8"), ("size", "<u8")])
R_NODE = np.dtype([*_HULL, ("offset", "<u8")])


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes that decide the bytes of a file; the defaults are gtrack's, tests take smaller ones.

    Parameters
    ----------
    cell_bases : int
        Sections are cut at multiples of this many bp, so that they depend on the genome alone.
    batch_bases : int
        Values encoded at a time; changes speed and memory, never the bytes.
    fan_out : int
        Entries per node of both trees.
    zoom_records : int
        Records per zoom section.
    zoom_bases : tuple of int
        Bases per zoom record of each level, each a multiple of the one before. The first, 64, is
        four times coarser than pyBigWig's: a browser reads raw values at that scale anyway, and
        the file is a quarter smaller.

    Raises
    ------
    ValueError
        When the numbers do not fit each other or the format.
    """

    cell_bases: int = 8192
    batch_bases: int = 1 << 17
    fan_out: int = 256
    zoom_records: int = 1024
    zoom_bases: tuple[int, ...] = tuple(64 * 4**level for level in range(9))

    def __post_init__(self) -> None:
        pairs = zip(self.zoom_bases, self.zoom_bases[1:], strict=False)
        if not (
            0 < self.cell_bases < 1 << 16  # a section counts its items in 16 bits
            and self.batch_bases >= 2 * self.cell_bases
            and 2 <= self.fan_out < 1 << 16
            and self.zoom_records >= 1
            and 1 <= len(self.zoom_bases) <= MAX_ZOOM_LEVELS
            and self.cell_bases % self.zoom_bases[0] == 0
            and all(fine < coarse and coarse % fine == 0 for fine, coarse in pairs)
        ):
            raise ValueError(f"impossible bigWig layout: {self}")

"""The parts of a bigWig in the order of the file: head, chromosomes, sections, index, zooms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gtrack.io.bigwig.compression import Each
from gtrack.io.bigwig.files import NewFile
from gtrack.io.bigwig.index import pack_chromosomes, pack_r_tree
from gtrack.io.bigwig.layout import (
    HEADER,
    MAGIC,
    MAX_ZOOM_LEVELS,
    SUMMARY,
    VERSION,
    ZOOM_HEADER,
    ZOOM_RECORD,
    Layout,
)
from gtrack.io.bigwig.leaves import Leaves
from gtrack.io.bigwig.sections import Runs, encode_sections
from gtrack.io.bigwig.zooms import (
    MAX,
    MIN,
    SQUARES,
    SUM,
    VALID,
    Records,
    ZoomLevel,
    merge,
    no_records,
    summarise,
)

_SUMMARY_AT = HEADER.size + MAX_ZOOM_LEVELS * ZOOM_HEADER.size
_CHROMS_AT = _SUMMARY_AT + SUMMARY.size
_COUNT = np.dtype("<u8")  # of data sections, before the first
_ZOOM_COUNT = np.dtype("<u4")  # of the records of a zoom level, before the first section
_COPY_BYTES = 1 << 20


class Assembly:
    """A bigWig that grows by whole cells and is completed by indexes, zoom levels and head.

    Parameters
    ----------
    file : NewFile
        The file, empty.
    chrom_sizes : mapping of str to int
        Lengths in bp; the id of a chromosome is its rank.
    layout : Layout
        Sizes inside the file.
    each : callable
        How sections are compressed.

    Raises
    ------
    OSError
        Here and in both methods, when the disk refuses.
    """

    def __init__(
        self, file: NewFile, chrom_sizes: Mapping[str, int], layout: Layout, each: Each
    ) -> None:
        self._file, self._each = file, each
        self._layout = layout
        self._levels = [
            ZoomLevel(bases, file.scratch(), layout.zoom_records) for bases in layout.zoom_bases
        ]
        chroms = pack_chromosomes(chrom_sizes, layout.fan_out, _CHROMS_AT)
        self._data_at = _CHROMS_AT + len(chroms)
        self._end = self._data_at + _COUNT.itemsize
        self._leaves = Leaves(file.scratch())
        self._largest = ZOOM_RECORD.itemsize * layout.zoom_records  # section before compression
        self._total = no_records()
        file.write(bytes(_CHROMS_AT) + chroms + bytes(_COUNT.itemsize))

    def append(self, chrom: int, runs: Runs) -> None:
        """Write whole cells of a chromosome as sections, and pass them on to the zoom levels.

        Parameters
        ----------
        chrom : int
            Id of the chromosome.
        runs : Runs
            The runs of these cells, cut at cell boundaries; at least one.
        """
        sections, leaves, largest = encode_sections(
            runs, chrom, self._layout.cell_bases, self._each
        )
        leaves["offset"] += np.uint64(self._end)
        data = b"".join(sections)
        self._file.write(data)
        self._end += len(data)
        self._leaves.add(leaves)
        self._largest = max(self._largest, largest)
        records = summarise(runs, self._levels[0].bases)
        self._zoom(chrom, records)

    def end_chromosome(self, chrom: int) -> None:
        """Complete the zoom records that are still open."""
        self._zoom(chrom, no_records(), last=True)

    def finish(self) -> None:
        """Append indexes and zoom levels, then fill in what was left open at the start."""
        for part in pack_r_tree(self._leaves, self._layout.fan_out, self._end):
            self._file.write(part)
        zooms: list[bytes] = []
        previous = 0
        for level in self._levels:
            # A level that hardly summarises the one before (scattered bases) is not worth storing.
            if not zooms or level.records <= previous // 2:
                zooms.append(self._append_level(level))
                previous = level.records
        self._file.write(np.array(MAGIC, "<u4").tobytes())

        header = HEADER.pack(
            *(MAGIC, VERSION, len(zooms), _CHROMS_AT, self._data_at, self._end),
            *(0, 0, 0, _SUMMARY_AT, self._largest, 0),
        )
        total = self._total[:, 0].tolist()
        summary = int(total[VALID]), *(total[row] for row in (MIN, MAX, SUM, SQUARES))
        self._file.overwrite(0, header + b"".join(zooms))
        self._file.overwrite(_SUMMARY_AT, SUMMARY.pack(*summary))
        self._file.overwrite(self._data_at, np.array(len(self._leaves), _COUNT).tobytes())

    def _zoom(self, chrom: int, records: Records, *, last: bool = False) -> None:
        for level in self._levels:
            records = level.add(records, chrom, last=last)
        for record in records.T:  # one by one: the order of additions is part of the sum
            both = np.append(self._total, record[:, None], axis=1)
            self._total = merge(both, np.zeros(1, np.int64))

    def _append_level(self, level: ZoomLevel) -> bytes:
        """Copy a zoom level out of its scratch space and index it; return its header."""
        data_at = self._file.tell()
        self._file.write(np.array(level.records, _ZOOM_COUNT).tobytes())
        level.spool.seek(0)
        while part := level.spool.read(_COPY_BYTES):
            self._file.write(part)
        index_at = self._file.tell()
        leaves = level.leaves(data_at + _ZOOM_COUNT.itemsize)
        self._file.write(b"".join(pack_r_tree(leaves, self._layout.fan_out, index_at)))
        return ZOOM_HEADER.pack(level.bases, 0, data_at, index_at)

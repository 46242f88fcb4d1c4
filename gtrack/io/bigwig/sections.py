"""Data sections: runs of adjacent bases, cut at fixed genome positions and compressed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gtrack.io.bigwig.compression import Each, compress_all, on_all
from gtrack.io.bigwig.layout import FIXED_STEP, INTERVAL, INTERVALS, R_LEAF, SECTION_HEADER

# Measured on compressed files: equal values as intervals are smaller than value by value from
# about 64 bases each; and a few intervals cost less than a section and index entry of their own.
BASES_PER_INTERVAL = 64
FEW_INTERVALS = 4


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of adjacent bases of one chromosome, and their values end to end.

    Parameters
    ----------
    values : ndarray of float32, shape (bases,)
        The values of all runs.
    starts : ndarray of int64, shape (runs,)
        Genome start of each run, in bp, 0-based; increasing.
    offsets : ndarray of int64, shape (runs,)
        Index in `values` of each run's first base; increasing from 0.
    """

    values: npt.NDArray[np.float32]
    starts: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]

    @property
    def stops(self) -> npt.NDArray[np.int64]:
        """Index in `values` after each run's last base."""
        return np.append(self.offsets[1:], len(self.values))

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """Genome end of each run, in bp, exclusive."""
        return self.starts + self.stops - self.offsets

    def cut(self, bases: int) -> Runs:
        """Cut every run at the multiples of `bases` on the genome."""
        first = self.starts // bases
        pieces = (self.ends - 1) // bases - first + 1
        if len(pieces) == pieces.sum():
            return self
        run = np.repeat(np.arange(len(pieces)), pieces)
        rank = np.arange(len(run)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        starts = np.maximum((first[run] + rank) * bases, self.starts[run])
        return Runs(self.values, starts, self.offsets[run] + starts - self.starts[run])


def encode_sections(
    runs: Runs, chrom: int, cell_bases: int, each: Each = map
) -> tuple[list[bytes], npt.NDArray[np.void], int]:
    """Compress runs to sections; each choice depends on one cell of the genome only.

    Parameters
    ----------
    runs : Runs
        Already cut at the multiples of `cell_bases`; whole cells, at least one base.
    chrom : int
        Id of the chromosome.
    cell_bases : int
        Cell size in bp.
    each : callable
        How the sections are compressed.

    Returns
    -------
    sections : list of bytes
        Compressed sections in genome order.
    leaves : ndarray of R_LEAF
        One entry per section, its offset counted from the first section.
    largest : int
        Bytes of the largest section before compression.
    """
    bits = runs.values.view(np.uint32)  # compared as bits: -0.0 is not 0.0
    changes = np.empty(len(bits), bool)
    np.not_equal(bits[1:], bits[:-1], out=changes[1:])
    changes[runs.offsets] = True
    lengths = runs.stops - runs.offsets
    plateaus = np.add.reduceat(changes, runs.offsets, dtype=np.int64)
    sparse = plateaus <= np.maximum(lengths // BASES_PER_INTERVAL, FEW_INTERVALS)
    intervals = _intervals(runs, changes, plateaus, sparse) if sparse.any() else b""

    # A run of values is a section; neighbouring sparse runs of a cell share one.
    cell = runs.starts // cell_bases
    joined = sparse[1:] & sparse[:-1] & (cell[1:] == cell[:-1])
    first = np.flatnonzero(np.append(True, ~joined))
    last = np.append(first[1:], len(joined) + 1) - 1
    kind = sparse[first]
    items = np.where(kind, np.add.reduceat(plateaus, first), lengths[first])
    heads = np.zeros(len(first), SECTION_HEADER)
    heads["chrom"] = chrom
    heads["start"], heads["end"] = runs.starts[first], runs.ends[last]
    heads["kind"] = np.where(kind, INTERVALS, FIXED_STEP)
    heads["step"] = heads["span"] = ~kind
    heads["count"] = items

    item_bytes = np.where(kind, INTERVAL.itemsize, runs.values.itemsize)
    interval_end = np.cumsum(np.where(kind, items, 0))
    body_at = np.where(kind, interval_end - items, runs.offsets[first]) * item_bytes
    body_end = body_at + items * item_bytes
    packed, values, width = heads.tobytes(), runs.values.tobytes(), SECTION_HEADER.itemsize
    spans = zip(kind.tolist(), body_at.tolist(), body_end.tolist(), strict=True)
    raw = [
        packed[i * width : i * width + width] + (intervals if graph else values)[a:b]
        for i, (graph, a, b) in enumerate(spans)
    ]
    sections = on_all(compress_all, raw, each)

    leaves = np.empty(len(first), R_LEAF)
    leaves["chrom"] = leaves["last_chrom"] = chrom
    leaves["start"], leaves["end"] = heads["start"], heads["end"]
    leaves["size"] = [len(section) for section in sections]
    leaves["offset"] = np.cumsum(leaves["size"]) - leaves["size"]
    return sections, leaves, width + int((body_end - body_at).max())


def _intervals(
    runs: Runs,
    changes: npt.NDArray[np.bool_],
    plateaus: npt.NDArray[np.int64],
    sparse: npt.NDArray[np.bool_],
) -> bytes:
    """Pack the plateaus of sparse runs as (start, end, value), in genome order."""
    first = np.flatnonzero(changes)
    stop = np.append(first[1:], len(changes))
    wanted = np.repeat(sparse, plateaus)
    shift = np.repeat((runs.starts - runs.offsets)[sparse], plateaus[sparse])
    items = np.empty(len(shift), INTERVAL)
    items["start"], items["end"] = first[wanted] + shift, stop[wanted] + shift
    items["value"] = runs.values[first[wanted]]
    return items.tobytes()

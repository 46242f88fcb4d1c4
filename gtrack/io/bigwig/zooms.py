"""Zoom levels: summaries of ever more bases, made while the values stream past."""

from __future__ import annotations

import io
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from gtrack.io.bigwig.compression import compress
from gtrack.io.bigwig.files import write_all
from gtrack.io.bigwig.layout import R_LEAF, ZOOM_RECORD
from gtrack.io.bigwig.leaves import Leaves
from gtrack.io.bigwig.sections import Runs

Records = npt.NDArray[np.float64]
"""N zoom records while they are summed, shape (7, N): a row for each of the fields below, since
NumPy is slower with structured arrays. Places are whole numbers; the file holds float32 sums."""

START, END, MIN, MAX, VALID, SUM, SQUARES = range(7)
_ADDED = slice(VALID, SQUARES + 1)
_FLOAT32_MAX = float(np.finfo(np.float32).max)


def no_records() -> Records:
    """Return none."""
    return np.empty((SQUARES + 1, 0))


def summarise(runs: Runs, bases: int) -> Records:
    """Summarise runs in pieces cut at the multiples of `bases`; a gap also ends a piece.

    One record per piece, in genome order.
    """
    pieces = runs.cut(bases)
    values, first = runs.values, pieces.offsets
    wide = values.astype(np.float64)
    records = np.empty((SQUARES + 1, len(first)))
    records[START], records[END] = pieces.starts, pieces.ends
    np.subtract(records[END], records[START], out=records[VALID])
    # + 0.0: which of 0.0 and -0.0 is the smaller one depends on where the vector unit starts.
    records[MIN] = np.minimum.reduceat(values, first) + np.float32(0)
    records[MAX] = np.maximum.reduceat(values, first) + np.float32(0)
    np.add.reduceat(wide, first, out=records[SUM])
    np.add.reduceat(np.square(wide, out=wide), first, out=records[SQUARES])
    return records


def merge(records: Records, first: npt.NDArray[np.int64] | npt.NDArray[np.intp]) -> Records:
    """Merge groups of records; `first` holds the index at which each group starts."""
    if len(first) == records.shape[1]:
        return records
    merged = np.empty((SQUARES + 1, len(first)))
    merged[START] = records[START, first]
    merged[END] = records[END, np.append(first[1:], records.shape[1]) - 1]
    np.minimum.reduceat(records[MIN], first, out=merged[MIN])
    np.maximum.reduceat(records[MAX], first, out=merged[MAX])
    np.add.reduceat(records[_ADDED], first, axis=1, out=merged[_ADDED])
    return merged


class ZoomLevel:
    """One level: at most one record for each stretch of `bases` bp of a chromosome.

    A record starts and ends at covered bases, and counts only these. Its cells stand at multiples
    of `bases`, so four of them are one of the next level. A cell is merged once, when all its
    parts are there: sums of floats depend on the grouping, and the bytes must not.

    Parameters
    ----------
    bases : int
        Bases per record.
    spool : binary file
        Scratch space for compressed sections, which the file holds level by level.
    section_records : int
        Records per section.
    """

    def __init__(self, bases: int, spool: BinaryIO, section_records: int) -> None:
        self.bases = bases
        self.spool = spool
        self.records = 0
        self._section_records = section_records
        self._spooled = 0
        self._leaves = bytearray()
        self._open: list[Records] = []  # parts of cells that may go on
        self._waiting = 0  # records in them
        self._ready = no_records()  # that wait for a full section

    def add(self, parts: Records, chrom: int, *, last: bool = False) -> Records:
        """Take the next finer records, in genome order; return cells that became complete.

        With `last`, the chromosome ends: what is open becomes complete and everything is spooled.
        """
        if parts.size:
            self._open.append(parts)
            self._waiting += parts.shape[1]
        if not self._waiting or (self._waiting < self._section_records and not last):
            return parts[:, :0]  # many small merges cost more than one
        parts = np.concatenate(self._open, axis=1)
        cell = parts[START].astype(np.int64) // self.bases
        whole = len(cell) if last else int(np.searchsorted(cell, cell[-1]))
        # Copies: a view of the few that wait would keep all the others.
        self._open, self._waiting = [parts[:, whole:].copy()], len(cell) - whole
        parts, cell = parts[:, :whole], cell[:whole]
        if not whole:
            return parts
        complete = merge(parts, np.flatnonzero(np.diff(cell, prepend=-1)))
        self.records += complete.shape[1]
        ready = np.concatenate([self._ready, complete], axis=1)
        size = ready.shape[1]
        full = size if last else size - size % self._section_records
        for at in range(0, full, self._section_records):
            self._store(ready[:, at : min(at + self._section_records, full)], chrom)
        self._ready = ready[:, full:].copy()
        return complete

    def leaves(self, data_at: int) -> Leaves:
        """Return the index entries of the sections, once the spool is copied to `data_at`."""
        leaves = np.frombuffer(self._leaves, R_LEAF).copy()
        leaves["offset"] += np.uint64(data_at)
        found = Leaves(io.BytesIO())  # a thousand times fewer than records
        found.add(leaves)
        return found

    def _store(self, records: Records, chrom: int) -> None:
        stored = np.empty(records.shape[1], ZOOM_RECORD)
        stored["chrom"] = chrom
        for field, row in (("start", START), ("end", END), ("valid", VALID)):
            stored[field] = records[row]
        stored["min"], stored["max"] = records[MIN], records[MAX]
        # sums of huge values do not fit float32
        stored["sum"] = np.clip(records[SUM], -_FLOAT32_MAX, _FLOAT32_MAX)
        stored["squares"] = np.clip(records[SQUARES], -_FLOAT32_MAX, _FLOAT32_MAX)
        packed = compress(stored.tobytes())
        hull = int(records[START, 0]), chrom, int(records[END, -1])
        self._leaves += np.array([(chrom, *hull, self._spooled, len(packed))], R_LEAF).tobytes()
        self._spooled += len(packed)
        write_all(self.spool, packed)

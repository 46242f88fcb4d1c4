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

#: A zoom record while it is summed; the file holds float32 sums, the summary float64.
SUMMED = np.dtype(
    {
        "names": ["start", "end", "valid", "min", "max", "sum", "squares"],
        "formats": ["i8", "i8", "i8", "f8", "f8", "f8", "f8"],
    }
)
_FLOAT32_MAX = float(np.finfo(np.float32).max)
_MERGES = {
    "valid": np.add,
    "min": np.minimum,
    "max": np.maximum,
    "sum": np.add,
    "squares": np.add,
}


def summarise(runs: Runs, bases: int) -> npt.NDArray[np.void]:
    """Summarise runs in pieces cut at the multiples of `bases`; a gap also ends a piece.

    Returns
    -------
    ndarray of SUMMED
        One record per piece, in genome order.
    """
    pieces = runs.cut(bases)
    values, first = runs.values, pieces.offsets
    wide = values.astype(np.float64)
    records = np.empty(len(first), SUMMED)
    records["start"], records["end"] = pieces.starts, pieces.ends
    records["valid"] = records["end"] - records["start"]
    # + 0.0: which of 0.0 and -0.0 is the smaller one depends on where the vector unit starts.
    records["min"] = np.minimum.reduceat(values, first) + np.float32(0)
    records["max"] = np.maximum.reduceat(values, first) + np.float32(0)
    records["sum"] = np.add.reduceat(wide, first)
    records["squares"] = np.add.reduceat(np.square(wide, out=wide), first)
    return records


def merge(
    records: npt.NDArray[np.void], first: npt.NDArray[np.int64] | npt.NDArray[np.intp]
) -> npt.NDArray[np.void]:
    """Merge groups of records; `first` holds the index at which each group starts."""
    merged = np.empty(len(first), SUMMED)
    merged["start"] = records["start"][first]
    merged["end"] = records["end"][np.append(first[1:], len(records)) - 1]
    for field, operation in _MERGES.items():
        merged[field] = operation.reduceat(records[field], first)
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
        self._open: list[npt.NDArray[np.void]] = []  # parts of cells that may go on
        self._waiting = 0  # records in them
        self._ready = np.empty(0, SUMMED)  # records that wait for a full section

    def add(
        self, parts: npt.NDArray[np.void], chrom: int, *, last: bool = False
    ) -> npt.NDArray[np.void]:
        """Take the next finer records, in genome order; return cells that became complete.

        With `last`, the chromosome ends: what is open becomes complete and everything is spooled.
        """
        if len(parts):
            self._open.append(parts)
            self._waiting += len(parts)
        if not self._waiting or (self._waiting < self._section_records and not last):
            return parts[:0]  # many small merges cost more than one
        parts = np.concatenate(self._open)
        cell = parts["start"] // self.bases
        whole = len(parts) if last else int(np.searchsorted(cell, cell[-1]))
        self._open, self._waiting = [parts[whole:]], len(parts) - whole
        parts, cell = parts[:whole], cell[:whole]
        if not whole:
            return parts
        complete = merge(parts, np.flatnonzero(np.diff(cell, prepend=-1)))
        self.records += len(complete)
        ready = np.concatenate([self._ready, complete])
        full = len(ready) if last else len(ready) - len(ready) % self._section_records
        for at in range(0, full, self._section_records):
            self._store(ready[at : min(at + self._section_records, full)], chrom)
        self._ready = ready[full:]
        return complete

    def leaves(self, data_at: int) -> Leaves:
        """Return the index entries of the sections, once the spool is copied to `data_at`."""
        leaves = np.frombuffer(self._leaves, R_LEAF).copy()
        leaves["offset"] += np.uint64(data_at)
        found = Leaves(io.BytesIO())  # a thousand times fewer than records
        found.add(leaves)
        return found

    def _store(self, records: npt.NDArray[np.void], chrom: int) -> None:
        stored = np.empty(len(records), ZOOM_RECORD)
        stored["chrom"] = chrom
        for field in ("start", "end", "valid", "min", "max"):
            stored[field] = records[field]
        for field in ("sum", "squares"):  # sums of huge values do not fit float32
            stored[field] = np.clip(records[field], -_FLOAT32_MAX, _FLOAT32_MAX)
        packed = compress(stored.tobytes())
        place = (chrom, records["start"][0], chrom, records["end"][-1], self._spooled, len(packed))
        self._leaves += np.array([place], R_LEAF).tobytes()
        self._spooled += len(packed)
        write_all(self.spool, packed)

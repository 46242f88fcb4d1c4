"""Read a finished bigWig back, first byte by byte and then as its readers do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyBigWig

from gtrack.core.errors import VerificationError
from gtrack.io.bigwig.compression import Each
from gtrack.io.bigwig.index_check import Index
from gtrack.io.bigwig.structure import (
    BrokenBigWigError,
    check_zoom,
    count_values,
    read_chromosomes,
    read_exactly,
    read_head,
    require,
)

_SECTIONS = 1 << 9  # of data in memory at once, of 32 kB at most; threads share them


def verify_bigwig(
    path: Path,
    chrom_sizes: Mapping[str, int],
    covered: int,
    samples: Iterable[tuple[str, int, npt.NDArray[np.float32]]],
    *,
    shown_as: Path | None = None,
    each: Each = map,
) -> None:
    """Check that a bigWig of :class:`BigWigWriter` is whole and holds what was written.

    The structure comes first, without pyBigWig, which ends the process on some broken files: both
    magic words, chromosomes, indexes, the checksum of every section, and the number of covered
    bases as counted from the sections. Then pyBigWig reads the file.

    Parameters
    ----------
    path : Path
        The file.
    chrom_sizes : mapping of str to int
        Lengths in bp, in the order that the writer got.
    covered : int
        Number of bases that have a value.
    samples : iterable of (chrom, start, values)
        Runs to compare bit by bit: 0-based start in bp, one float32 per base.
    shown_as : Path or None
        Name for messages, where it is not `path`.
    each : callable
        How sections are decompressed.

    Raises
    ------
    VerificationError
        When anything differs.
    OSError
        When the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            _check_structure(file, dict(chrom_sizes), covered, each)
        _check_as_reader(path, dict(chrom_sizes), covered, samples)
    except (BrokenBigWigError, RuntimeError) as error:
        raise VerificationError(
            f"{shown_as or path}: read back after writing and found wrong: {error}; "
            "check disk and memory, then run again"
        ) from error


def _check_structure(file: BinaryIO, chrom_sizes: dict[str, int], covered: int, each: Each) -> None:
    head = read_head(file)
    chroms = read_chromosomes(file, head.chroms_at, head.data_at)
    require(chroms == list(chrom_sizes.items()), "its chromosomes are not those that were given")
    sizes = np.array([size for _, size in chroms], np.int64)

    index = Index(file, head.index_at)
    count = int.from_bytes(read_exactly(file, head.data_at, 8), "little")
    require(count == index.count, f"it counts {count} sections and indexes {index.count}")
    sections = index.sections(sizes, head.data_at + 8, head.index_at, _SECTIONS)
    found = count_values(sections, head.largest, each)
    require(found == covered == head.covered, f"it covers {found} bases, not {covered}")
    require(head.zooms, "it has no zoom level")
    for bases, data_at, index_at in head.zooms:
        require(data_at == index.end, "its parts do not follow each other")
        index = Index(file, index_at)
        records = int.from_bytes(read_exactly(file, data_at, 4), "little")
        check_zoom(index.sections(sizes, data_at + 4, index_at, 1), records, bases, head)
    read_exactly(file, index.end, 4)
    require(not file.read(1), "something follows the end")


def _check_as_reader(
    path: Path,
    chrom_sizes: dict[str, int],
    covered: int,
    samples: Iterable[tuple[str, int, npt.NDArray[np.float32]]],
) -> None:
    with pyBigWig.open(str(path)) as track:
        require(track.isBigWig() and track.chroms() == chrom_sizes, "pyBigWig sees no such bigWig")
        header = track.header()
        require(header["nBasesCovered"] == covered, "pyBigWig counts other bases")
        require(header["nLevels"] >= 1, "pyBigWig finds no zoom level")
        for chrom, start, values in samples:
            found = track.values(chrom, start, start + len(values), numpy=True)
            require(
                found.astype(np.float32).tobytes() == values.astype(np.float32).tobytes(),
                f"pyBigWig reads other values at {chrom}:{start}-{start + len(values)}",
            )

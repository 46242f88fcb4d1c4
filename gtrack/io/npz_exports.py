"""The npz inputs of Fi-NeMo and TF-MoDISco, written chunk by chunk, and the peaks beside them.

Formats after Fi-NeMo 0.41 (``data_io.write_regions_npz``) and modisco-lite 2.5 and 3.0
(``modisco motifs -s OHE -a ATTR``). Rows are regions, all of one width; bases in the order A, C,
G, T; a base that is none of them, or lies beyond the chromosome, has no one.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import OutputError
from gtrack.core.printable import shown
from gtrack.io.atomic import replacing, write_text


class Window(NamedTuple):
    """One row: `start` may be negative, 0-based, in bp; `chrom_rank` counts chromosomes from 0."""

    chrom: str
    chrom_rank: int
    start: int
    name: str


class Member(NamedTuple):
    """One array of an npz file: its rows come in chunks."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    chunks: Iterable[NDArray[Any]]


class Peak(NamedTuple):
    """One base, 0-based, as a narrowPeak line in the row order of the arrays."""

    chrom: str
    start: int
    name: str


def write_finemo(
    path: Path,
    windows: Sequence[Window],
    width: int,
    one_hot: Iterable[NDArray[np.int8]],
    relevance: Iterable[NDArray[np.float32]],
) -> None:
    """Write the regions file of ``finemo call-hits -r``.

    Parameters
    ----------
    path : Path
        Its name ends in ``.npz``.
    windows : sequence of Window
        N rows.
    width : int
        Length L of every window, in bp; Fi-NeMo wants an even number.
    one_hot : iterable of ndarray of int8, shape (n, 4, L)
        Chunks of N rows in all.
    relevance : iterable of ndarray of float32, shape (n, L)
        Relevance of the observed bases (Fi-NeMo's projected contributions), 0 where there is none.

    Raises
    ------
    OutputError
        When the disk refuses.
    """
    n = len(windows)
    columns: dict[str, NDArray[Any]] = {
        "chr": np.array([w.chrom for w in windows], dtype=np.str_),
        "chr_id": np.array([w.chrom_rank for w in windows], np.uint32),
        "start": np.array([w.start for w in windows], np.int32),
        "peak_id": np.arange(n, dtype=np.uint32),
        "peak_name": np.array([w.name for w in windows], dtype=np.str_),
    }
    members = [
        Member("sequences", "|i1", (n, 4, width), one_hot),
        Member("contributions", "<f4", (n, width), relevance),
        *(Member(key, col.dtype.str, col.shape, [col]) for key, col in columns.items()),
    ]
    write_npz(path, members)


def write_modisco(
    one_hot_path: Path,
    attribution_path: Path,
    shape: tuple[int, int, int],
    one_hot: Iterable[NDArray[np.int8]],
    attribution: Iterable[NDArray[np.float32]],
) -> None:
    """Write the two files of ``modisco motifs -s ONE_HOT -a ATTRIBUTION``.

    Parameters
    ----------
    one_hot_path, attribution_path : Path
        Their names end in ``.npz``; each holds one array ``arr_0``.
    shape : tuple of int
        (N, 4, L).
    one_hot, attribution : iterable of ndarray of int8 and float32, shape (n, 4, L)
        Chunks of N rows in all; relevance stands at the observed base, 0 at the other three.

    Raises
    ------
    OutputError
        When the disk refuses.
    """
    write_npz(one_hot_path, [Member("arr_0", "|i1", shape, one_hot)])
    write_npz(attribution_path, [Member("arr_0", "<f4", shape, attribution)])


def write_peaks(path: Path, peaks: Iterable[Peak]) -> None:
    """Write narrowPeak lines in the order given: what both packages call the peaks file."""
    lines = [
        f"{p.chrom}\t{p.start}\t{p.start + 1}\t{shown(p.name)}\t0\t.\t0\t-1\t-1\t0\n" for p in peaks
    ]
    write_text(path, "".join(lines))


def write_npz(path: Path, members: Sequence[Member]) -> None:
    """Write a compressed npz atomically; equal arrays give equal bytes on one version of zlib.

    Raises
    ------
    OutputError
        When the disk refuses, or an array gets other rows than its shape says.
    """
    with (
        replacing(path) as handle,
        zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive,
    ):
        for name, dtype, shape, chunks in members:
            entry = zipfile.ZipInfo(f"{name}.npy")  # dated 1980: no clock in the bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            rows = 0
            with archive.open(entry, "w", force_zip64=True) as file:
                head = {"descr": dtype, "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, head)
                for chunk in chunks:
                    if chunk.dtype != np.dtype(dtype) or chunk.shape[1:] != shape[1:]:
                        raise OutputError(f"{path}: {name} got {chunk.dtype} {chunk.shape}")
                    file.write(np.ascontiguousarray(chunk).tobytes())
                    rows += len(chunk)
            if rows != shape[0]:
                raise OutputError(f"{path}: {name} got {rows} rows of {shape[0]}")

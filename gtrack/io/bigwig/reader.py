"""Read bigWigs that a user brings, through pyBigWig."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyBigWig

from gtrack.core.errors import InputError
from gtrack.core.printable import few
from gtrack.io.bbi import check_big_file
from gtrack.io.bigwig.layout import HEADER, MAGIC, R_TREE_HEADER, R_TREE_MAGIC


class BigWigReader:
    """An open bigWig of any origin.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    InputError
        When the file is missing, unreadable, cut, or no bigWig.

    Attributes
    ----------
    chrom_sizes : dict of str to int
        Lengths in bp.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        _check_file(self.path)
        check_big_file(self.path)
        try:
            self._track: Any = pyBigWig.open(str(self.path))
        except RuntimeError as error:
            raise InputError(f"{self.path}: is a broken bigWig; make it again") from error
        self.chrom_sizes: dict[str, int] = self._track.chroms()

    def values(self, chrom: str, start: int, end: int) -> npt.NDArray[np.float32]:
        """Read the values of an interval.

        Parameters
        ----------
        chrom : str
            Chromosome.
        start, end : int
            0-based half-open, in bp.

        Returns
        -------
        ndarray of float32, shape (end - start,)
            NaN where the file has no value.

        Raises
        ------
        InputError
            When the chromosome is not in the file or shorter than `end`, or the data are broken.
        """
        where = f"{chrom}:{start}-{end}"
        if chrom not in self.chrom_sizes:
            raise InputError(
                f"{self.path}: has no chromosome {chrom} (it has {few(self.chrom_sizes)}); "
                "take a track of the same genome with the same names"
            )
        if not 0 <= start <= end <= self.chrom_sizes[chrom]:
            raise InputError(
                f"{self.path}: {where} is not within the {self.chrom_sizes[chrom]} bp that it "
                f"gives for {chrom}; take a track of the same genome"
            )
        if start == end:
            return np.empty(0, np.float32)
        try:
            values = self._track.values(chrom, start, end, numpy=True)
        except RuntimeError as error:
            raise InputError(f"{self.path}: broken data at {where}; make the file again") from error
        return np.asarray(values, np.float32)

    def values_or_none(self, chrom: str, start: int, end: int) -> npt.NDArray[np.float32]:
        """Read the values of an interval; none, all NaN, of a chromosome that is not in the file.

        Parameters and errors are else those of :meth:`values`.
        """
        if chrom not in self.chrom_sizes:
            return np.full(end - start, np.nan, np.float32)
        return self.values(chrom, start, end)

    def has_values(self, chrom: str) -> bool:
        """Tell whether a chromosome of the file has a value, as its overview knows.

        Raises
        ------
        InputError
            When the data are broken.
        """
        try:
            return bool(self._track.stats(chrom, type="coverage")[0])
        except RuntimeError as error:
            raise InputError(f"{self.path}: broken data of {chrom}; make the file again") from error

    def close(self) -> None:
        """Close the file."""
        self._track.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _check_file(path: Path) -> None:
    """Refuse what pyBigWig must not see: it takes a cut file for an empty one."""
    try:
        with path.open("rb") as file:
            head = file.read(HEADER.size)
            size = os.fstat(file.fileno()).st_size
            for order in ("little", "big"):
                if len(head) == HEADER.size and _number(head[:4], order) == MAGIC:
                    index_at = _number(head[24:32], order)
                    file.seek(min(index_at, size))
                    index = file.read(R_TREE_HEADER.size)
                    if (
                        len(index) == R_TREE_HEADER.size
                        and _number(index[:4], order) == R_TREE_MAGIC
                    ):
                        return
                    raise InputError(f"{path}: is a cut bigWig without an index; make it again")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    check_big_file(path)  # says what else it is, if no bigBed
    raise InputError(f"{path}: is not a bigWig file")


def _number(data: bytes, order: Any) -> int:
    return int.from_bytes(data, order)

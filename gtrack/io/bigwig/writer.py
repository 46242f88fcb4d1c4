"""The streaming bigWig writer: sorted float32 runs in, one verified file out."""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

import numpy as np
import numpy.typing as npt

from gtrack.core.errors import OutputError
from gtrack.io.bigwig.assembly import Assembly
from gtrack.io.bigwig.chromosomes import checked_sizes
from gtrack.io.bigwig.compression import Each
from gtrack.io.bigwig.files import NewFile
from gtrack.io.bigwig.layout import Layout
from gtrack.io.bigwig.samples import RunSample
from gtrack.io.bigwig.sections import Runs
from gtrack.io.bigwig.verify import verify_bigwig

P = ParamSpec("P")
R = TypeVar("R")


def _all_or_nothing(
    method: Callable[Concatenate[BigWigWriter, P], R],
) -> Callable[Concatenate[BigWigWriter, P], R]:
    """Discard the file when a method fails, an interrupt included; name it in disk errors."""

    @wraps(method)
    def guarded(self: BigWigWriter, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, *args, **kwargs)
        except BaseException as error:
            self._failed = self._failed or not self._done
            self.discard()
            if isinstance(error, OSError):
                raise OutputError(
                    f"{self.path}: cannot be written: {error.strerror or error}; "
                    "free space or choose another folder, then run again"
                ) from error
            raise

    return guarded


class BigWigWriter:
    """Write one bigWig; its name appears when everything is written, synced and verified.

    Memory is bounded: one batch of values; entries of the index wait in a file. The bytes depend
    on the values and on :data:`COMPRESSOR` only, not on how the values are cut into :meth:`add`
    calls. Any error or interrupt discards the file.

    Parameters
    ----------
    path : Path
        Final name; a file that has it is replaced on success. Until then only
        ``NAME.<random>.tmp`` stands beside it.
    chrom_sizes : mapping of str to int
        Lengths in bp, in the order in which chromosomes are added.
    layout : Layout
        Sizes inside the file; the default is right outside tests.
    each : callable
        How sections are compressed and checked: ``map``, or by threads; the same bytes.

    Raises
    ------
    ValueError
        When `chrom_sizes` cannot be those of a bigWig.
    OutputError
        When the folder refuses the file.

    Examples
    --------
    >>> with BigWigWriter(Path("x.bw"), {"chr1": 1000}) as writer:
    ...     writer.add("chr1", 99, np.float32([0.5, -1.0]))
    """

    def __init__(
        self,
        path: Path,
        chrom_sizes: Mapping[str, int],
        *,
        layout: Layout | None = None,
        each: Each = map,
    ) -> None:
        self.path, self._each = Path(path), each
        self._layout = layout or Layout()
        self._sizes = checked_sizes(self.path, chrom_sizes)
        self._ids = {chrom: rank for rank, chrom in enumerate(self._sizes)}
        self._chrom: str | None = None
        self._end = 0  # of the last run, on self._chrom
        self._buffer = np.empty(self._layout.batch_bases, np.dtype("<f4"))
        self._filled = 0
        self._starts: list[int] = []  # of the runs in the buffer, on the genome
        self._offsets: list[int] = []  # and in the buffer
        self._covered = 0
        self._sample = RunSample()
        self._done = self._failed = False
        self._file: NewFile | None = None
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    @_all_or_nothing
    def add(self, chrom: str, start: int, values: npt.NDArray[np.float32]) -> None:
        """Append a run of adjacent bases.

        Parameters
        ----------
        chrom : str
            A chromosome of `chrom_sizes`, not before the last one added.
        start : int
            0-based start in bp, not before the end of the last run of this chromosome.
        values : ndarray of float32, shape (bases,)
            One finite value per base; copied. No bases: nothing happens.

        Raises
        ------
        ValueError
            When the run breaks these rules, or the writer is closed. The file is discarded.
        OutputError
            When the disk refuses. The file is discarded.
        """
        start = operator.index(start)
        self._check(chrom, start, values)
        if len(values):
            self._append(chrom, np.array([start], np.int64), np.zeros(1, np.int64), values)

    @_all_or_nothing
    def add_runs(
        self,
        chrom: str,
        starts: npt.NDArray[np.int64],
        sizes: npt.NDArray[np.int64],
        values: npt.NDArray[np.float32],
    ) -> None:
        """Append runs of one chromosome as :meth:`add` does one by one: same bytes, same errors.

        They are columns: 0-based starts in bp, bases of each, and the values, run after run.
        """
        ends, offsets = starts + sizes, np.cumsum(sizes) - sizes
        if sizes.sum() != len(values):
            raise ValueError(f"{chrom}: {len(values)} values for runs of {sizes.sum()} bases")
        if not len(values) or (starts[1:] < ends[:-1]).any() or (sizes < 1).any():
            for at, size, offset in zip(starts.tolist(), sizes.tolist(), offsets, strict=True):
                self.add(chrom, at, values[offset : offset + size])
            return
        self._check(chrom, int(starts[0]), values, int(ends[-1]))
        apart = np.append(True, starts[1:] != ends[:-1])
        self._append(chrom, starts[apart], offsets[apart], values)

    @_all_or_nothing
    def close(self) -> None:
        """Complete the file, verify it and give it its name; a second call does nothing.

        Raises
        ------
        ValueError
            When no value was added, or an earlier error discarded the file.
        OutputError
            When the disk refuses.
        VerificationError
            When the file read back does not hold what was written.
        """
        if self._failed:
            raise ValueError(f"{self.path}: was discarded by an earlier error")
        if self._done or self._file is None:
            return
        if not self._covered:
            raise ValueError(f"{self.path}: no value was added, and an empty bigWig is no track")
        self._end_chromosome()
        self._assembly.finish()
        self._file.sync()
        written = self._file.temporary, self._sizes, self._covered, self._sample
        verify_bigwig(*written, shown_as=self.path, each=self._each)
        self._file.publish()
        self._done = True

    def discard(self) -> None:
        """Give up: remove the unfinished file. Does nothing after :meth:`close`."""
        if not self._done and self._file is not None:
            self._file.discard()
        self._done = True

    def _check(
        self, chrom: str, start: int, values: npt.NDArray[np.float32], end: int | None = None
    ) -> None:
        if self._done:
            raise ValueError(f"{self.path}: the writer is closed")
        if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype != np.float32:
            raise ValueError(f"{chrom}:{start}: values are not a one-dimensional float32 array")
        end = start + len(values) if end is None else end
        run = f"{self.path}: {chrom}:{start}-{end}"
        if chrom not in self._ids:
            raise ValueError(f"{run}: the chromosome is not in chrom_sizes")
        if start < 0 or end > self._sizes[chrom]:
            raise ValueError(f"{run}: outside the chromosome of {self._sizes[chrom]} bp")
        if chrom == self._chrom:
            if start < self._end:
                raise ValueError(f"{run}: starts before {self._end}, the end of the last run")
        elif self._chrom is not None and self._ids[chrom] < self._ids[self._chrom]:
            raise ValueError(f"{run}: comes after {self._chrom}, against the order of chrom_sizes")
        if not np.isfinite(values).all():
            raise ValueError(f"{run}: a value is not finite")

    @_all_or_nothing
    def _open(self) -> None:
        """Create the file, with room at its start for what is known at the end."""
        self._file = NewFile(self.path)
        self._assembly = Assembly(self._file, self._sizes, self._layout, self._each)

    def _append(
        self,
        chrom: str,
        starts: npt.NDArray[np.int64],
        offsets: npt.NDArray[np.int64],
        values: npt.NDArray[np.float32],
    ) -> None:
        """Take runs that are apart into the buffer; `offsets` is where they begin in `values`."""
        if chrom != self._chrom:
            self._end_chromosome()
            self._chrom, self._end = chrom, -1
        taken = 0
        while taken < len(values):
            stop = min(len(values), taken + len(self._buffer) - self._filled)
            low = int(np.searchsorted(offsets, taken, "right")) - 1
            high = int(np.searchsorted(offsets, stop, "left"))
            into = np.maximum(taken - offsets[low:high], 0)  # the first may have begun before
            at = (starts[low:high] + into).tolist()
            goes_on = at[0] == self._end and bool(self._starts)
            self._starts += at[goes_on:]
            self._offsets += (offsets[low:high] + into + self._filled - taken).tolist()[goes_on:]
            self._buffer[self._filled : self._filled + stop - taken] = values[taken:stop]
            self._filled += stop - taken
            self._end = int(starts[high - 1] + stop - offsets[high - 1])
            taken = stop
            if self._filled == len(self._buffer):
                self._encode_whole_cells()
        self._covered += len(values)

    def _encode_whole_cells(self) -> None:
        """Encode the buffer up to the last cell boundary; a cell is never encoded in parts."""
        boundary = self._end // self._layout.cell_bases * self._layout.cell_bases
        runs = bisect_left(self._starts, boundary)
        run_end = self._offsets[runs] if runs < len(self._offsets) else self._filled
        whole = min(self._offsets[runs - 1] + boundary - self._starts[runs - 1], run_end)
        starts, offsets = self._starts[runs:], self._offsets[runs:]
        if whole < run_end:  # the last run goes on beyond the boundary
            starts.insert(0, boundary)
            offsets.insert(0, whole)
        rest = self._buffer[whole : self._filled].copy()
        self._encode(runs, whole)
        self._buffer[: len(rest)] = rest
        self._filled = len(rest)
        self._starts, self._offsets = starts, [offset - whole for offset in offsets]

    def _encode(self, runs: int, filled: int) -> None:
        """Encode the first runs of the buffer, which hold its first values."""
        assert self._chrom is not None
        batch = Runs(
            self._buffer[:filled],
            np.array(self._starts[:runs], np.int64),
            np.array(self._offsets[:runs], np.int64),
        ).cut(self._layout.cell_bases)
        self._assembly.append(self._ids[self._chrom], batch)
        self._sample.see(self._chrom, batch)

    def _end_chromosome(self) -> None:
        if self._chrom is not None:
            if self._starts:
                self._encode(len(self._starts), self._filled)
            self._assembly.end_chromosome(self._ids[self._chrom])
            self._filled, self._starts, self._offsets = 0, [], []

"""A small, deterministic sample of what was written, to compare with what is read back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from gtrack.io.bigwig.sections import Runs

Sample = tuple[str, int, npt.NDArray[np.float32]]


class RunSample:
    """The first run, the last one, and runs at equal distances between, however many there are.

    Every `stride`-th run is kept; when the sample is full, every other one is dropped and the
    stride doubles.

    Parameters
    ----------
    limit : int
        Between half as many and this many runs are kept, beside the last one.
    bases : int
        Bases kept of a run, from its start (of the last one: up to its end).
    """

    def __init__(self, limit: int = 64, bases: int = 1024) -> None:
        self._limit, self._bases = limit, bases
        self._stride, self._seen = 1, 0
        self._kept: list[Sample] = []
        self._last: Sample | None = None

    def see(self, chrom: str, runs: Runs) -> None:
        """Pass the next runs, in genome order, by the sample."""
        stops = runs.stops
        while (run := len(self._kept) * self._stride - self._seen) < len(stops):
            first = int(runs.offsets[run])
            kept = runs.values[first : min(first + self._bases, int(stops[run]))]
            self._kept.append((chrom, int(runs.starts[run]), kept.copy()))
            if len(self._kept) == self._limit:
                del self._kept[1::2]
                self._stride *= 2
        self._seen += len(stops)
        kept = runs.values[max(int(runs.offsets[-1]), len(runs.values) - self._bases) :]
        self._last = chrom, int(runs.ends[-1]) - len(kept), kept.copy()

    def __iter__(self) -> Iterator[Sample]:
        yield from self._kept
        if self._last is not None:
            yield self._last

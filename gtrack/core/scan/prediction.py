"""What a model says of sequences, and of regions from the windows that own their bases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gtrack.core.heads import Head
from gtrack.core.intervals import Interval
from gtrack.core.printable import few
from gtrack.core.scan.explanation import Columns
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.region_scores import region_shares


class Prediction:
    """What a model says of sequences; `gtrack.predict` gives one.

    Attributes
    ----------
    logits : ndarray of float64, shape (n, outputs)
        Outputs of the model, in the order of `labels`: logits, or values of a regression; with both
        strands read, the mean of the two. NaN where a sequence could not be read.
    probabilities : ndarray of float64, shape (n, outputs)
        Of each output, 0 to 1, with both strands read the mean of the two; NaN where outputs are
        values.
    predicted : list of str, length n
        The class with the largest logit; of labels, those with a logit above 0, with commas between
        them, ``.`` for none; of values, and where there is no logit, empty.
    labels : tuple of str
        Names of the outputs.
    outputs : {"classes", "labels", "values"}
        What they are.
    strand : str
        What was read: ``forward``, ``reverse``, ``both``; of regions also ``region``.
    """

    def __init__(
        self,
        head: Head,
        logits: NDArray[np.float64],
        probabilities: NDArray[np.float64],
        strand: str,
    ) -> None:
        self._head = head
        self.logits, self.probabilities = logits, probabilities
        self.labels, self.outputs, self.strand = head.names, head.outputs, strand

    def __len__(self) -> int:
        return len(self.logits)

    def __repr__(self) -> str:
        strands = "both strands" if self.strand == "both" else f"strand {self.strand}"
        labels = few(self.labels, 6)
        return f"<gtrack.Prediction of {len(self)} sequences, {strands}: {self.outputs} {labels}>"

    @property
    def predicted(self) -> list[str]:
        """Class or labels of each sequence; see the class."""
        there = np.asarray(np.isfinite(self.logits).all(axis=1))
        if self.outputs == "values":
            return [""] * len(self)
        if self.outputs == "classes":
            best = np.where(there[:, None], self.logits, 0).argmax(axis=1)
            return [self.labels[k] if ok else "" for k, ok in zip(best, there, strict=True)]
        chosen = (self.logits > 0).tolist()
        return [
            (",".join(name for name, has in zip(self.labels, row, strict=True) if has) or ".")
            if ok
            else ""
            for row, ok in zip(chosen, there, strict=True)
        ]

    def columns(self) -> Columns:
        """Return NumPy columns by name, as ``pandas.DataFrame`` takes them.

        They are ``logit.LABEL`` and ``probability.LABEL`` of every output, and ``predicted``; of
        values, ``value.LABEL`` alone.
        """
        values = self.outputs == "values"
        what = "value" if values else "logit"
        found: Columns = {f"{what}.{name}": self.logits[:, k] for k, name in enumerate(self.labels)}
        if not values:
            for k, name in enumerate(self.labels):
                found[f"probability.{name}"] = self.probabilities[:, k]
            found["predicted"] = np.array(self.predicted, np.str_)
        return found


def predicted_rows(
    head: Head, outputs: NDArray[np.float64], of: NDArray[np.int64], count: int, strand: str
) -> Prediction:
    """Return what is said of things that were each read once or on both strands.

    Parameters
    ----------
    head : Head
    outputs : ndarray of float64, shape (N, outputs)
        What the model says of each row that it read.
    of : ndarray of int64, shape (N,)
        Which of the `count` things a row is of; each has one row or two.
    count : int
    strand : str
        What was read, to be told.
    """
    reads = np.bincount(of, minlength=count)[:, None]

    def mean(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.zeros((count, rows.shape[1]))
        np.add.at(total, of, rows)
        return np.asarray(total / reads)

    several = [head.probability(outputs, k) for k in range(len(head.names))]
    probabilities = np.array(several).T.reshape(outputs.shape)
    return Prediction(head, mean(outputs), mean(probabilities), strand)


def predicted_reads(
    head: Head, outputs: Sequence[NDArray[np.float64]], reads: int, strand: str
) -> Prediction:
    """Return what is said of sequences whose rows follow each other.

    Parameters
    ----------
    head : Head
    outputs : sequence of ndarray of float64, shape (rows, outputs)
        Row after row, `reads` of each sequence.
    reads : int
    strand : str
        What was read, to be told.
    """
    rows = np.concatenate([np.zeros((0, len(head.names))), *outputs])
    count = len(rows) // reads
    return predicted_rows(head, rows, np.arange(len(rows)) // reads, count, strand)


class WindowOutputs:
    """What a model says of the windows of a grid, row by row, until all are there.

    Parameters
    ----------
    head : Head
    grid : WindowGrid
    strand : str
        What is read, to be told.
    """

    def __init__(self, head: Head, grid: WindowGrid, strand: str) -> None:
        self._head, self._grid, self._strand = head, grid, strand
        self._outputs = [np.zeros((0, len(head.names)))]
        self._window = [np.zeros(0, np.int64)]

    def add(self, window: NDArray[np.int64], outputs: NDArray[np.float64]) -> None:
        """Take rows: the window of each, and what the model says of it."""
        self._window.append(window)
        self._outputs.append(outputs)

    def of_regions(
        self, regions: Sequence[Interval], places: Sequence[int | None]
    ) -> tuple[Prediction, NDArray[np.int64]]:
        """Return what is said of regions: means of their windows, as ``regions.tsv`` has them.

        Each window counts by the bases of the region that it owns.

        Parameters
        ----------
        regions : sequence of Interval
            Those of the grid.
        places : sequence of int or None, length n
            Which of them stands in each row of the answer; None: nothing is said there.

        Returns
        -------
        Prediction
            Of n rows.
        ndarray of int64, shape (n,)
            How many windows own bases of each.
        """
        outputs, of = np.concatenate(self._outputs), np.concatenate(self._window)
        windows = predicted_rows(self._head, outputs, of, len(self._grid), self._strand)
        counts = np.zeros(len(regions) + 1, np.int64)  # the last is of nothing
        found = np.full((2, len(regions) + 1, len(self._head.names)), np.nan)
        shares = region_shares(self._grid, regions)
        counts[:-1] = shares.counts
        ends = np.cumsum(shares.counts).tolist()
        for row, (count, end) in enumerate(zip(shares.counts.tolist(), ends, strict=True)):
            of_row, weights = (
                shares.window[end - count : end],
                shares.bases[end - count : end, None],
            )
            for at, said in enumerate((windows.logits, windows.probabilities)):
                found[at, row] = (said[of_row] * weights).sum(axis=0) / weights.sum()
        rows = [len(regions) if place is None else place for place in places]
        logits, probabilities = found[:, rows]
        return Prediction(self._head, logits, probabilities, self._strand), counts[rows]

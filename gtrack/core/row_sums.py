"""Sums of the rows of a ragged table, to the last bit those of each row by itself."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import one_length


def row_sums(values: NDArray[np.float64], lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ``row.sum()`` of every row, shape (rows,); 0 of an empty one.

    Rows of one length are a matrix, which NumPy sums as it sums each row: in pairs. What adds up
    all rows in one pass (``bincount``, ``reduceat``) rounds otherwise.

    Parameters
    ----------
    values : ndarray of float64, shape (sum of lengths,)
        Row after row.
    lengths : ndarray of int64, shape (rows,)

    Examples
    --------
    >>> row_sums(np.array([1.0, 2.0, 4.0]), np.array([2, 0, 1])).tolist()
    [3.0, 0.0, 4.0]
    """
    if (width := one_length(lengths)) is not None:  # no copy of what is a matrix already
        return np.asarray(values.reshape(len(lengths), width).sum(axis=1))
    if not len(lengths):
        return np.zeros(0)
    order = np.argsort(lengths, kind="stable")  # rows of one length side by side
    size, first = lengths[order], (np.cumsum(lengths) - lengths)[order, None]
    edges = [0, *(np.flatnonzero(np.diff(size)) + 1).tolist(), len(size)]
    place, found = np.arange(size[-1]), np.empty(len(size))
    for low, high in pairwise(edges):
        table = values.take(first[low:high] + place[: size[low]])
        np.add.reduce(table, axis=1, out=found[low:high])  # what table.sum does
    sums = np.empty_like(found)
    sums[order] = found
    return sums

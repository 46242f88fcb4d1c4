"""Sums of the rows of a ragged table, to the last bit those of each row by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


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
    sums = np.zeros(len(lengths))
    first = np.cumsum(lengths) - lengths
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        if len(rows) == len(lengths):  # no copy of what is a matrix already
            table = values.reshape(len(rows), length)
        else:
            table = values[first[rows][:, None] + np.arange(length)]
        sums[rows] = table.sum(axis=1)
    return sums

"""Values of a track that another tool made, looked at before they are taken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtrack.core.scan.runs import ValuedRuns, joined_runs
from gtrack.core.top_places import largest


def look_at(values: NDArray[np.float32]) -> tuple[int, float]:
    """Return how many bases have a value, and the largest |value|; 0 where there is none.

    Parameters
    ----------
    values : ndarray of float32, shape (L,)
        NaN where there is no value.

    Examples
    --------
    >>> look_at(np.float32([np.nan, -2.0, 0.0]))
    (2, 2.0)
    """
    return int(np.count_nonzero(~np.isnan(values))), largest(values)


def signal_scale(values: list[NDArray[np.float32]]) -> tuple[float, float]:
    """Return the smallest and the largest of some values and 0; 0 and 1 where all are 0.

    Examples
    --------
    >>> signal_scale([np.float32([2, np.nan]), np.float32([-1])])
    (-1.0, 2.0)
    """
    finite = [each[np.isfinite(each)] for each in values]
    low = min((float(each.min(initial=0)) for each in finite), default=0.0)
    high = max((float(each.max(initial=0)) for each in finite), default=0.0)
    return (low, high) if low < high else (0.0, 1.0)


def infinite_at(values: NDArray[np.float32]) -> int | None:
    """Return the index of the first value that is infinite; None where all are numbers or NaN."""
    found = np.flatnonzero(np.isinf(values))
    return int(found[0]) if len(found) else None


def valued_runs(start: int, values: NDArray[np.float32]) -> ValuedRuns:
    """Return the runs of adjacent bases that have a value; their chromosome is 0.

    Parameters
    ----------
    start : int
        Position of the first value, 0-based.
    values : ndarray of float32, shape (L,)
        NaN where there is no value; at least one base.

    Examples
    --------
    >>> found = valued_runs(7, np.float32([1, np.nan, 0, 2]))
    >>> found.start.tolist(), found.size.tolist(), found.values.tolist()
    ([7, 9], [1, 2], [1.0, 0.0, 2.0])
    """
    chrom, first, end = np.array([[0], [start], [start + len(values)]], np.int64)
    return joined_runs(chrom, first, end, values)

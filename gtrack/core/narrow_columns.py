"""Columns of whole numbers in few bits: of a genome, each of 64 bits is 100 MB."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


def narrow(column: Sequence[int] | NDArray[np.integer]) -> NDArray[np.integer]:
    """Return a column of whole numbers in 32 bits where they fit, else in 64; both are signed.

    Examples
    --------
    >>> narrow([1, 2]).dtype.name, narrow([1 << 31]).dtype.name
    ('int32', 'int64')
    """
    given = np.asarray(column)
    fits = not given.size or int(given.max()) < 1 << 31
    return given.astype(np.int32 if fits else np.int64, copy=False)


def narrowest(column: Sequence[int] | NDArray[np.integer]) -> NDArray[np.integer]:
    """Return a column of whole numbers of 0 or more in as few bits as they fit in, still signed.

    Of columns that are looked up or counted: sums of them would not fit.

    Examples
    --------
    >>> [narrowest([1, largest]).dtype.name for largest in (127, 128, 1 << 15)]
    ['int8', 'int16', 'int32']
    """
    given = narrow(column)
    largest = int(given.max()) if given.size else 0
    kinds = [kind for kind in (np.int8, np.int16) if largest <= np.iinfo(kind).max]
    return given.astype(kinds[0], copy=False) if kinds else given


def numbered(chosen: NDArray[np.bool_]) -> NDArray[np.integer]:
    """Return how many are chosen before each and with it, less one: the number of the last chosen.

    Examples
    --------
    >>> numbered(np.array([True, False, True])).tolist()
    [0, 0, 1]
    """
    kind = np.int32 if len(chosen) < 1 << 31 else np.int64
    numbers: NDArray[np.integer] = np.cumsum(chosen, dtype=kind)
    numbers -= 1
    return numbers


def end_to_end(parts: Iterable[Sequence[NDArray[np.integer]]]) -> list[NDArray[np.integer]]:
    """Return the columns of which parts come; the parts of one go before the next is joined.

    Examples
    --------
    >>> [column.tolist() for column in end_to_end([(np.array([1]), np.array([2]))] * 2)]
    [[1, 1], [2, 2]]
    """
    columns = [list(column) for column in zip(*parts, strict=True)]
    return [np.concatenate(columns.pop(0)) for _ in range(len(columns))]


def once(columns: Sequence[NDArray[np.integer]]) -> list[NDArray[np.integer]]:
    """Return the same columns, of which equal ones are one array in memory.

    Where each region has a window of its own, three columns of a grid are 0, 1, 2, and so on.

    Examples
    --------
    >>> one, other, more = once([np.array([0, 1]), np.array([0, 2]), np.array([0, 1])])
    >>> one is more, one is other
    (True, False)
    """
    found: list[NDArray[np.integer]] = []
    for column in columns:
        like = (each for each in found if each.dtype == column.dtype)
        found.append(next((each for each in like if np.array_equal(each, column)), column))
    return found

"""Ties: which of nearly equal values goes first, the same on every machine.

Values that are equal by construction (one site read on both strands, one motif under two ids, one
word twice inside a token) differ by their last bits, and by others on another CPU. So five
significant digits decide, and what is equal in them has a fixed order:
docs/decisions/0013-ties-have-a-fixed-order.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DIGITS = 5
"""Significant digits that may decide an order."""

TIE = 10.0**-DIGITS
"""Share of the largest value within which others are its equals."""

_POWERS = np.array([float(f"1e{power}") for power in range(-300, 309)])
_STEPS = 10**DIGITS - 10 ** (DIGITS - 1)  # values of `DIGITS` digits between two powers of ten


def ranks(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole numbers that are ordered as the values rounded to `DIGITS` digits are.

    Parameters
    ----------
    values : ndarray of float64, shape (N,)
        Finite; what is smaller than 1e-300 counts as 0.

    Examples
    --------
    >>> low, tied, high = ranks(np.array([1.0, 1.0 + 1e-9, 1.0001])).tolist()
    >>> (tied - low, high - low)
    (0, 1)
    """
    size = np.abs(values)
    power = np.searchsorted(_POWERS, size, side="right") - 1
    digits = np.rint(size / _POWERS[power] * 10 ** (DIGITS - 1)).astype(np.int64)
    rank = power * _STEPS + digits - (10 ** (DIGITS - 1) - 1)
    return np.where(power < 0, 0, np.where(values < 0, -rank, rank))


def least_tied(largest: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least value that ties with the largest, shape as given.

    Used where one largest is chosen: unlike a rounded value, equals that differ by their last bits
    never come to lie on two sides of it.
    """
    return np.asarray(largest - TIE * np.abs(largest))


def first_largest(values: NDArray[np.floating]) -> int:
    """Return the index of the first value that ties with the largest, of at least one.

    Examples
    --------
    >>> first_largest(np.array([0.5, 2.0, 2.0 + 1e-9]))
    1
    """
    real = np.asarray(values, np.float64)
    return int(np.argmax(real >= least_tied(real.max())))

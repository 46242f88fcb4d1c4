"""The unit in which a network learns values: mean 0 and spread 1 over the training rows.

A loss of numbers in the thousands, or in the thousandths, would need a learning rate of its own.
The unit is folded into the classifier when training is over, so that the model that is saved gives
the user's numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.training.truth import Rows, Truth

_RESOLVED = 1e-6  # of the largest number; float32 has seven digits
_LEAST = 1e-30


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Mean and standard deviation of every value.

    Parameters
    ----------
    mean, spread : ndarray of float64, shape (values,)
        In the user's unit.
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]

    @classmethod
    def of(cls, truth: Truth, rows: Rows) -> Scale | None:
        """Return the scale of `rows`; None where the truth is no values.

        Raises
        ------
        InputError
            When a value changes too little for the numbers that a network computes with.
        """
        if truth.outputs != "values":
            return None
        values = truth.of[rows]
        largest = np.abs(values).max(0)
        scale = cls(values.mean(0), values.std(0))
        for name, spread, size in zip(truth.names, scale.spread, largest, strict=True):
            if spread <= max(size * _RESOLVED, _LEAST):
                raise InputError(
                    f"value {name!r} changes by only {spread:.2g} where numbers reach {size:.2g}, "
                    "too little for float32; subtract a constant or take another unit"
                )
        return scale

    def standardised(self, values: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return values, shape (rows, values), as the network learns them."""
        return ((values - self.mean) / self.spread).astype(np.float32)

    @property
    def inverse(self) -> Scale:
        """The scale that undoes :meth:`folded`."""
        return Scale(-self.mean / self.spread, 1 / self.spread)

    def folded(
        self, weight: NDArray[np.float64], bias: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Turn a dense layer that gives standardised values into one that gives the user's.

        Parameters
        ----------
        weight : ndarray of float64, shape (values, channels)
        bias : ndarray of float64, shape (values,)
        """
        return weight * self.spread[:, None], bias * self.spread + self.mean


def network_truth(truth: Truth, scale: Scale | None) -> NDArray[Any]:
    """Return what the loss compares with: indices of classes, else float32 of every output."""
    if truth.outputs == "classes":
        return truth.of
    return truth.of.astype(np.float32) if scale is None else scale.standardised(truth.of)

"""The unit in which a network learns values: mean 0 and spread 1 over the training rows.

A loss of numbers in the thousands, or in the thousandths, would need a learning rate of its own.
The unit is folded into the classifier when training is over, so that the model that is saved gives
the user's numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.workflows.training.truth import Rows, Truth

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

    def fold(self, classifier: Any) -> None:
        """Turn a dense layer that gives standardised values into one that gives the user's."""
        self._rewrite(classifier, self.spread, self.mean)

    def unfold(self, classifier: Any) -> None:
        """Undo :meth:`fold`."""
        self._rewrite(classifier, 1 / self.spread, -self.mean / self.spread)

    @staticmethod
    def _rewrite(classifier: Any, by: NDArray[np.float64], plus: NDArray[np.float64]) -> None:
        with torch.no_grad():
            weight, bias = classifier.weight, classifier.bias
            factor, shift = torch.from_numpy(by), torch.from_numpy(plus)
            weight.copy_(weight.double().cpu() * factor[:, None])
            bias.copy_(bias.double().cpu() * factor + shift)


def network_truth(truth: Truth, scale: Scale | None) -> NDArray[Any]:
    """Return what the loss compares with: indices of classes, else float32 of every output."""
    if truth.outputs == "classes":
        return truth.of
    return truth.of.astype(np.float32) if scale is None else scale.standardised(truth.of)

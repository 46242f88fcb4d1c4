"""How far both strands' scores of windows go together, by windows that come in parts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(slots=True)
class StrandAgreement:
    """Pearson's correlation over the entries that both have; parts are added as they come.

    Examples
    --------
    >>> whole = StrandAgreement()
    >>> whole.add(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    >>> whole.add(np.array([np.nan, 5.0]), np.array([9.0, 10.0]))
    >>> whole.value
    1.0
    """

    _count: int = 0
    _means: Array = field(default_factory=lambda: np.zeros(2))
    _products: Array = field(default_factory=lambda: np.zeros((2, 2)))  # of what is off the means
    _first: Array = field(default_factory=lambda: np.zeros(2))
    _varies: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(2, bool))

    def add(self, one: Array, other: Array) -> None:
        """Take the scores of some windows on each strand, NaN where there is none."""
        part = np.stack([one, other])
        part = part[:, np.isfinite(part).all(axis=0)]
        count = part.shape[1]
        if not count:
            return
        if not self._count:
            self._first = part[:, 0].copy()
        self._varies |= (part != self._first[:, None]).any(axis=1)
        means = part.mean(axis=1)
        part -= means[:, None]
        # Chan, Golub and LeVeque, 1979: what lies between the two parts' means is added.
        step, total = means - self._means, self._count + count
        self._products += part @ part.T + np.outer(step, step) * (self._count * count / total)
        self._means += step * (count / total)
        self._count = total

    @property
    def value(self) -> float:
        """The correlation so far; NaN when undefined, and of two windows, where it is 1 or -1."""
        norms = float(self._products[0, 0]) * float(self._products[1, 1])
        if self._count < 3 or not self._varies.all() or not norms:
            return float("nan")
        return float(np.clip(self._products[0, 1] / np.sqrt(norms), -1, 1))

"""Relevance by the printed formulas, layer by layer in float64: the twin of the fast rules.

The rules of this room are modified gradients. A missing half, or a wrong sign, hardly shows in how
a map behaves (cosine .93 to 1.000), so that no check against the model finds it; an independent
computation does. Each twin is NumPy alone, one sequence at a time, and carries relevance itself
downwards: of ``z = sum_i a_i`` the part ``a_i / z`` of the relevance of z goes to each addend.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gtrack.core.catalogue import load

Array = NDArray[np.float64]

GROUP = "gtrack.twins"

TWINS: dict[str, str] = {
    "cnn": "gtrack.attribution.rules.explicit_cnn:CnnTwin",
    "dnabert2": "gtrack.attribution.rules.explicit_dnabert2:Dnabert2Twin",
}
"""Kind of model -> ``module:class``; other kinds have no twin, and are not asked for one."""


class Twin(Protocol):
    """Relevance of one kind of model, by the formulas."""

    def __init__(self, network: Any) -> None: ...

    def relevance(
        self, embedded: Array, contrast: Array, method: str, parameters: Mapping[str, str]
    ) -> tuple[Array, Array]:
        """Return logits, shape (outputs,), and relevance, shape (units,), of one sequence.

        Parameters
        ----------
        embedded : ndarray of float64, shape (units, channels)
            Without padding.
        contrast : ndarray of float64, shape (outputs,)
            What is explained is ``logits @ contrast``.
        method : {"attnlrp", "cplrp"}
        parameters : mapping of str to str
            Of the method.
        """

    def constants(self) -> list[Any]:
        """Return the tensors that take relevance for themselves: with all 0, sums are conserved."""


def twin_of(kind: str, network: Any) -> Twin | None:
    """Return the twin of a network; None where nobody has written one for its kind."""
    if kind not in TWINS:
        return None
    twin: Twin = load(TWINS, kind, GROUP)(network)
    return twin


def values(tensor: Any) -> Array:
    """Return a tensor's values in float64."""
    return np.asarray(tensor.detach().double().cpu().numpy())


def per_value(relevance: Array, z: Array) -> Array:
    """Return ``relevance / z``, 0 where both are 0."""
    out: Array = np.divide(
        relevance, z, out=np.zeros(np.broadcast(relevance, z).shape), where=z != 0
    )
    return out

"""Thresholds of the caller of motif hits."""

from __future__ import annotations

from dataclasses import dataclass

from gtrack.core.errors import InputError
from gtrack.core.hits.motifs import PSEUDOCOUNT
from gtrack.core.hits.relevance_null import TAIL


@dataclass(frozen=True, slots=True)
class HitOptions:
    """Thresholds of the caller.

    Parameters
    ----------
    p_sequence : float
        Largest p-value of a sequence match.
    gate : float
        Largest p-value of the relevance; at most 0.1, where the fitted tail begins.
    gap : int
        Free bases between two hits.
    pseudocount : float
        Of the motifs, in sites per position.
    seed : int
        Of permutations and loans.

    Raises
    ------
    InputError
        When a value is out of its range.
    """

    p_sequence: float = 1e-3
    gate: float = 0.01
    gap: int = 3
    pseudocount: float = PSEUDOCOUNT
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.p_sequence <= 0.1:
            raise InputError(
                f"p_sequence {self.p_sequence} is not in (0, 0.1]; the default is 0.001"
            )
        if not 0 < self.gate <= 2 * TAIL:
            raise InputError(f"gate {self.gate} is not in (0, {2 * TAIL}]; the default is 0.01")
        if self.gap < 0 or self.seed < 0:
            raise InputError(f"gap {self.gap} and seed {self.seed} must be 0 or more")

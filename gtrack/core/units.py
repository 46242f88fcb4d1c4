"""What a model reads: units (tokens or single bases), and the bases that each unit stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """One sequence as a model reads it.

    Parameters
    ----------
    ids : ndarray of int32, shape (U,)
        Token ids, or base codes (A 0, C 1, G 2, T 3, N 4) for a model that reads bases.
    spans : ndarray of int32, shape (U, 2)
        Bases of each unit, 0-based half-open from the start of the sequence as the model read it
        (its own strand). Special tokens have an empty span.
    placed : ndarray of bool, shape (U,)
        True for units whose relevance belongs to A, C, G or T bases; False for [CLS], [SEP],
        [UNK] and N. The spans of the placed units tile the A, C, G, T bases exactly once.
    """

    ids: NDArray[np.int32]
    spans: NDArray[np.int32]
    placed: NDArray[np.bool_]

    def __post_init__(self) -> None:
        units = len(self.ids)
        if self.spans.shape != (units, 2) or self.placed.shape != (units,):
            raise ValueError(
                f"{units} ids, spans of shape {self.spans.shape}, placed of shape "
                f"{self.placed.shape}: the three must agree"
            )

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """One batch explained.

    Parameters
    ----------
    logits : ndarray, shape (rows, outputs)
        The model's outputs.
    relevance : ndarray, shape (targets, rows, units)
        Signed relevance of every unit, in units of the explained scalar; of every base of the
        window, shape (targets, rows, bases), where the method is ``per_base``. float32, or
        float64 when the model is.
    """

    logits: NDArray[np.floating]
    relevance: NDArray[np.floating]

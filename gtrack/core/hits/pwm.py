"""Position weight matrices: what a site scores, and exact p-values.

Log-odds are rounded to a grid of `GRID` steps per bit, and the rounded matrix *is* the matrix:
what a site scores and how probable that is are exact for it. Inside, a site is held as its *loss*,
what its score lacks to the best word's. Losses are whole, never negative and add up over columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gtrack.core.hits.motifs import PSEUDOCOUNT, Motif, checked_background

GRID = 100
"""Steps of the score per bit. Rounding moves the score of a site by at most width / 200 bits."""


@dataclass(frozen=True, eq=False)
class Pwm:
    """A motif's scores on the grid, with the distribution of the score under the background.

    Attributes
    ----------
    losses : ndarray of int32, shape (width, 4)
        Per position and base (A, C, G, T), what the score lacks to the best base's; 0 or more.
    best : int
        Score of the best word, in steps of ``1 / GRID`` bits.
    tail : ndarray of float64
        ``tail[x]`` is the probability that a random word loses at most ``x``.
    """

    losses: NDArray[np.int32]
    best: int
    tail: NDArray[np.float64]

    @classmethod
    def of(cls, motif: Motif, background: ArrayLike, pseudocount: float = PSEUDOCOUNT) -> Pwm:
        """Return the matrix of `motif` against `background`, shape ``(4,)``.

        For sites on both strands the background must be the same on both
        (`gtrack.core.hits.motifs.symmetric_background`), or the p-values of one strand are off.
        """
        base = checked_background(background)
        scores = np.rint(motif.log_odds(base, pseudocount) * GRID).astype(np.int32)
        highest = scores.max(axis=1)
        losses = highest[:, None] - scores
        return cls(losses, int(highest.sum()), np.minimum(_distribution(losses, base).cumsum(), 1))

    @property
    def width(self) -> int:
        """Number of positions, in bases."""
        return len(self.losses)

    def pvalue(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Return how probable at least such a score is for a random word.

        Exact (Staden, CABIOS 5:89-96, 1989) for words of independent bases drawn from the
        background.

        Parameters
        ----------
        scores : array_like of int
            Scores in steps of ``1 / GRID`` bits.
        """
        loss = self.best - np.asarray(scores, np.int64)
        p = self.tail[np.clip(loss, 0, len(self.tail) - 1)]
        return np.where(loss < 0, 0.0, p)

    def cutoff(self, p: float) -> int:
        """Return the lowest score whose p-value is at most `p`; ``best + 1`` when none is."""
        return self.best + 1 - int(np.searchsorted(self.tail, p, side="right"))


def _distribution(
    losses: NDArray[np.int32], background: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probability of each loss, by adding one column after the other."""
    found = np.ones(1)
    for column in losses:
        grown = np.zeros(len(found) + int(column.max()))
        for loss, share in zip(column.tolist(), background.tolist(), strict=True):
            grown[loss : loss + len(found)] += share * found
        found = grown
    return found

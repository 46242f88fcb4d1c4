"""The test whether a site has more relevance than a model gives to shuffled sequence.

The statistic of a site is the information-weighted sum of its bases' relevance, each base in units
of the null: ``s = sum_i z_i w_i``, ``z_i = (r_i - mean) / sd``, ``w = IC / ||IC||``. What a sum of
neighbouring bases does by chance depends on the width and the weights, because neighbours are not
independent; so every motif has a null distribution of its own, taken over every place of the null
on both strands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.segments import Segment
from gtrack.core.ties import TIE

TAIL = 0.05
"""Share of the null, at either end, that an exponential is fitted to."""

LEAST_NULL_BASES = 2_000
LEAST_BASES = 2 * LEAST_NULL_BASES

STARTS = 25_000
"""About how many places, on both strands, one motif's null is fitted to."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The two ends of one motif's null.

    Attributes
    ----------
    mean, sd : float
        Of the statistic over the null.
    cuts : tuple of float
        Distance from the mean, upwards and downwards, that a share `TAIL` of the null exceeds.
    excess : tuple of float
        Mean distance beyond the cut of those that exceed it.
    """

    mean: float
    sd: float
    cuts: tuple[float, float]
    excess: tuple[float, float]

    def pvalue(self, statistic: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return two-sided p-values, shape as `statistic`; 1 below the cuts and on them.

        ``2 * TAIL * exp(-(|s| - cut) / excess)`` with cut and excess of the statistic's own side,
        so a model whose relevance leans to one sign is tested by that sign (a peaks-over-threshold
        fit with shape 0; Knijnenburg et al., Bioinformatics 25:i161-i168, 2009). Not below 1e-300.
        """
        distance = statistic - self.mean
        up = distance > 0
        cut = np.where(up, *self.cuts)
        beyond = np.abs(distance) - cut
        p = 2 * TAIL * np.exp(-beyond / np.where(up, *self.excess))
        return np.where(beyond > TIE * np.abs(cut), np.maximum(p, 1e-300), 1.0)


class RelevanceNull:
    """Relevance that the model gives to shuffled windows.

    Parameters
    ----------
    null : sequence of Segment
        Shuffled windows with their own relevance.

    Attributes
    ----------
    mean, sd : float
        Of the relevance of single bases.
    ring : ndarray of float64, shape (N,)
        All z-values, one window after the other.

    Raises
    ------
    InputError
        When the null is too small, or its relevance does not vary.
    """

    def __init__(self, null: Sequence[Segment]) -> None:
        lengths = np.array([len(segment) for segment in null], np.int64)
        if lengths.sum() < LEAST_NULL_BASES:
            raise InputError(
                f"the null has {lengths.sum()} bases, fewer than {LEAST_NULL_BASES}; "
                "make it again: the command of the scan with --resume --null"
            )
        values = np.concatenate([segment.relevance for segment in null]).astype(np.float64)
        self.mean, self.sd = float(values.mean()), float(values.std())
        if not self.sd > 1e-12 * abs(self.mean):
            raise InputError(
                "every base of the shuffled windows, or of the regions where there are none, has "
                "the same relevance, so nothing can be tested; check the model, or the track"
            )
        self.ring = (values - self.mean) / self.sd
        ends = np.repeat(lengths.cumsum(), lengths)
        self._room = ends - np.arange(len(values))  # bases from here to the end of the window

    def z(self, relevance: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return relevance in units of the null, shape as `relevance`."""
        return (relevance.astype(np.float64) - self.mean) / self.sd

    def relevance(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return relevance in the track's unit, of z-values."""
        return z * self.sd + self.mean

    def tails(self, weights: Sequence[NDArray[np.float64]]) -> list[Tail | None]:
        """Return the null of each motif, or None where no window is long enough for it.

        Parameters
        ----------
        weights : sequence of ndarray of float64, shape (W,)
            Of each motif's own strand, norm 1.
        """
        found: list[Tail | None] = [None] * len(weights)
        by_width: dict[int, list[int]] = {}
        for k, one in enumerate(weights):
            by_width.setdefault(len(one), []).append(k)
        for width, members in by_width.items():
            starts = np.flatnonzero(self._room >= width)
            # Neighbouring places say nearly the same: a spread of them is enough for a tail.
            starts = starts[:: max(1, len(starts) // STARTS)]
            if len(starts) < 1 / TAIL:
                continue
            places = self.ring[starts[:, None] + np.arange(width)]
            for k in members:
                found[k] = _fit(places, weights[k])
        return found


def _fit(places: NDArray[np.float64], weights: NDArray[np.float64]) -> Tail:
    both = np.concatenate([places @ weights, places @ weights[::-1]])
    mean, sd = float(both.mean()), float(both.std())
    both -= mean
    count = max(1, int(TAIL * len(both)))
    ranked = np.partition(both, (count, len(both) - count))
    up, down = _end(ranked[-count:], sd), _end(-ranked[:count], sd)
    return Tail(mean, sd, (up[0], down[0]), (up[1], down[1]))


def _end(top: NDArray[np.float64], sd: float) -> tuple[float, float]:
    """Return the lowest of the values at one end, and their mean excess over it."""
    cut = float(top.min())
    # Values that are nearly all alike would leave no tail: fall back on the spread of all.
    return cut, max(float(top.mean()) - cut, 1e-3 * sd, 1e-12)

"""The flips of one window: which letters are altered for which map, and the curves that follow.

Every map gives an order of the bases. The first k are replaced by random other bases, step by step,
from the most relevant on (MoRF) and from the least (LeRF); a random order is drawn as well. Beside
them stand random subsets, for the faithfulness correlation; all maps share them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.evaluation.faithfulness import (
    abc,
    aopc,
    faithfulness_correlation,
    normalised,
    normalised_abc,
)
from gtrack.evaluation.perturbation import (
    cumulative,
    order_of,
    random_subsets,
    replaced,
    steps_of,
)
from gtrack.evaluation.window_maps import noise

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]

RANDOM = "random"
"""The control that is always there: bases in random order."""

SUBSETS, SUBSET_SHARE = 100, 0.1
"""Random subsets of a window, and the share of its bases in each (Bhatt et al. 2020)."""


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """What a map's order did to the score of one window: means over the draws.

    Parameters
    ----------
    morf, lerf : ndarray of float64, shape (steps + 1,)
        The score with the most, or the least relevant bases replaced; the first is the window's.
    """

    morf: Floats
    lerf: Floats


class Flips:
    """What is altered in one window.

    Parameters
    ----------
    codes : ndarray of uint8, shape (L,)
        Bases 0 to 3; others are never replaced.
    maps : mapping of str to ndarray, shape (L,)
        Signed relevance; NaN where a base has no value: such bases come last.
    steps, draws : int
        Steps of a curve; draws of the letters put in.
    seed : int
        Chance is a function of it and of the window alone: no map changes that of another.
    """

    def __init__(
        self, codes: Codes, maps: Mapping[str, Floats], *, steps: int, draws: int, seed: int
    ) -> None:
        self._maps = {**maps, RANDOM: noise(len(codes), seed, 0)}
        self._draws, self._codes, self._seed = draws, codes, seed
        self._counts = steps_of(np.flatnonzero(codes < 4), steps)
        self._subsets = random_subsets(
            len(codes), SUBSET_SHARE, SUBSETS, np.random.default_rng((seed, 1))
        )

    def altered(self) -> Codes:
        """Return all altered windows, shape (n, L), in the order in which scores come back."""
        parts = [cumulative(self._codes, *each)[1:] for each in self._walks()]
        rng = np.random.default_rng((self._seed, 2))
        parts += [replaced(self._codes, subset, rng)[None] for subset in self._subsets]
        return np.concatenate(parts)

    def curves(self, whole: float, scores: Floats) -> dict[str, Curves]:
        """Return the curves of every map, the random one included.

        Parameters
        ----------
        whole : float
            The score of the window as it is.
        scores : ndarray of float64, shape (n,)
            Of what :meth:`altered` returned.
        """
        steps = len(self._counts) - 1
        size = 2 * self._draws * steps
        flipped = scores[: size * len(self._maps)].reshape(len(self._maps), 2, self._draws, steps)
        means = flipped.mean(axis=2)
        first = np.full((len(self._maps), 2, 1), whole)
        both = np.concatenate([first, means], axis=2)
        return {name: Curves(*each) for name, each in zip(self._maps, both, strict=True)}

    def metrics(self, whole: float, scores: Floats) -> dict[str, dict[str, float]]:
        """Return the faithfulness of every map, by name; see :meth:`curves`."""
        curves = self.curves(whole, scores)
        drops = whole - scores[len(scores) - len(self._subsets) :]
        chance = curves[RANDOM]
        random = (aopc(chance.morf) + aopc(chance.lerf)) / 2
        found = {}
        for name, curve in curves.items():
            sums = np.array([np.nansum(self._maps[name][subset]) for subset in self._subsets])
            found[name] = {
                "aopc_morf": aopc(curve.morf),
                "aopc_lerf": aopc(curve.lerf),
                "abc": abc(curve.morf, curve.lerf),
                "aopc_normalised": normalised(aopc(curve.morf), random, curve.morf),
                "abc_normalised": normalised_abc(curve.morf, curve.lerf),
                "faithfulness_correlation": faithfulness_correlation(sums, drops),
            }
        return found

    def _walks(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], np.random.Generator]]:
        for relevance in self._maps.values():
            for descending in (True, False):
                # Ties go by chance, the same for every map.
                order = order_of(relevance, descending, np.random.default_rng((self._seed, 3)))
                known = order[self._codes[order] < 4]
                for draw in range(self._draws):
                    yield known, self._counts, np.random.default_rng((self._seed, 4, draw))


def letters(codes: Codes) -> list[str]:
    """Return rows of codes as text."""
    table = np.frombuffer(b"ACGTN", np.uint8)
    return [row.tobytes().decode("ascii") for row in table[np.minimum(codes, 4)]]

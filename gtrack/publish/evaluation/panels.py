"""What the figures of an evaluation are made of: arrays with their names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SimilarityPanel:
    """Pearson's r of two maps in every region, beside that of shuffled pairs.

    Parameters
    ----------
    title : str
    observed : ndarray of float, shape (regions,)
        Of the two maps of the same region; NaN where undefined.
    shuffled : ndarray of float, shape (regions,)
        Of the region's map with maps of other regions, their mean.
    positive : ndarray of bool, shape (regions,)
        Whether the models call the region positive; empty where nothing calls.
    """

    title: str
    observed: Floats
    shuffled: Floats
    positive: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))


@dataclass(frozen=True, slots=True, eq=False)
class PerturbationCurve:
    """The score of windows while their bases are replaced.

    Parameters
    ----------
    method : str
        Whose order it is; "" of the random one.
    order : str
        "morf", "lerf" or "random".
    scores : ndarray of float, shape (windows, steps)
    """

    method: str
    order: str
    scores: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PerturbationPanel:
    """Curves of one model.

    Parameters
    ----------
    title : str
    shares : ndarray of float, shape (steps,)
        Share of the window's bases that is replaced, 0 to 1.
    curves : sequence of PerturbationCurve
    unit : str
        Of the scores, as the axis says it.
    """

    title: str
    shares: Floats
    curves: Sequence[PerturbationCurve]
    unit: str = "logit"


@dataclass(frozen=True, slots=True)
class LocalisationBar:
    """One explanation's localisation: mean, interval, what chance gives and what can be had.

    A `reference` is drawn grey: no explanation, but something to compare with.
    """

    label: str
    value: float
    low: float
    high: float
    chance: float
    bound: float = math.nan
    reference: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class LocalisationPanel:
    """One metric, of 0 to 1, of several explanations."""

    title: str
    bars: Sequence[LocalisationBar]

"""Target-decoy q-values: the share of false calls among the calls at least as good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtrack.core.ties import ranks

FEW_DECOYS = 20
"""Decoys at least as good, below which a q-value is a bound and no estimate."""

USUAL = 0.05
"""The level at which one of two rankings is chosen."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """q-values of targets, and how much they rest on.

    Attributes
    ----------
    q : ndarray of float64, shape (T,)
    decoys : ndarray of int64, shape (T,)
        How many decoys were at least as good where the q-value was reached.
    """

    q: NDArray[np.float64]
    decoys: NDArray[np.int64]


def estimate(
    targets: NDArray[np.float64],
    decoys: NDArray[np.float64],
    scale: float,
    *,
    weights: NDArray[np.float64] | None = None,
    counted: NDArray[np.bool_] | None = None,
    coming: float = 1.0,
) -> Estimate:
    """Estimate one q-value per target.

    ``q(t) = min over t' <= t of (c + decoys >= t') * scale / (targets >= t')``, at most 1 (Storey's
    running minimum over target-decoy counts; c = 1 is the decoy that was about to come, without
    which few decoys would promise too much: Levitsky et al., J. Proteome Res. 16:393, 2017).

    Parameters
    ----------
    targets : ndarray of float64, shape (T,)
        Scores, higher is better; scores equal in five significant digits get equal q.
    decoys : ndarray of float64, shape (D,)
        Scores of what is known to be false and went the same way.
    scale : float
        How many targets' worth of chance one decoy stands for: bases searched for targets over
        bases searched for decoys, or one over the number of rounds.
    weights : ndarray of float64, shape (D,), optional
        How many decoys each counts for; 1.
    counted : ndarray of bool, shape (T,), optional
        Targets that count among the calls; all. The others get a q-value all the same.
    coming : float
        Decoys that were about to come, c.

    Examples
    --------
    >>> estimate(np.array([9.0, 5.0, 1.0]), np.array([4.0]), 0.1).q.round(3).tolist()
    [0.05, 0.05, 0.067]
    """
    score = ranks(targets)
    ranked, calls = np.sort(score), np.sort(score if counted is None else score[counted])
    beaten = np.maximum(len(calls) - np.searchsorted(calls, ranked, side="left"), 1)
    order = np.argsort(ranks(decoys), kind="stable")
    below = np.searchsorted(ranks(decoys)[order], ranked, side="left")
    weight = np.ones(len(decoys)) if weights is None else weights[order]
    total = np.concatenate([[0.0], weight.cumsum()])
    each = (coming + (total[-1] - total[below])) * scale / beaten
    least = np.minimum.accumulate(each)
    at = np.maximum.accumulate(np.where(each == least, np.arange(len(each)), 0))
    mine = np.searchsorted(ranked, score, side="left")
    return Estimate(np.minimum(least, 1.0)[mine], (len(decoys) - below)[at][mine])


def fuller(one: Estimate, other: Estimate) -> Estimate:
    """Return the estimate with more q-values below the usual level; `one` where there are as many.

    The lower of both for each target would be of no ranking: its calls are those of either, and so
    are its false ones.

    Examples
    --------
    >>> none = np.zeros(2, np.int64)
    >>> few, more = Estimate(np.array([0.01, 0.3]), none), Estimate(np.array([0.04, 0.04]), none)
    >>> fuller(few, more).q.tolist()
    [0.04, 0.04]
    """
    return other if (other.q < USUAL).sum() > (one.q < USUAL).sum() else one

"""What a passport is made of: what was measured, window by window; and the lines that follow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gtrack.evaluation.passport import (
    EXACT,
    FEWEST,
    MASKED,
    MOVES,
    MUTATED,
    SAME_TRACK,
    SEES,
    SEES_EITHER,
    SILENT,
    STRANDS,
    Line,
    Passport,
    at_least,
    at_most,
    of_few,
)
from gtrack.evaluation.ranking import RankCurve
from gtrack.evaluation.similarity import pearson, spearman

Array = NDArray[np.float64]

ASKS = {
    "A1": "AUROC of the regions' windows against their own dinucleotide shuffles",
    "A1 value": "AUROC, above or below, of the regions' windows against their own dinucleotide "
    "shuffles",
    "A2": "median correlation of the maps of the two strands, base by base",
    "B token": "median correlation of the map with masking one token after the other",
    "B base": "Spearman correlation of the map with in-silico mutagenesis, on the 10 strongest and "
    "10 random bases of every window",
    "C1": "the rules in float64 against a twin by the formulas: largest relative error",
    "C2": "the scan's arithmetic against float64: largest relative error",
    "C3": "CP-LRP without the network's constants: share of the score that is lost",
    "C4": "the track against the map made anew: largest difference over the largest value",
    "D": f"share of windows in which nothing moves the score by {MOVES:.0%}",
}


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What was measured of one target of one model.

    Parameters
    ----------
    model, target, unit : str
    real, shuffled : ndarray of float64, shape (n,)
        Score of every window, and of its shuffle.
    strands : ndarray of float64, shape (m,)
        Correlation of the two strands' maps of every window.
    maps, effects : sequence of ndarray of float64
        Per window, what the map gives to some units, and by how much the score falls when each is
        masked or changed.
    scores : ndarray of float64, shape (m,)
        Score of every window of `maps`.
    twin, rounding, conserved, track : ndarray of float64
        Relative errors of C1 to C4, one a window.
    is_value : bool
        Whether the score is a value, which sites may raise or lower, and no call.
    reasons : mapping of str to str
        Why a line was not asked, by its name (``A1`` ... ``D``).
    """

    model: str
    target: str
    unit: str
    real: Array
    shuffled: Array
    strands: Array
    maps: Sequence[Array]
    effects: Sequence[Array]
    scores: Array
    twin: Array
    rounding: Array
    conserved: Array
    track: Array
    is_value: bool = False
    reasons: Mapping[str, str] = field(default_factory=dict)


def auroc(real: Array, shuffled: Array) -> float:
    """Return how often a window scores above a shuffle, ties half; NaN where one side is empty."""
    scores = np.concatenate([real, shuffled])
    curve = RankCurve(scores, np.arange(len(scores)) < len(real))
    return float(curve.areas(np.ones((1, len(scores))))[0][0])


def agreements(maps: Sequence[Array], effects: Sequence[Array]) -> Array:
    """Return the linear correlation of every window, shape (m,)."""
    return np.array([pearson(a, b) for a, b in zip(maps, effects, strict=True)])


def pooled_agreement(maps: Sequence[Array], effects: Sequence[Array]) -> float:
    """Return the rank correlation over the bases of all windows together."""
    none = np.zeros(0)
    return spearman(np.concatenate([none, *maps]), np.concatenate([none, *effects]))


def silent(effects: Sequence[Array], scores: Array) -> Array:
    """Tell in which windows nothing moves the score by :data:`MOVES` of itself, shape (m,)."""
    moved = np.array([np.abs(each).max(initial=0.0) for each in effects])
    return np.asarray(moved < MOVES * np.abs(scores), np.float64)


def judge(evidence: Evidence) -> Passport:
    """Return the passport that the evidence gives."""
    said, why = evidence, evidence.reasons
    quiet = silent(said.effects, said.scores)
    lines = [
        _told_apart(said),
        at_least(
            *("A2", ASKS["A2"], _middle(said.strands), _count(said.strands), STRANDS),
            why.get("A2", ""),
        ),
        _described(said),
        *(
            at_most(
                *(name, ASKS[name], _middle(errors), _count(errors), limit),
                reason=why.get(name, ""),
            )
            for name, errors, limit in (
                ("C1", said.twin, EXACT),
                ("C2", said.rounding, EXACT),
                ("C3", said.conserved, EXACT),
                ("C4", said.track, SAME_TRACK),
            )
        ),
        at_most(
            *("D", ASKS["D"], float(quiet.mean()) if len(quiet) else math.nan, len(quiet), SILENT),
            reason=why.get("D", ""),
            fewest=FEWEST,
            above="mixed",
        ),
    ]
    return Passport(said.model, said.target, said.unit, tuple(lines))


def _told_apart(said: Evidence) -> Line:
    """Return line A1."""
    value, asks, limits = auroc(said.real, said.shuffled), ASKS["A1"], SEES
    if said.is_value:
        value, asks, limits = max(value, 1 - value), ASKS["A1 value"], SEES_EITHER
    n = len(said.real)
    return at_least("A1", asks, value, n, of_few(limits, n), said.reasons.get("A1", ""))


def _described(said: Evidence) -> Line:
    """Return line B."""
    reason = said.reasons.get("B", "")
    if said.unit == "token":
        each = agreements(said.maps, said.effects)
        return at_least("B", ASKS["B token"], _middle(each), _count(each), MASKED, reason)
    value = pooled_agreement(said.maps, said.effects)
    return at_least("B", ASKS["B base"], value, len(said.maps), MUTATED, reason)


def _middle(values: Array) -> float:
    """Return the median of what is defined.

    One window in which a maximum is won by a hair is computed otherwise in float64 and is no error
    of a rule; broken rules show in all windows.
    """
    defined = values[~np.isnan(values)]
    return float(np.median(defined)) if len(defined) else math.nan


def _count(values: Array) -> int:
    return int(np.count_nonzero(~np.isnan(values)))

"""Which metrics there are: the axis each belongs to, what it needs, and how its number reads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Axis = Literal["similarity", "sparsity", "complexity", "faithfulness", "localisation", "sanity"]
Level = Literal["base", "token"]
Need = Literal["tracks", "truth", "model"]

AXES: tuple[Axis, ...] = (
    "similarity",
    "sparsity",
    "complexity",
    "faithfulness",
    "localisation",
    "sanity",
)
"""In the order in which they are reported."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known of a metric before it is measured.

    Parameters
    ----------
    axis : str
        The question that it answers, one of `AXES`.
    levels : tuple of str
        "base", "token" or both: of what its map has a value each. A model of bases has no tokens.
    needs : str
        "tracks" (relevance alone), "truth" (tracks and annotated bases), or "model" (passes of the
        model beyond those of its map).
    low, high : float
        Its range.
    better : str
        "higher", "lower" or "neither", where it describes a map and does not judge it.
    words : str
        What it is, for a reader who has never met it.
    pair : bool
        Whether it compares the maps of two models or two methods, and not a map with something
        that stands above it.
    """

    axis: Axis
    levels: tuple[Level, ...]
    needs: Need
    low: float
    high: float
    better: Literal["higher", "lower", "neither"]
    words: str
    pair: bool = False


_BOTH: tuple[Level, ...] = ("base", "token")
_BASE: tuple[Level, ...] = ("base",)
_ANY = math.inf


def _similar(low: float, words: str) -> Metric:
    return Metric("similarity", _BOTH, "tracks", low, 1.0, "neither", words, pair=True)


def _shape(axis: Axis, high: float, words: str) -> Metric:
    return Metric(axis, _BOTH, "tracks", 0.0, high, "neither", words)


def _located(high: float, words: str) -> Metric:
    return Metric("localisation", _BASE, "truth", 0.0, high, "higher", words)


def _faithful(low: float, high: float, words: str, levels: tuple[Level, ...] = _BASE) -> Metric:
    return Metric("faithfulness", levels, "model", low, high, "higher", words)


METRICS: dict[str, Metric] = {
    "pearson": _similar(-1.0, "linear correlation of two maps"),
    "spearman": _similar(-1.0, "correlation of the ranks of two maps"),
    "cosine": _similar(-1.0, "cosine of the angle between two maps"),
    "top_jaccard": _similar(0.0, "overlap of the strongest tenth of two maps, as a share of both"),
    "gini": _shape("sparsity", 1.0, "how unequal values are: 0 all equal, 1 all on one"),
    "hoyer": _shape("sparsity", 1.0, "sparseness by norms: 0 all equal, 1 all on one"),
    "entropy": _shape("complexity", _ANY, "entropy of the shares of relevance, in nats"),
    "relative_entropy": _shape("complexity", 1.0, "entropy as a share of the largest possible"),
    "effective_complexity": _shape("complexity", _ANY, "values above 1 % of the largest"),
    "morf": _faithful(-_ANY, _ANY, "mean drop of the score, most relevant bases altered first"),
    "lerf": Metric(
        *("faithfulness", _BASE, "model", -_ANY, _ANY, "lower"),
        "mean drop of the score, least relevant bases altered first",
    ),
    "abc": _faithful(-_ANY, _ANY, "area between the two curves, in the unit of the score"),
    "normalised_aopc": _faithful(
        -_ANY, _ANY, "drop beyond that of a random order, as a share of the whole drop"
    ),
    "normalised_abc": _faithful(-1.0, 1.0, "area between the curves as a share of their range"),
    "faithfulness_correlation": _faithful(
        -1.0, 1.0, "correlation of relevance of random sets with what altering them takes away"
    ),
    "ism_pearson": _faithful(-1.0, 1.0, "correlation with in-silico mutagenesis", _BOTH),
    "ism_spearman": _faithful(-1.0, 1.0, "rank correlation with in-silico mutagenesis", _BOTH),
    "mask_pearson": _faithful(-1.0, 1.0, "correlation with tokens replaced by [MASK]", ("token",)),
    "mask_spearman": _faithful(
        -1.0, 1.0, "rank correlation with tokens replaced by [MASK]", ("token",)
    ),
    "sign_agreement": _faithful(
        0.0, 1.0, "share of the strongest 5 % with the sign of the referee", _BOTH
    ),
    "completeness": Metric(
        *("faithfulness", _BASE, "model", -_ANY, _ANY, "neither"),
        "sum of all relevance over the score; AttnLRP does not conserve it",
    ),
    "mass_accuracy": _located(1.0, "share of positive relevance that lies on annotated bases"),
    "rank_accuracy": _located(1.0, "share of the k highest bases among k annotated ones"),
    "auroc": _located(1.0, "chance that an annotated base outranks another"),
    "auprc": _located(1.0, "average precision of the annotated bases"),
    "pointing_game": _located(1.0, "whether the highest base is annotated"),
    "enrichment": _located(
        _ANY, "density of positive relevance on annotated bases over that on all"
    ),
    "strand_consistency": Metric(
        *("sanity", _BASE, "model", -1.0, 1.0, "higher"),
        "correlation of the maps of the two strands",
    ),
    "shift_consistency": Metric(
        *("sanity", _BASE, "model", -1.0, 1.0, "higher"),
        "correlation with the map of a window moved by a few bases, on shared bases",
    ),
    "max_sensitivity": Metric(
        *("sanity", _BASE, "model", 0.0, _ANY, "lower"),
        "largest change of the map by one substitution that hardly moves the score",
    ),
    "untrained_similarity": Metric(
        *("sanity", _BASE, "model", -1.0, 1.0, "lower"),
        "rank correlation with the map of an untrained twin, of absolute values",
    ),
    "permuted_similarity": Metric(
        *("sanity", _BASE, "model", -1.0, 1.0, "lower"),
        "rank correlation with the map of a twin whose layers are all permuted, of absolute values",
    ),
}
"""Every metric by its name on the command line and in tables."""

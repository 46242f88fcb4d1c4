"""The metrics of an evaluation: what each asks, of what, its range, and which way is better."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gtrack.core.errors import InputError

Axis = Literal[
    "similarity",
    "sparsity",
    "complexity",
    "faithfulness",
    "localisation",
    "sanity",
    "annotation",
]
Level = Literal["base", "token", "window"]

AXES: dict[Axis, tuple[str, str]] = {
    "similarity": ("Similarity", "Do two maps of the same window say the same?"),
    "sparsity": ("Sparsity", "Does relevance lie on few bases?"),
    "complexity": ("Complexity", "How much is there to read in a map?"),
    "faithfulness": ("Faithfulness", "Does the model change its mind where the map says it would?"),
    "localisation": ("Localisation", "Does relevance lie where the truth is?"),
    "sanity": ("Sanity", "Does the map depend on what it should depend on, and on nothing else?"),
    "annotation": ("Annotations", "Does relevance lie on annotated elements beyond chance?"),
}
"""Axis -> its title and its question, in the order in which they are reported."""

MORE, LESS, NEITHER, ALIKE = "more", "less", "neither", "more is more alike, which is no merit"
"""Which way is better."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known of a metric before it is measured.

    Parameters
    ----------
    axis : str
        The question that it answers, one of `AXES`.
    levels : tuple of str
        ``base`` and ``token``: of what its map has a value each; ``window``: of the whole.
    low, high : float
        Its range.
    better : str
        `MORE`, `LESS`, `ALIKE`, or `NEITHER`, where it describes a map and does not judge it.
    title : str
        What it is called.
    words : str
        The formula in words.
    unit : str
        Of the value; "" of a pure number.
    """

    axis: Axis
    levels: tuple[Level, ...]
    low: float
    high: float
    better: str
    title: str
    words: str
    unit: str = ""

    @property
    def span(self) -> str:
        """The range in words."""
        if self.high == math.inf:
            ends = "any" if self.low == -math.inf else f"{self.low:g} up"
        else:
            ends = f"{self.low:g} to {self.high:g}"
        return f"{ends}, {self.unit}" if self.unit else ends


_ANY = math.inf
_SAME = "of the two maps over the bases (or tokens) of a window"
_REPLACED = (
    "What the score falls by on average, over all steps, while bases are replaced by random other "
    "bases, {} relevant first."
)
_REFEREE = "between relevance and the fall of the score {}"
_ISM = "when a base is substituted, mean over the other three"
_MASK = "when a token is replaced by [MASK]"
_CLIPPED = "Negative relevance counts as 0."
_TWIN = "with the map of a twin whose weights are permuted in every layer"


def _similar(low: float, title: str, words: str) -> Metric:
    return Metric("similarity", ("base", "token"), low, 1.0, ALIKE, title, words)


def _shape(axis: Axis, high: float, title: str, words: str, unit: str = "") -> Metric:
    return Metric(axis, ("base", "token"), 0.0, high, NEITHER, title, words, unit)


def _flipped(title: str, words: str, better: str = MORE, unit: str = "logits") -> Metric:
    return Metric("faithfulness", ("window",), -_ANY, _ANY, better, title, words, unit)


def _agrees(title: str, words: str, *levels: Level) -> Metric:
    return Metric("faithfulness", levels, -1.0, 1.0, MORE, title, words)


def _located(title: str, words: str, high: float = 1.0) -> Metric:
    return Metric("localisation", ("base",), 0.0, high, MORE, title, words)


def _sane(title: str, words: str, better: str = MORE) -> Metric:
    return Metric("sanity", ("base",), -1.0, 1.0, better, title, words)


METRICS: dict[str, Metric] = {
    "pearson": _similar(-1, "Pearson r", f"Correlation {_SAME}."),
    "spearman": _similar(-1, "Spearman rho", f"Correlation of the ranks {_SAME}; ties averaged."),
    "cosine": _similar(-1, "cosine", f"Cosine of the angle {_SAME}; no mean is taken off."),
    "top_jaccard": _similar(
        0,
        "top-tenth Jaccard",
        "Take the tenth of the positions with the largest |relevance| in each map: those in both, "
        "over those in either.",
    ),
    "gini": _shape(
        *("sparsity", 1, "Gini"),
        "Gini index of |relevance|: 0 where all bases have the same, near 1 where one has all. "
        "Compare at equal numbers of bases or tokens only.",
    ),
    "hoyer": _shape(
        *("sparsity", 1, "Hoyer"),
        "(√n - sum of |relevance| / its Euclidean norm) / (√n - 1).",
    ),
    "entropy": _shape(
        "complexity", _ANY, "entropy", "Entropy of the shares of |relevance|.", "nats"
    ),
    "relative_entropy": _shape(
        "complexity", 1, "relative entropy", "Entropy of the shares of |relevance|, over ln n."
    ),
    "effective_complexity": _shape(
        *("complexity", _ANY, "effective complexity"),
        *("Bases whose |relevance| is above 1 % of the largest.", "bases"),
    ),
    "aopc_morf": _flipped("MoRF", _REPLACED.format("the most")),
    "aopc_lerf": _flipped("LeRF", _REPLACED.format("the least"), LESS),
    "abc": _flipped("area between curves", "MoRF less LeRF; a random order has 0."),
    "aopc_normalised": _flipped(
        "MoRF beyond chance",
        "MoRF less that of a random order, over the fall of the score when all steps are done.",
        unit="",
    ),
    "abc_normalised": _flipped(
        "ABC, normalised", "Area between the curves over the range that both cover.", unit=""
    ),
    "faithfulness_correlation": _agrees(
        "faithfulness correlation",
        "Correlation, over random sets of bases, of the relevance of a set with the fall of the "
        "score when the set is replaced.",
        "window",
    ),
    "ism_pearson": _agrees("r with ISM", f"Pearson r {_REFEREE.format(_ISM)}.", "base", "token"),
    "ism_spearman": _agrees(
        "rho with ISM", f"Spearman rho {_REFEREE.format(_ISM)}.", "base", "token"
    ),
    "ism_sign": Metric(
        *("faithfulness", ("base",), 0.0, 1.0, MORE, "sign as ISM"),
        "Share of the strongest 5 % of the bases that have the sign of ISM.",
    ),
    "mask_pearson": _agrees(
        "r with [MASK]", f"Pearson r {_REFEREE.format(_MASK)}, over tokens.", "token"
    ),
    "mask_spearman": _agrees(
        "rho with [MASK]", f"Spearman rho {_REFEREE.format(_MASK)}, over tokens.", "token"
    ),
    "silent": Metric(
        *("faithfulness", ("window",), 0.0, 1.0, LESS, "silent referee"),
        "Share of windows in which no substitution moves the score by 10 %: there, agreement with "
        "ISM says little.",
    ),
    "completeness": Metric(
        *("faithfulness", ("window",), -_ANY, _ANY, NEITHER, "completeness"),
        "Sum of the relevance over the score; AttnLRP does not conserve it.",
    ),
    "mass_accuracy": _located(
        "mass accuracy",
        f"Share of the relevance that lies on the truth. {_CLIPPED} Chance is the truth's share of "
        "the bases.",
    ),
    "rank_accuracy": _located(
        "rank accuracy",
        "Where the truth has k bases: share of the k most relevant ones that are of the truth; "
        "ties with their expectation.",
    ),
    "auroc": _located(
        "AUROC",
        "Probability that a base of the truth has more relevance than another base; ties half.",
    ),
    "auprc": _located("AUPRC", "Area under precision against recall of the truth's bases."),
    "pointing_game": _located(
        "pointing game",
        "Whether the most relevant base is of the truth; of tied ones the share.",
    ),
    "enrichment": _located(
        "enrichment", "Mass accuracy over the truth's share of the bases; chance 1.", _ANY
    ),
    "shift_p": Metric(
        *("localisation", ("base",), 0.0, 1.0, LESS, "p of circular shifts"),
        "Share of circular shifts of the truth within the window whose mass accuracy is at least "
        "as large, the truth itself counted.",
    ),
    "strand_consistency": _sane(
        "strands agree", "Pearson r between the maps of the two strands of a window."
    ),
    "shift_consistency": _sane(
        "shifts agree",
        "Pearson r between maps of windows a base apart, over shared bases. Untrained models pass.",
    ),
    "untrained_pearson": _sane("like untrained, r", f"Pearson r {_TWIN}.", LESS),
    "relevance_enrichment": Metric(
        *("annotation", ("base",), 0.0, _ANY, MORE, "relevance on annotation"),
        "Share of the relevance that lies on the annotation, over what circular shifts of the "
        f"annotation within regions give; chance 1. {_CLIPPED}",
    ),
    "matched_enrichment": Metric(
        *("annotation", ("base",), 0.0, _ANY, MORE, "relevance against background"),
        "Share of the relevance that lies on annotated stretches, over that on stretches as long "
        f"and of like GC content that are not annotated; chance 1. {_CLIPPED}",
    ),
    "hit_enrichment": Metric(
        *("annotation", ("base",), 0.0, _ANY, MORE, "hits on annotation"),
        "Share of motif hits whose middle lies on the annotation, over what circular shifts of the "
        "annotation within regions give; chance 1.",
    ),
    "untrained_spearman": _sane(
        "like untrained, rho", f"Spearman rho of |relevance| {_TWIN}.", LESS
    ),
}
"""Every metric by its name on the command line and in tables."""


def chosen_metrics(wishes: Iterable[str]) -> frozenset[str]:
    """Return the metrics that names of metrics or of axes stand for.

    Raises
    ------
    InputError
        At a name that is neither.
    """
    chosen: set[str] = set()
    for wish in wishes:
        of_axis = {name for name, metric in METRICS.items() if metric.axis == wish}
        if wish in METRICS:
            chosen.add(wish)
        elif of_axis:
            chosen |= of_axis
        else:
            raise InputError(
                f"--metrics {wish}: neither an axis ({', '.join(AXES)}) nor a metric "
                f"({', '.join(METRICS)})"
            )
    return frozenset(chosen)

"""What the metrics of an evaluation are: axis, words, range and which way is better."""

from __future__ import annotations

from dataclasses import dataclass

from gtrack.core.evaluation_rows import BOUND

AXES = {
    "similarity": ("Similarity", "Do two maps of the same window say the same?"),
    "sparsity": ("Sparsity", "Does relevance lie on few bases?"),
    "complexity": ("Complexity", "How much is there to read in a map?"),
    "faithfulness": ("Faithfulness", "Does the model change its mind where the map says it would?"),
    "localisation": ("Localisation", "Does relevance lie where the truth is?"),
    "sanity": ("Sanity", "Does the map depend on what it should depend on, and on nothing else?"),
    "annotation": ("Annotations", "Does relevance lie on annotated elements beyond chance?"),
    "other": ("Other measures", "What this page has no words for."),
}
"""Axis -> its title and its question."""

MORE, LESS, NEITHER = "more", "less", "neither"


@dataclass(frozen=True, slots=True)
class Definition:
    """A metric in words.

    Parameters
    ----------
    axis : str
        A key of `AXES`.
    title : str
    words : str
        The formula in words.
    span : str
        The range of values, with the unit where there is one.
    better : str
        `MORE`, `LESS` or `NEITHER`.
    """

    axis: str
    title: str
    words: str
    span: str
    better: str


_SAME = "of the two maps over the bases (or tokens) of a window"
_TOP = "the tenth of the positions with the largest |relevance|"
_REPLACED = (
    "the score falls by on average, over all steps, while bases are replaced by random other "
    "bases, {} first"
)
_REFEREE = "between relevance and the fall of the score {}"
_ISM = "when a base is substituted, mean over the other three"
_MASK = "when a token is replaced by [MASK]"
_CLIPPED = "Negative relevance counts as 0."

DEFINITIONS = {
    "pearson": Definition("similarity", "Pearson r", f"Correlation {_SAME}.", "-1 to 1", MORE),
    "spearman": Definition(
        "similarity", "Spearman rho", f"Correlation of the ranks {_SAME}; ties averaged.",
        "-1 to 1", MORE,
    ),
    "cosine": Definition(
        "similarity", "cosine", f"Cosine of the angle {_SAME}; no mean is taken off.", "-1 to 1",
        MORE,
    ),
    "top_k_jaccard": Definition(
        "similarity", "top-tenth Jaccard",
        f"Take {_TOP} in each map: those in both, over those in either.", "0 to 1", MORE,
    ),
    "gini": Definition(
        "sparsity", "Gini",
        "Gini index of |relevance|: 0 where all bases have the same, near 1 where one has all. "
        "Compare at equal numbers of bases or tokens only.", "0 to 1", NEITHER,
    ),
    "hoyer": Definition(
        "sparsity", "Hoyer", "(√n - sum of |relevance| / its Euclidean norm) / (√n - 1).",
        "0 to 1", NEITHER,
    ),
    "entropy": Definition(
        "complexity", "entropy", "Entropy of the shares of |relevance|.", "0 to ln n, nats",
        NEITHER,
    ),
    "relative_entropy": Definition(
        "complexity", "relative entropy", "Entropy of the shares of |relevance|, over ln n.",
        "0 to 1", NEITHER,
    ),
    "effective_complexity": Definition(
        "complexity", "effective complexity",
        "Bases whose |relevance| is above 1 % of the largest.", "1 to n, bases", NEITHER,
    ),
    "aopc_morf": Definition(
        "faithfulness", "MoRF", f"What {_REPLACED.format('the most relevant')}.",
        "units of the score", MORE,
    ),
    "aopc_lerf": Definition(
        "faithfulness", "LeRF", f"What {_REPLACED.format('the least relevant')}.",
        "units of the score", LESS,
    ),
    "abc": Definition(
        "faithfulness", "area between curves",
        "MoRF less LeRF. Chance is the same with a random order twice: 0.", "units of the score",
        MORE,
    ),
    "abc_normalised": Definition(
        "faithfulness", "ABC, normalised",
        "Area between curves over the fall of the score when all steps are done.", "no unit", MORE,
    ),
    "faithfulness_correlation": Definition(
        "faithfulness", "faithfulness correlation",
        "Correlation, over random sets of bases, of the relevance of the set with the fall of the "
        "score when the set is replaced.", "-1 to 1", MORE,
    ),
    "ism_pearson": Definition(
        "faithfulness", "r with ISM", f"Pearson r {_REFEREE.format(_ISM)}.", "-1 to 1", MORE
    ),
    "ism_spearman": Definition(
        "faithfulness", "rho with ISM", f"Spearman rho {_REFEREE.format(_ISM)}.", "-1 to 1", MORE
    ),
    "mask_pearson": Definition(
        "faithfulness", "r with [MASK]", f"Pearson r {_REFEREE.format(_MASK)}, over tokens.",
        "-1 to 1", MORE,
    ),
    "mask_spearman": Definition(
        "faithfulness", "rho with [MASK]", f"Spearman rho {_REFEREE.format(_MASK)}, over tokens.",
        "-1 to 1", MORE,
    ),
    "mass_accuracy": Definition(
        "localisation", "mass accuracy",
        f"Share of the relevance that lies on the truth. {_CLIPPED} Chance is the truth's share "
        "of the bases.", "0 to 1", MORE,
    ),
    "rank_accuracy": Definition(
        "localisation", "rank accuracy",
        "Where the truth has k bases: share of the k most relevant ones that are of the truth; "
        "ties with their expectation.", "0 to 1", MORE,
    ),
    "auroc": Definition(
        "localisation", "AUROC",
        "Probability that a base of the truth has more relevance than another base; ties half.",
        "0 to 1, chance .5", MORE,
    ),
    "auprc": Definition(
        "localisation", "AUPRC", "Area under precision against recall of the truth's bases.",
        "0 to 1", MORE,
    ),
    "pointing_game": Definition(
        "localisation", "pointing game",
        "Whether the most relevant base is of the truth; of tied ones the share.", "0 to 1", MORE,
    ),
    "enrichment": Definition(
        "localisation", "enrichment", "Mass accuracy over the truth's share of the bases.",
        "0 up, chance 1", MORE,
    ),
    "shift_p": Definition(
        "localisation", "p of circular shifts",
        "Share of circular shifts of the truth within the window whose mass accuracy is at least "
        "as large.", "0 to 1", LESS,
    ),
    "rc_consistency": Definition(
        "sanity", "strands agree",
        "Spearman rho between the map and the one of the reverse complement, turned back.",
        "-1 to 1", MORE,
    ),
    "shift_consistency": Definition(
        "sanity", "shifts agree",
        "Spearman rho between maps of windows that lie a few bases apart, over shared bases. "
        "Untrained models pass it.", "-1 to 1", MORE,
    ),
    "relevance_enrichment": Definition(
        "annotation", "relevance on annotation",
        f"Share of the relevance that lies on the annotation, over what circular shifts within "
        f"regions give. {_CLIPPED}", "0 up, chance 1", MORE,
    ),
    "hit_enrichment": Definition(
        "annotation", "hits on annotation",
        "Share of motif hits that touch the annotation, over what matched background gives.",
        "0 up, chance 1", MORE,
    ),
}  # fmt: skip
"""Metric -> its definition."""

HEADLINES = {
    "similarity": ("pearson",),
    "sparsity": ("gini",),
    "complexity": ("relative_entropy", "entropy"),
    "faithfulness": ("mask_pearson", "ism_pearson", "abc"),
    "localisation": ("mass_accuracy", "rank_accuracy"),
}
"""Axis -> the metrics that stand for it in the comparison, those that are there."""


def definition(metric: str) -> Definition:
    """Return what a metric is; of a bound, and of a metric unknown here, as much as is known."""
    if metric in DEFINITIONS:
        return DEFINITIONS[metric]
    of = DEFINITIONS.get(metric.removesuffix(BOUND))
    if of is None:
        return Definition("other", metric, "", "", NEITHER)
    words = "The best value that a map can have whose numbers are constant over tokens."
    return Definition(of.axis, f"{of.title}, best possible", words, of.span, NEITHER)

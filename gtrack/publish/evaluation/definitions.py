"""What the page says of a metric, also of a bound and of one that is unknown here."""

from __future__ import annotations

from dataclasses import dataclass

from gtrack.core import metrics
from gtrack.core.evaluation_rows import BOUND
from gtrack.core.metrics import METRICS, NEITHER

AXES: dict[str, tuple[str, str]] = {
    **{str(axis): words for axis, words in metrics.AXES.items()},
    "other": ("Other measures", "What this page has no words for."),
}
"""Axis -> its title and its question."""

HEADLINES = {
    "similarity": ("pearson",),
    "sparsity": ("gini",),
    "complexity": ("relative_entropy", "entropy"),
    "faithfulness": ("mask_pearson", "ism_pearson", "abc"),
    "localisation": ("mass_accuracy", "rank_accuracy"),
}
"""Axis -> the metrics that stand for it in the comparison, those that are there."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A metric in words; see :class:`gtrack.core.metrics.Metric`."""

    axis: str
    title: str
    words: str
    span: str
    better: str


def definition(metric: str) -> Definition:
    """Return what a metric is; of a bound, and of a metric unknown here, as much as is known."""
    of = METRICS.get(metric.removesuffix(BOUND))
    if of is None:
        return Definition("other", metric, "", "", NEITHER)
    if metric in METRICS:
        return Definition(of.axis, of.title, of.words, of.span, of.better)
    words = "The best value that a map can have whose numbers are constant over tokens."
    return Definition(of.axis, f"{of.title}, best possible", words, of.span, NEITHER)

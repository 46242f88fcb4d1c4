"""One number of an evaluation with all that it takes to read it: a row of ``metrics.tsv``."""

from __future__ import annotations

import math
from dataclasses import dataclass

GROUPS = ("all", "positive", "negative", "correct")
"""Windows that a number is of: all, those that the model calls so, those that it calls rightly."""

BOUND = "_bound"
"""Ends the name of a metric that is the best value which a map of this kind can have."""

TRACK = "track"
"""Method of what the published track scores, over all regions; the others are of drawn ones."""

_BETWEEN = " ~ "


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric of one explanation over one group of windows.

    Parameters
    ----------
    model, target, method : str
        What was explained, and how. Where two models are compared, `model` is :func:`pair` of
        their names. A control is a method, too ("flat_overlap", "untrained", ...).
    metric : str
        Name in snake_case; with `BOUND` at its end, the best that can be had.
    level : str
        "base", "token" or "window": of what the numbers are.
    group : str
        One of `GROUPS`.
    value, median : float
        Mean and median over windows; NaN where undefined.
    ci_low, ci_high : float
        95 % bootstrap interval of `value` over regions; NaN where there is none.
    n : int
        Windows with a value.
    baseline : float
        What a map that knows nothing gets; NaN where there is no such number.
    reason : str
        Why `value` is NaN, or why fewer windows than asked for have a value; else "".
    over_low, over_high : float
        95 % interval of `value` less `baseline`, window by window, where the baseline was measured:
        it has an error of its own. NaN elsewhere.
    """

    model: str
    target: str
    method: str
    metric: str
    level: str
    group: str
    value: float
    median: float
    ci_low: float
    ci_high: float
    n: int
    baseline: float
    reason: str = ""
    over_low: float = math.nan
    over_high: float = math.nan

    @property
    def defined(self) -> bool:
        """Whether there is a number."""
        return not math.isnan(self.value)


def pair(first: str, second: str) -> str:
    """Return the name in `MetricRow.model` of two models that are compared."""
    return f"{first}{_BETWEEN}{second}"


def parts_of(name: str) -> list[str]:
    """Return the two names that :func:`pair` joined, or the one that is no pair."""
    return name.split(_BETWEEN)

"""How rows of metrics are read: numbers as text, and whether one stands above chance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from gtrack.core.evaluation_rows import MetricRow
from gtrack.core.metrics import LESS, NEITHER
from gtrack.publish.evaluation.definitions import definition

NO_VALUE = "\N{EN DASH}"

_ZERO_IS_NONE = frozenset(
    (
        *("pearson", "spearman", "cosine", "ism_pearson", "ism_spearman", "mask_pearson"),
        *("mask_spearman", "faithfulness_correlation", "abc", "abc_normalised"),
    )
)
"""Metrics by which a map that is worth nothing gets 0, whatever it got on a few windows."""


def number(value: float) -> str:
    """Return a number of three digits or so; `NO_VALUE` for NaN."""
    if math.isnan(value):
        return NO_VALUE
    if 0 < abs(value) < 0.001 or abs(value) >= 1e6:
        words = f"{value:.1e}"
    elif abs(value) < 10:
        words = f"{value:.{3 if abs(value) < 1 else 2}f}"
    else:
        words = f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"
    return words.replace("-", "\N{MINUS SIGN}", 1) if words.startswith("-") else words


def interval(row: MetricRow) -> str:
    """Return ``[low, high]``, or nothing where there is none."""
    if math.isnan(row.ci_low) or math.isnan(row.ci_high):
        return ""
    return f"[{number(row.ci_low)}, {number(row.ci_high)}]"


def span_of(values: Iterable[float]) -> str:
    """Return one number, or the lowest and the highest where they differ as they are read."""
    known = sorted(value for value in values if not math.isnan(value))
    if not known:
        return NO_VALUE
    low, high = number(known[0]), number(known[-1])
    return low if low == high else f"{low} to {high}"


def beats_chance(row: MetricRow) -> bool | None:
    """Return whether the whole interval lies on the better side of chance; None if unknown.

    Chance is measured on the same windows; where it came out below 0, no correlation is none.
    """
    better = definition(row.metric).better
    low, high = row.over_low, row.over_high
    if math.isnan(low) or math.isnan(high):
        low, high = row.ci_low - row.baseline, row.ci_high - row.baseline
    edge = high if better == LESS else low
    if better == NEITHER or math.isnan(edge):
        return None
    if better == LESS:
        return edge < 0
    return edge > 0 and (row.ci_low > 0 or row.metric not in _ZERO_IS_NONE)


def ranked(rows: Sequence[MetricRow]) -> list[MetricRow]:
    """Return the rows that have a value, the best first; equals in their order."""
    known = [row for row in rows if row.defined]
    return sorted(known, key=lambda row: row.value * (1 if _less(row) else -1))


def apart(first: MetricRow, second: MetricRow) -> bool:
    """Return whether two intervals do not touch; rows without one are never apart."""
    edges = (first.ci_low, first.ci_high, second.ci_low, second.ci_high)
    if any(map(math.isnan, edges)):
        return False
    return first.ci_low > second.ci_high or second.ci_low > first.ci_high


def _less(row: MetricRow) -> bool:
    return definition(row.metric).better == LESS

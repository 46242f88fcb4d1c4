"""From values of regions to the rows of ``metrics.tsv``: groups, intervals, baselines, reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gtrack.core.evaluation_rows import BOUND, GROUPS, MetricRow
from gtrack.core.metrics import METRICS
from gtrack.evaluation.flips import RANDOM
from gtrack.evaluation.sheet import BLIND, SHUFFLED, Key, Sheet
from gtrack.evaluation.summaries import Summary, summarise

Calls = Mapping[tuple[str, str], Sequence[bool | None]]
"""By model and target: whether each region is called positive; None where nothing is called."""

_UNDEFINED = {
    "localisation": "no whole site in the window, nothing but truth, or no positive relevance",
    "similarity": "a map is constant there, or has no value",
    "sparsity": "relevance is zero everywhere, or has no value",
    "complexity": "relevance is zero everywhere, or has no value",
    "faithfulness": "a map or what it is held against is constant there",
    "sanity": "a map is constant there, or the window could not be moved",
}


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which regions are in which group, by model and target; None says why there is no group."""

    members: Mapping[str, NDArray[np.bool_]]
    why_not: Mapping[str, str]

    @classmethod
    def of(
        cls, called: Sequence[bool | None], truth: Sequence[bool | None] | None, values: bool
    ) -> Groups:
        """Group regions by how they are called and, where labels are known, by whether rightly.

        Parameters
        ----------
        called, truth : sequence of bool or None
            Whether each region is called positive, and whether it is; None where unknown.
        values : bool
            The model's outputs are values, which call nothing.
        """
        likely = np.array([math.nan if each is None else float(each) for each in called])
        members = {
            "all": np.ones(len(called), np.bool_),
            "positive": likely == 1,
            "negative": likely == 0,
        }
        why_not = {}
        if truth is None:
            why_not["correct"] = "no --labels were given"
            members["correct"] = np.zeros(len(called), np.bool_)
        else:
            known = np.array([math.nan if each is None else float(each) for each in truth])
            members["correct"] = likely == known
            if not members["correct"].any():
                why_not["correct"] = "no labelled region is called rightly"
        for name in ("positive", "negative"):
            if not members[name].any():
                why_not[name] = f"no region is called {name}"
        if values:
            why_not = {name: "values are no calls" for name in GROUPS if name != "all"}
        return cls(members, why_not)

    def both(self, other: Groups) -> Groups:
        """Return the regions that are in a group by two models."""
        members = {name: mask & other.members[name] for name, mask in self.members.items()}
        empty = {
            name: "no region is so by both models" for name, m in members.items() if not m.any()
        }
        return Groups(members, {**empty, **self.why_not, **other.why_not})


def rows_of(
    sheet: Sheet,
    groups: Mapping[tuple[str, str], Groups],
    main: str,
    wanted: Iterable[str],
    *,
    seed: int,
) -> Iterator[MetricRow]:
    """Yield the rows of a sheet, target by target and group by group.

    Parameters
    ----------
    sheet : Sheet
    groups : mapping
        By model and target, as the sheet's keys have them.
    main : str
        The scan's own method; bounds are listed under it.
    wanted : iterable of str
        Metrics that are asked for.
    seed : int
        Of the bootstrap.
    """
    chosen = frozenset(wanted)
    keys = [key for key in sheet.columns if _listed(key, chosen)]
    for subject in dict.fromkeys((key.model, key.target) for key in keys):
        mine = [key for key in keys if (key.model, key.target) == subject]
        columns = [np.frombuffer(sheet.columns[key], np.float64) for key in mine]
        for group in GROUPS:
            inside = groups[subject].members[group]
            loci = None if sheet.loci is None else sheet.loci[inside]
            found = summarise([column[inside] for column in columns], loci=loci, seed=seed)
            controls = [_control(sheet, key) for key in mine]
            over = summarise(
                [
                    (column - control)[inside]
                    for column, control in zip(columns, controls, strict=True)
                    if control is not None
                ],
                loci=loci,
                seed=seed,
            )
            for key, summary, control in zip(mine, found, controls, strict=True):
                reason = _reason(key, summary, groups[subject].why_not.get(group))
                row = _row(key, group, summary, math.nan, reason, main)
                if control is not None:
                    than, baseline = over.pop(0), _mean(control[inside])
                    row = replace(row, baseline=baseline, over_low=than.low, over_high=than.high)
                yield row


def _listed(key: Key, chosen: frozenset[str]) -> bool:
    bound = key.metric.endswith(BOUND)
    return key.metric.removesuffix(BOUND) in chosen and (key.method != BLIND or bound)


def _row(
    key: Key, group: str, found: Summary, baseline: float, reason: str, main: str
) -> MetricRow:
    method = main if key.method == BLIND else key.method
    return MetricRow(
        key.model,
        key.target,
        method,
        key.metric,
        key.level,
        group,
        value=found.mean,
        median=found.median,
        ci_low=found.low,
        ci_high=found.high,
        n=found.n,
        baseline=baseline,
        reason=reason,
    )


def _reason(key: Key, found: Summary, why_not: str | None) -> str:
    if why_not is not None:
        return why_not
    if not found.undefined:
        return ""
    metric = METRICS.get(key.metric.removesuffix(BOUND))
    why = _UNDEFINED[metric.axis] if metric else "undefined"
    return f"undefined in {found.undefined:,} of {found.undefined + found.n:,} regions: {why}"


def _control(sheet: Sheet, key: Key) -> NDArray[np.float64] | None:
    """Return what a map that knows nothing gets in every region; None where there is none."""
    if key.method in (BLIND, RANDOM, SHUFFLED):
        return None
    if METRICS[key.metric.removesuffix(BOUND)].axis in ("sparsity", "complexity"):
        return None
    for control in (BLIND, RANDOM, SHUFFLED):
        column = sheet.columns.get(key._replace(method=control))
        if column is not None:
            return np.frombuffer(column, np.float64)
    return None


def _mean(values: NDArray[np.float64]) -> float:
    """Return the mean of what is defined; NaN where nothing is."""
    defined = values[np.isfinite(values)]
    return float(defined.mean()) if len(defined) else math.nan


def missing_row(
    subject: tuple[str, str], method: str, metric: str, level: str, reason: str
) -> MetricRow:
    """Return the row of a metric that could not be had."""
    nothing = Summary(math.nan, math.nan, math.nan, math.nan, 0, 0)
    return _row(Key(*subject, method, metric, level), "all", nothing, math.nan, reason, method)

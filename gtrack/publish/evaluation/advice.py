"""Which explanation to trust for what: read off the rows by fixed rules, and nothing else.

An explanation is recommended where its whole interval is better than chance. Those whose intervals
touch the best one's are named with it: these windows do not tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gtrack.core.evaluation_rows import MetricRow
from gtrack.publish.evaluation.content import Evaluation
from gtrack.publish.evaluation.definitions import definition
from gtrack.publish.evaluation.reading import apart, beats_chance, interval, number, ranked

QUESTIONS = (
    ("Where is the evidence?", ("mass_accuracy", "rank_accuracy", "auroc")),
    ("What does the model use?", ("mask_pearson", "ism_pearson", "abc")),
    ("Do two models see the same?", ("pearson", "spearman", "cosine")),
)
"""A question and the metrics that answer it, the first that has a value."""

_GROUPS = ("positive", "all", "correct", "negative")
_LEVELS = ("token", "base", "window")


@dataclass(frozen=True, slots=True)
class Advice:
    """An answer for one model, or for a pair.

    Parameters
    ----------
    question, model : str
    trust : tuple of str
        Methods, the best first; empty where none can be recommended.
    because : str
        The numbers.
    """

    question: str
    model: str
    trust: tuple[str, ...]
    because: str


def advice(evaluation: Evaluation) -> Iterator[Advice]:
    """Yield an answer per question and model, in the order of the rows."""
    for question, metrics in QUESTIONS:
        of = [row for row in evaluation.rows if row.metric in metrics]
        if not of:
            because = "Not measured: no truth was given." if question == QUESTIONS[0][0] else ""
            yield Advice(question, "", (), because or "Not measured.")
        for model, target in dict.fromkeys((row.model, row.target) for row in of):
            own = [row for row in of if (row.model, row.target) == (model, target)]
            said = f"{model}, {target}" if _several_targets(evaluation, model) else model
            yield _answer(question, said, metrics, own, evaluation.controls)


def _several_targets(evaluation: Evaluation, model: str) -> bool:
    return len({row.target for row in evaluation.rows if row.model == model}) > 1


def _answer(
    question: str,
    model: str,
    metrics: Sequence[str],
    rows: Sequence[MetricRow],
    controls: Sequence[str],
) -> Advice:
    for metric in metrics:
        for group in _GROUPS:
            for level in _LEVELS:
                best = ranked(
                    [
                        row
                        for row in rows
                        if (row.metric, row.group, row.level) == (metric, group, level)
                        and row.method not in controls
                    ]
                )
                if best:
                    return _verdict(question, model, best)
    reasons = dict.fromkeys(row.reason for row in rows if row.reason)
    return Advice(question, model, (), f"No value: {'; '.join(reasons) or 'no reason given'}.")


def _verdict(question: str, model: str, best: Sequence[MetricRow]) -> Advice:
    first = best[0]
    level = "" if first.level == "window" else f", {first.level} level"
    windows = "all" if first.group == "all" else f"{first.group} windows"
    value = f"{definition(first.metric).title} {number(first.value)} {interval(first)}".rstrip()
    said = f"{value}{level}, {windows}, n = {first.n:,}; chance {number(first.baseline)}."
    beats = beats_chance(first)
    if beats is None:
        return Advice(question, model, (), f"Not told: {said} There is nothing to hold it against.")
    if not beats:
        return Advice(question, model, (), f"None beats chance; the best, {first.method}: {said}")
    alike = [row for row in best[1:] if not apart(first, row) and beats_chance(row)]
    worse = [row for row in best[1:] if apart(first, row)]
    below = [row for row in best[1:] if beats_chance(row) is False]
    if worse:
        named = ", ".join(f"{row.method} {number(row.value)}" for row in worse)
        said += f" Clearly behind: {named}."
    if below:
        said += f" Not above chance: {', '.join(row.method for row in below)}."
    return Advice(question, model, (first.method, *(row.method for row in alike)), said)

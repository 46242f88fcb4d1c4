"""Which explanation to trust for what: read off the rows by fixed rules, and nothing else.

An explanation is recommended where its whole interval is better than chance. Those whose intervals
touch the best one's are named with it: these windows do not tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from gtrack.core.evaluation_rows import TRACK, MetricRow, parts_of
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
_FEW = 10  # windows: fewer than these carry no advice without a word of warning
_LEVELS = ("token", "base", "window")


@dataclass(frozen=True, slots=True)
class Advice:
    """An answer for one model, or for a pair.

    Parameters
    ----------
    question, model : str
    answer : str
        The methods that can be recommended, the best first, or that there is none.
    because : str
        The numbers.
    passport : str
        The verdict of the passport, where there is one and it is not "supported"; else "".
    """

    question: str
    model: str
    answer: str
    because: str
    passport: str = ""


def advice(evaluation: Evaluation) -> Iterator[Advice]:
    """Yield an answer per question and model, in the order of the rows."""
    for question, metrics in QUESTIONS:
        pairs = metrics == QUESTIONS[2][1]
        of = [
            row
            for row in evaluation.rows
            if row.metric in metrics and (len(parts_of(row.model)) > 1) == pairs
        ]
        if not of:
            no_truth = metrics == QUESTIONS[0][1] and not evaluation.truth
            because = "Not measured: no truth was given." if no_truth else "Not measured."
            yield Advice(question, "", "not known", because)
        for model, target in dict.fromkeys((row.model, row.target) for row in of):
            own = [row for row in of if (row.model, row.target) == (model, target)]
            best = _best(metrics, own, evaluation.controls)
            methods, because = _verdict(best) if best else ((), _why_not(own))
            said = subject(evaluation, model, target)
            answer = _in_words(question, methods, best)
            verdict = evaluation.verdicts.get((model, target), "supported")
            doubt = "" if verdict == "supported" else verdict
            yield Advice(question, said, answer, because, doubt)


def subject(evaluation: Evaluation, model: str, target: str) -> str:
    """Return how a model is called: with its target where it has several."""
    several = len({row.target for row in evaluation.rows if row.model == model}) > 1
    return f"{model}, {target}" if several else model


def _best(
    metrics: Sequence[str], rows: Sequence[MetricRow], controls: Sequence[str]
) -> list[MetricRow]:
    """Return explanations, the best first, by the first metric, group and level with a value."""
    for metric, group, level in product(metrics, _GROUPS, _LEVELS):
        best = ranked(
            [
                row
                for row in rows
                if (row.metric, row.group, row.level) == (metric, group, level)
                and row.method not in controls
            ]
        )
        drawn = [row for row in best if row.method != TRACK]  # the same regions for all
        if best:
            return drawn or best
    return []


def _why_not(rows: Sequence[MetricRow]) -> str:
    reasons = dict.fromkeys(row.reason for row in rows if row.reason)
    return f"No value: {'; '.join(reasons) or 'no reason was given'}."


def _in_words(question: str, methods: Sequence[str], best: Sequence[MetricRow]) -> str:
    if not best or beats_chance(best[0]) is None:
        return "not known"
    few = f" (on {best[0].n} windows only)" if methods and best[0].n < _FEW else ""
    if question == QUESTIONS[2][0]:
        return f"beyond chance, by {', '.join(methods)}{few}" if methods else "not beyond chance"
    return (", ".join(methods) or "none") + few


def _verdict(best: Sequence[MetricRow]) -> tuple[tuple[str, ...], str]:
    """Return the methods to recommend, and the numbers."""
    first = best[0]
    over = "" if first.level == "window" else f" over {first.level}s"
    group = "" if first.group == "all" else f"{first.group} "
    value = f"{definition(first.metric).title}{over} {number(first.value)} {interval(first)}"
    said = f"{value.rstrip()} on {first.n:,} {group}windows; chance {number(first.baseline)}."
    if any(row.n != first.n for row in best):
        most = max(row.n for row in best)
        said += f" Not all have the same windows: up to {most:,}."
    beats = beats_chance(first)
    if beats is None:
        return (), f"{said} There is no interval, or no chance, to hold it against."
    if not beats:
        return (), f"None is better than chance; the best, {first.method}: {said}"
    alike = [row.method for row in best[1:] if not apart(first, row) and beats_chance(row)]
    behind = [f"{row.method} {number(row.value)}" for row in best[1:] if apart(first, row)]
    below = [row.method for row in best[1:] if beats_chance(row) is False]
    if behind:
        said += f" Clearly behind: {', '.join(behind)}."
    if below:
        said += f" Not above chance: {', '.join(below)}."
    return (first.method, *alike), said

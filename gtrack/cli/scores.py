"""The table of what a trained model does on its test sets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gtrack.cli.terminal import printable_console
from gtrack.core.printable import shown, some

_CLASSES = {"auroc": "AUROC", "auprc": "AUPRC", "mcc": "MCC", "accuracy": "accuracy"}
_LABELS = {"auroc": "AUROC", "auprc": "AUPRC"}
_VALUES = {"pearson": "Pearson", "spearman": "Spearman", "r2": "R2"}

_PARTS = {"test": "test set", "test_csv": "test CSV"}

_NAMED = 3
"""Scores that a warning names."""

_Lines = Iterator[tuple[str, dict[str, Any]]]


def print_scores(record: dict[str, Any]) -> None:
    """Print the scores of a ``training.json`` on stderr, each with its interval."""
    strands = ", mean of both strands" if record["data"]["strands"] == "both" else ""
    parts = {
        f"{_PARTS[part]}, {counted(scores, 'windows')}{strands}": scores
        for part, scores in record["metrics"].items()
    }
    print_metrics(parts, record["data"].get("outputs", "classes"))


def unproven(record: dict[str, Any]) -> Iterator[str]:
    """Say of which test sets in a ``training.json`` the interval of a score holds guessing."""
    outputs = record["data"].get("outputs", "classes")
    score_word, guessing = ("Pearson", 0.0) if outputs == "values" else ("AUROC", 0.5)
    for part, scores in record["metrics"].items():
        found = [
            f"{name} {score['low']:.2f} to {score['high']:.2f}"
            for name, score in _rows_of(scores, outputs)
            if name.startswith(score_word)
            if score.get("low") is not None and score["low"] <= guessing
        ]
        if found:
            yield (
                f"warning: {_PARTS[part]}: perhaps no better than guessing ({guessing:g}): "
                f"{some(found, _NAMED)}. Maps of such a model mean little; more "
                "windows, more --steps or another --lr may help"
            )


def print_metrics(parts: dict[str, Any], outputs: str) -> None:
    """Print scores of a model on stderr, each with its interval, under the words for each part."""
    from rich.markup import escape
    from rich.table import Table

    table = Table("", "value", "95 % interval", box=None)
    for part, scores in parts.items():
        table.add_row(escape(shown(part)))
        for name, score in _rows_of(scores, outputs):
            table.add_row(escape(shown(f"  {name}")), *_shown(score))
    console = printable_console()
    console.print(table)


def counted(scores: dict[str, Any], what: str) -> str:
    """Say of how many windows or rows; intervals rest on those that share no origin."""
    rows, independent = scores["rows"], scores.get("independent", scores["rows"])
    return f"{rows:,} {what}" + (f" of {independent:,} origins" if independent < rows else "")


def _rows_of(scores: dict[str, Any], outputs: str) -> _Lines:
    return {"labels": _labels, "values": _values}.get(outputs, _classes)(scores)


def _classes(scores: dict[str, Any]) -> _Lines:
    for key, word in _CLASSES.items():
        if key in scores:  # but accuracy they need rows of every class
            yield word, scores[key]
    if len(scores.get("labels", ())) > 2:
        for name, score in scores["labels"].items():
            yield f"AUROC of {name}", {"value": score["auroc"]}


def _labels(scores: dict[str, Any]) -> _Lines:
    labels = scores["labels"]
    for key, word in _LABELS.items():
        if len(labels) > 1:
            yield f"{word}, mean of {len(labels)} labels", scores[key]
        for name, score in labels.items():
            yield f"{word} of {name}", score[key]


def _values(scores: dict[str, Any]) -> _Lines:
    for name, score in scores["values"].items():
        for key, word in _VALUES.items():
            yield f"{word} of {name}", score[key]


def _shown(score: dict[str, Any]) -> tuple[str, str]:
    """Return value and interval as text; a dash for what is not defined."""
    value, *ends = (
        "-" if score[key] is None else f"{score[key]:.4f}"
        for key in ("value", "low", "high")
        if key in score
    )
    return value, " - ".join(ends)

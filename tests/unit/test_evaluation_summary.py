"""What ``gtrack evaluate`` prints at its end tells the targets of a model apart."""

from pathlib import Path

import pytest

from gtrack.cli.evaluation_summary import print_evaluation
from gtrack.core.evaluation_rows import MetricRow, pair
from gtrack.workflows.evaluate import EvaluateSummary


def row(model: str, target: str, value: float, metric: str = "gini") -> MetricRow:
    """Return a number of one explanation."""
    numbers = (value, value, value, value, 9, 0.0)
    return MetricRow(model, target, "attnlrp", metric, "base", "all", *numbers)


def printed(capsys: pytest.CaptureFixture[str], *rows: MetricRow) -> list[list[str]]:
    """Return the words of each line of the table, its head first."""
    print_evaluation(EvaluateSummary(Path("eval"), 9, 9, rows))
    lines = capsys.readouterr().err.splitlines()
    return [line.split() for line in lines[: lines.index("eval/metrics.tsv") - 1]]


def test_every_line_says_of_which_target_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    both = pair("a", "b")
    table = printed(
        capsys,
        *(row("a", target, value) for target, value in (("E", 0.1), ("GC", 0.2))),
        row("b", "GC", 0.3),
        *(row(both, target, 0.4, "pearson") for target in ("E ~ GC", "GC")),
    )
    assert table == [
        ["model", "target", "explanation", "alike", "Gini"],
        ["a", "E", "attnlrp", "-", "0.10"],
        ["a", "GC", "attnlrp", "-", "0.20"],
        ["b", "GC", "attnlrp", "-", "0.30"],
        ["a", "~", "b", "E", "~", "GC", "attnlrp", "0.40", "-"],
        ["a", "~", "b", "GC", "attnlrp", "0.40", "-"],
    ]


def test_one_target_needs_no_column(capsys: pytest.CaptureFixture[str]) -> None:
    table = printed(capsys, row("a", "1", 0.1), row("b", "GC", 0.2))
    assert table[0] == ["model", "explanation", "Gini"]
    assert table[1] == ["a", "attnlrp", "0.10"]

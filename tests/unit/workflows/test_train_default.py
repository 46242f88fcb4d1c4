"""What a training does that says nothing of its length: few windows are enough for a new CNN."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gtrack.cli import main
from gtrack.cli.scores import unproven

EXAMPLE = Path(__file__).parents[3] / "example_data"


def trained(out: Path, *more: str) -> Result:
    """Train as docs/how-to/train.md says first: 110 windows to learn from, 68 to be tried on."""
    words = ["train", "cnn", "--positives", f"{EXAMPLE}/truth.bed", "--negatives", "gc-matched"]
    words += ["--fasta", f"{EXAMPLE}/genome.fa", "--window", "200", "--holdout", "chr2"]
    ran = CliRunner().invoke(main, [*words, *more, "--out", str(out)])
    assert ran.exit_code == 0, ran.stderr
    return ran


def test_a_new_network_learns_from_few_windows(tmp_path: Path) -> None:
    ran = trained(tmp_path / "m")
    record = json.loads((tmp_path / "m" / "training.json").read_text())
    assert record["settings"]["steps"] == 1000
    assert "steps: 1,000 of 64 windows each, which is 581.8 times the training set" in ran.stderr
    assert record["metrics"]["test"]["auroc"]["value"] > 0.8  # .60 after five passes
    assert "guessing" not in ran.stderr


def test_a_model_that_may_guess_is_called_that(tmp_path: Path) -> None:
    ran = trained(tmp_path / "m", "--epochs", "5")
    assert json.loads((tmp_path / "m" / "training.json").read_text())["settings"]["steps"] == 9
    assert "warning: test set: perhaps no better than guessing (0.5): AUROC 0." in ran.stderr


def score(low: float | None) -> dict[str, float | None]:
    return {"value": 0.9, "low": low, "high": 0.95}


@pytest.mark.parametrize(
    ("outputs", "scores", "said"),
    [
        ("classes", {"auroc": score(0.51), "mcc": score(-0.2)}, None),
        ("classes", {"auroc": score(None), "accuracy": score(0.2)}, None),
        ("classes", {"accuracy": score(0.2)}, None),
        ("classes", {"auroc": score(0.5)}, "AUROC 0.50 to 0.95"),
        ("values", {"values": {"a": {"pearson": score(0.1), "r2": score(-3)}}}, None),
        ("values", {"values": {"a": {"pearson": score(-0.1)}}}, "Pearson of a -0.10 to 0.95"),
        (
            "labels",
            {"auroc": score(0.7), "labels": {f"l{k}": {"auroc": score(0.4)} for k in range(5)}},
            "AUROC of l0 0.40 to 0.95, AUROC of l1 0.40 to 0.95, AUROC of l2 0.40 to 0.95 and 2 mo",
        ),
    ],
)
def test_guessing_within_the_interval_is_said(outputs, scores, said) -> None:
    for each in scores.get("labels", {}).values():
        each["auprc"] = score(0.1)
    for each in scores.get("values", {}).values():
        each |= {key: score(0.0) for key in ("spearman", "r2")}
    if outputs == "labels":
        scores = scores | {"auprc": score(0.1)}
    lines = list(unproven({"data": {"outputs": outputs}, "metrics": {"test_csv": scores}}))
    assert len(lines) == (said is not None)
    assert said is None or said in lines[0]

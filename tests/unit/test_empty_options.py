"""An empty value, as of a variable that is not set, is no file: else it were the current folder."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from gtrack.cli import main


@pytest.mark.parametrize(
    "words",
    [
        ["scan", "--bed", ""],
        ["scan", "--fasta", ""],
        ["plan", "--out", ""],
        ["scan", "--motifs", ""],
        ["hits", "out", "--motifs", ""],
        ["view", ""],
    ],
)
def test_an_empty_value_is_named(words: list[str]) -> None:
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 2
    assert "it is empty (a variable that is not set?)" in ran.output

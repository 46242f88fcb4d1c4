"""Finished scans to evaluate, what is known of their regions, and evaluations of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT, Inputs
from tests.evaluate.tables import Evaluation

SITES = """\
chr2\t20\t34\tedge
chr2\t3500\t3512\tcodes
chr2\t6340\t6352\tlong
chr2\t6690\t6702\toverlaps
chr2\t9000\t9010\telsewhere
chr10\t990\t1004\tmiddle
"""
QUICK = ("--sample", "4", "--methods", "attnlrp,gradient", "--draws", "1")


@pytest.fixture(scope="session")
def read_evaluation() -> Callable[[Path], Evaluation]:
    """Return the reader of an evaluation's folder."""
    return Evaluation


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    """Return sites in some of the regions of the small scan, one of them in none."""
    path = tmp_path / "sites.bed"
    path.write_text(SITES)
    return path


@pytest.fixture
def small(scanned: tuple[Inputs, Path, object], tmp_path: Path) -> Path:
    """Return a scan of the tiny models that a test may write into."""
    return Path(shutil.copytree(scanned[1], tmp_path / "scan"))


@pytest.fixture(scope="session")
def quick() -> tuple[str, ...]:
    """Return options of an evaluation that takes seconds."""
    return QUICK


@pytest.fixture(scope="session")
def first(
    scanned: tuple[Inputs, Path, object], tmp_path_factory: pytest.TempPathFactory
) -> Evaluation:
    """Evaluate the small scan; tests only read it."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "sites.bed").write_text(SITES)
    return evaluated(scanned[1], folder / "eval", *QUICK, "--truth", folder / "sites.bed")


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Evaluation]:
    """Scan and evaluate some regions of the example with its models; tests only read it."""
    data = ROOT / "example_data"
    folder = tmp_path_factory.mktemp("example")
    lines = (data / "regions.bed").read_text().splitlines(keepends=True)
    (folder / "some.bed").write_text("".join(lines[:12]))
    called(
        *("scan", "--bed", folder / "some.bed", "--fasta", data / "genome.fa"),
        *("--model", f"cnn={data / 'models/cnn'}", "--model", f"bert={data / 'models/dnabert2'}"),
        *("--out", folder / "scan"),
    )
    options = ("--truth", data / "truth.bed", "--methods", "gradient", "--draws", 1)
    return folder / "scan", evaluated(folder / "scan", folder / "eval", *options)


def evaluated(scan: Path, out: Path, *options: object) -> Evaluation:
    """Evaluate a scan."""
    called("evaluate", scan, "--out", out, *options)
    return Evaluation(out)


def called(*arguments: object) -> None:
    """Call the command line, outside of a test."""
    from click.testing import CliRunner

    from gtrack.cli import main

    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output

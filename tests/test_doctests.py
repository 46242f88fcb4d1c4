"""The examples in docstrings say what the code does."""

from __future__ import annotations

import doctest
import shutil
from importlib import import_module
from pathlib import Path

import pytest

import gtrack

PACKAGE = Path(gtrack.__file__).parent
DATA = Path(__file__).resolve().parents[1] / "example_data"
MODULES = sorted(
    ".".join(("gtrack", *path.relative_to(PACKAGE).with_suffix("").parts))
    for path in PACKAGE.rglob("*.py")
    if ">>> " in path.read_text()
)


def test_some_modules_have_examples() -> None:
    assert len(MODULES) >= 16


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """In a folder with the example data and what ``make demo`` makes of it, as a clone may be."""
    (tmp_path / "example_data").mkdir()
    shutil.copy(DATA / "genome.fa", tmp_path / "example_data")
    if name.startswith("gtrack.api."):
        shutil.copytree(DATA, tmp_path / "example_data", dirs_exist_ok=True)
        shutil.copytree(request.getfixturevalue("demo")[0], tmp_path / "out" / "demo")
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(import_module(name.removesuffix(".__init__")))
    assert result.attempted > 0
    assert result.failed == 0

"""The examples in docstrings say what the code does; those of the documents: test_docs_run.py."""

from __future__ import annotations

import doctest
import re
import shutil
from importlib import import_module
from pathlib import Path

import pytest

import gtrack

PACKAGE = Path(gtrack.__file__).parent
EXAMPLE_DATA = Path(__file__).resolve().parents[1] / "example_data"
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
    shutil.copytree(EXAMPLE_DATA, tmp_path / "example_data")
    if name.startswith("gtrack.api."):
        shutil.copytree(request.getfixturevalue("demo")[0], tmp_path / "out" / "demo")
    monkeypatch.chdir(tmp_path)
    module = import_module(name.removesuffix(".__init__"))
    result = doctest.testmod(module)
    written = re.findall(r"^ *>>> ", Path(str(module.__file__)).read_text(), re.MULTILINE)
    assert result.attempted == len(written) > 0
    assert result.failed == 0

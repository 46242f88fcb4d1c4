"""One who gives the folder around a scan, or a file in it, is told which folder was meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from gtrack.cli import main
from gtrack.core.errors import InputError
from gtrack.workflows.folder.finished import as_listed


@pytest.fixture
def around(tmp_path: Path) -> Path:
    for name in ("second", "first"):
        (tmp_path / "out" / name).mkdir(parents=True)
        (tmp_path / "out" / name / "manifest.json").touch()
    return tmp_path / "out"


def status(folder: Path) -> None:
    ran = CliRunner().invoke(main, ["status", str(folder)])
    assert ran.exit_code == 2, ran.output
    raise InputError(ran.output)


@pytest.mark.parametrize("look", [as_listed, status])
def test_which_folder_was_meant(around: Path, look: Callable[[Path], object]) -> None:
    with pytest.raises(InputError, match=rf"{around}: no .*; did you mean {around}/first\?"):
        look(around)
    file = around / "second" / "manifest.json"
    with pytest.raises(InputError, match=rf"{file}: a file, no folder; did you mean {around}/sec"):
        look(file)


@pytest.mark.parametrize("look", [as_listed, status])
def test_where_no_scan_is_near_none_is_named(
    tmp_path: Path, look: Callable[[Path], object]
) -> None:
    (tmp_path / "notes.txt").touch()
    for folder in (tmp_path / "notes.txt", tmp_path / "none"):
        with pytest.raises(InputError, match=r"no (such )?folder; give the --out of a gtrack scan"):
            look(folder)
    (tmp_path / "notes.txt").unlink()
    with pytest.raises(InputError, match="planned") as caught:
        look(tmp_path)
    assert "did you mean" not in str(caught.value)

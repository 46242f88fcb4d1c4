"""The notebook runs, cell by cell, as in a clone after ``make demo``; no Jupyter is needed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = json.loads((ROOT / "docs" / "notebook.ipynb").read_text())
CODE = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def test_the_cells_run(
    demo: tuple[Path, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    (tmp_path / "example_data").symlink_to(ROOT / "example_data")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "demo").symlink_to(demo[0])
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path / "docs")  # where Jupyter starts
    names: dict[str, object] = {}
    with mpl.rc_context({"backend": "Agg"}):
        try:
            for number, code in enumerate(CODE, 1):
                exec(compile(code, f"cell {number}", "exec"), names)
            pictures = {name: names[name] for name in ("sequences_figure", "figure")}
            for name, picture in pictures.items():
                folder = Path(os.environ.get("GTRACK_PICTURES", str(tmp_path)))
                picture.savefig(folder / f"{name}.png", dpi=80)  # type: ignore[attr-defined]
                drawn = [len(axes.patches) for axes in picture.axes]  # type: ignore[attr-defined]
                assert min(drawn) > 20, "letters, or bars"
        finally:
            plt.close("all")
    scores = names["found"].scores  # type: ignore[attr-defined]
    assert scores[0] > 5 > scores[1]
    np.testing.assert_allclose(scores[0], scores[2], rtol=1e-5)
    assert "{'cnn': ('1',), 'dnabert2': ('1',)}" in capsys.readouterr().out


def test_nothing_that_was_computed_is_committed() -> None:
    assert (NOTEBOOK["nbformat"], 10 <= len(NOTEBOOK["cells"])) == (4, True)
    for cell in NOTEBOOK["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
    ids = [cell["id"] for cell in NOTEBOOK["cells"]]
    assert len(set(ids)) == len(ids)

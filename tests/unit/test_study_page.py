"""docs/study.md and its figures are what the study makes of the numbers that are kept."""

from __future__ import annotations

from pathlib import Path

from benchmarks.study.report import write

ROOT = Path(__file__).parents[2]


def test_the_page_is_that_of_its_cache(tmp_path: Path) -> None:
    write(ROOT / "benchmarks/study/results", tmp_path / "study.md", tmp_path / "images")
    assert (tmp_path / "study.md").read_bytes() == (ROOT / "docs/study.md").read_bytes()
    made = {path.name: path.read_bytes() for path in (tmp_path / "images").iterdir()}
    kept = {path.name: path.read_bytes() for path in (ROOT / "docs/images").glob("study_*")}
    assert made == kept

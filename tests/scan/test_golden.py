"""A tiny scan against the tables that are kept in tests/golden, at one and at two workers.

Text and coordinates are exact; scores hold to 1e-4 across types of CPU. After a change that is
meant to change values: ``GTRACK_WRITE_GOLDEN=1 pytest tests/scan/test_golden.py``, and say why in
the commit.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "scan"
NUMBERS = (
    "score probability relevance_sum unplaced absorbed score_forward score_reverse "
    "probability_forward probability_reverse"
).split()


@pytest.fixture(scope="module", params=[1, 2])
def out(request, program, make_inputs, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("golden")
    inputs = make_inputs(folder)
    out = folder / "out"
    program("scan", *inputs.options(), "--out", out, "--workers", request.param)
    (out / "values.tsv").write_text(values(out))
    if os.environ.get("GTRACK_WRITE_GOLDEN"):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        for name in ("windows.tsv", "regions.tsv", "regions.bed", "values.tsv"):
            shutil.copyfile(out / name, GOLDEN / name)
    return out


def values(out: Path) -> str:
    """Return every 10th base that has a value, with its values, as a table."""
    names = ("cnn", "dnabert2")
    tracks = [pyBigWig.open(str(out / f"tracks/{name}.relevance.bw")) for name in names]
    lines = ["\t".join(("chrom", "start", *names))]
    for chrom, size in tracks[0].chroms().items():
        columns = [track.values(chrom, 0, size, numpy=True) for track in tracks]
        for at in np.flatnonzero(np.isfinite(columns[0]))[::10].tolist():
            lines.append("\t".join((chrom, str(at), *(f"{column[at]:.6g}" for column in columns))))
    return "\n".join(lines) + "\n"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.parametrize("name", ["windows.tsv", "regions.tsv", "values.tsv"])
def test_tables(out: Path, name: str) -> None:
    found, golden = rows(out / name), rows(GOLDEN / name)
    assert len(found) == len(golden) > 20
    largest = {
        column: max((abs(float(r[column])) for r in golden), default=0.0)
        for column in golden[0]
        if column in (*NUMBERS, "cnn", "dnabert2")
    }
    assert largest
    for one, other in zip(found, golden, strict=True):
        assert one.keys() == other.keys()
        for column, text in other.items():
            if column in largest:
                tolerance = 1e-4 * largest[column]
                assert float(one[column]) == pytest.approx(float(text), abs=tolerance), (
                    one,
                    column,
                )
            else:
                assert one[column] == text, (one, column)


def test_regions(out: Path) -> None:
    assert (out / "regions.bed").read_bytes() == (GOLDEN / "regions.bed").read_bytes()


def test_manifest(out: Path) -> None:
    manifest = json.loads((out / "manifest.json").read_text())
    golden = {
        "genome": {"id": "custom", "chromosomes": 4, "bases": 15_070, "fasta": "genome/genome.fa"},
        "windows": [31, 25],
        "bases": [1_546, 1_546],
    }
    assert golden["genome"].items() <= manifest["genome"].items()
    assert [model["windows"] for model in manifest["models"]] == golden["windows"]
    assert [track["bases"] for track in manifest["tracks"]] == golden["bases"]

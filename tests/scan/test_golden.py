"""A tiny scan against the tables that are kept in tests/golden, at one and at two workers.

Text and coordinates are exact; scores hold to 1e-4 across types of CPU. After a change that is
meant to change values: ``GTRACK_WRITE_GOLDEN=1 pytest tests/scan/test_golden.py``, and say why in
the commit.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from tests.agreement import SCORES, assert_tables_agree, table

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "scan"


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


@pytest.mark.parametrize("name", ["windows.tsv", "regions.tsv", "values.tsv"])
def test_tables(out: Path, name: str) -> None:
    golden = table(GOLDEN / name)
    assert len(golden) > 20
    assert_tables_agree(table(out / name), golden, (*SCORES, "cnn", "dnabert2"))


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

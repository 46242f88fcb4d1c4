"""Hits of a tiny scan against the BED kept in tests/golden, at one and at two workers.

Places, strands and motifs are exact, and so are the bytes of both; numbers hold to 1 % across
types of CPU (a p-value is an exponential of relevance). After a change that is meant to change
values: ``GTRACK_WRITE_GOLDEN=1 pytest tests/hits/test_golden_hits.py``, and say why in the commit.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "hits"
NUMBERS = ("relSum", "relZ", "seqP", "relP", "qValue")
NAMES = [f"{model}.{kind}.bed" for model in ("cnn", "dnabert2") for kind in ("hits", "candidates")]
LOOSE = ["--q", "0.7", "--gate", "0.1", "--p-sequence", "0.01"]


@pytest.fixture(scope="module")
def outs(program, make_inputs, write_meme, hit_regions, tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("golden")
    inputs = make_inputs(folder, hit_regions)
    motifs = folder / "m.meme"
    motifs.write_text(write_meme())
    outs = []
    for workers in (1, 2):
        outs.append(folder / str(workers))
        scan = ["scan", *inputs.options(), "--out", outs[-1], "--null-bases", 30_000]
        program(*scan, "--workers", workers)
        program("hits", outs[-1], "--motifs", motifs, *LOOSE, "--all")
    if os.environ.get("GTRACK_WRITE_GOLDEN"):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            shutil.copyfile(outs[0] / "hits" / name, GOLDEN / name)
    return outs


def records(path: Path) -> list[dict[str, str]]:
    header, *rows = (
        line.lstrip("#").split("\t")
        for line in path.read_text().splitlines()
        if not line.startswith("# ")
    )
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize("name", NAMES)
def test_workers_give_the_same_bytes(outs: list[Path], name: str) -> None:
    one, two = (out / "hits" / name for out in outs)
    assert one.read_bytes() == two.read_bytes()
    bigbeds = [out / "hits" / f"{name.split('.')[0]}.hits.bb" for out in outs]
    assert bigbeds[0].read_bytes() == bigbeds[1].read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_golden_bed(outs: list[Path], name: str) -> None:
    found, golden = records(outs[0] / "hits" / name), records(GOLDEN / name)
    assert len(found) == len(golden) > 3
    largest = max(abs(float(row["relSum"])) for row in golden)
    for one, other in zip(found, golden, strict=True):
        for column, text in other.items():
            if column in NUMBERS:
                absolute = 1e-3 * largest if column == "relSum" else 1e-3
                assert float(one[column]) == pytest.approx(float(text), rel=0.01, abs=absolute)
            elif column == "score":
                assert abs(int(one[column]) - int(text)) <= 1
            else:
                assert one[column] == text, (one, column)

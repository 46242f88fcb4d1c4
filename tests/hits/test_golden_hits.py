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

from tests.agreement import assert_hits_agree, hit_rows

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "hits"
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


@pytest.mark.parametrize("name", NAMES)
def test_workers_give_the_same_bytes(outs: list[Path], name: str) -> None:
    one, two = (out / "hits" / name for out in outs)
    assert one.read_bytes() == two.read_bytes()
    bigbeds = [out / "hits" / f"{name.split('.')[0]}.hits.bb" for out in outs]
    assert bigbeds[0].read_bytes() == bigbeds[1].read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_golden_bed(outs: list[Path], name: str) -> None:
    golden = hit_rows(GOLDEN / name)
    assert len(golden) > 3
    assert_hits_agree(hit_rows(outs[0] / "hits" / name), golden)

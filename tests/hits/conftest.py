"""A finished scan with a null, and motifs to look for in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

REGIONS = """\
chr2\t0\t50\tat the edge\t0\t+
chr2\t2900\t3100\tinto N\t0\t.
chr2\t3450\t3550\tcodes\t0\t-
chr2\t4000\t6700\tlong\t0\t+
chr2\t6500\t6900\t.\t0\t+
chr2\t11950\t12000\tat the end\t0\t-
chr10\t100\t1990\t.\t0\t.
tiny\t0\t70\twhole\t0\t-
chr1\t500\t612\tlast\t0\t+
"""

WORDS = {"M1.1": ("ONE", "GATAAG"), "M2.1": ("TWO", "TGACTCA"), "M3.2": ("ONE", "CACGTG")}
"""Id, name (one of them twice) and consensus; the last reads the same on both strands."""


def meme(motifs: dict[str, tuple[str, str]] = WORDS, sure: float = 0.85) -> str:
    """Return motifs as MEME text."""
    text = "MEME version 4\n\nALPHABET= ACGT\n\nstrands: + -\n"
    for key, (name, word) in motifs.items():
        text += f"\nMOTIF {key} {name}\nletter-probability matrix: alength= 4 w= {len(word)} "
        text += "nsites= 100 E= 0\n"
        for base in word:
            text += " ".join(f"{sure if b == base else (1 - sure) / 3:.6f}" for b in "ACGT") + "\n"
    return text


@pytest.fixture(scope="session")
def write_meme() -> Callable[..., str]:
    """Return the function that writes motifs as text."""
    return meme


@pytest.fixture(scope="session")
def called_scan(tmp_path_factory, make_inputs):
    """Scan with both models and a null; tests copy it."""
    from click.testing import CliRunner

    from gtrack.cli import main

    folder = tmp_path_factory.mktemp("called")
    inputs = make_inputs(folder, REGIONS)
    arguments = ["scan", *inputs.options(), "--out", str(folder / "out"), "--null-bases", "30000"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return inputs, folder / "out"


@pytest.fixture
def finished(called_scan, tmp_path: Path):
    """Return the inputs, a scan that a test may change, and a motif file."""
    inputs, out = called_scan
    copy = Path(shutil.copytree(out, tmp_path / "out"))
    motifs = tmp_path / "m.meme"
    motifs.write_text(meme())
    return inputs, copy, motifs


@pytest.fixture(scope="session")
def hit_regions() -> str:
    """Return the regions of the scan that hits are called in."""
    return REGIONS

"""In-silico mutagenesis as a method of a scan: its price first, then what a plain loop finds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import gtrack
from gtrack.core.scan.cost import Cost
from gtrack.core.substitutions import substitutes
from gtrack.models.folder import open_model
from tests.tracks import read_values

REGIONS = "chr2\t2960\t3030\tinto N\t0\t+\nchr2\t6520\t6600\tplain\t0\t+\n"
CONTRAST = np.array([-1.0, 1.0])


@pytest.fixture
def few(inputs):
    inputs.bed.write_text(REGIONS)
    return inputs


def loop(model, text, draws):
    """Return what the score loses at every base, altered sequence after altered sequence."""

    def score(one):
        rows = model.encode([one])
        batch = model.collate(rows, 1, int(rows.lengths[0]))
        with torch.no_grad():
            return float(model.forward(model.embed(batch), batch)[0].double().numpy() @ CONTRAST)

    found, whole = np.full(len(text), np.nan), score(text)
    for at, codes in enumerate(substitutes(text, draws)):
        if text[at] != "N":
            others = [score(text[:at] + "ACGT"[b] + text[at + 1 :]) for b in codes]
            found[at] = whole - np.mean(others)
    return found


@pytest.mark.parametrize(("name", "draws"), [("cnn", "3"), ("dnabert2", "1")])
def test_the_tracks_are_those_of_a_loop(run, few, tmp_path: Path, name: str, draws: str) -> None:
    out = tmp_path / "out"
    options = ("--method", "ism", "--ism-draws", draws, "--strand", "forward", "--out", out)
    ran = run("scan", *few.options(name), *options)
    model = open_model(few.models[name])
    job = json.loads((out / "manifest.json").read_text())
    assert job["job"]["parameters"] == {"draws": draws}
    assert job["models"][0]["parameters"] == {"draws": draws}
    genome = "".join(b if b in "ACGT" else "N" for b in few.genome["chr2"].upper())
    size, read = model.window_bp, 0
    for start, end in ((2960, 3030), (6520, 6600)):
        first = (start + end) // 2 - size // 2
        text = genome[first : first + size]
        expected = loop(model, text, int(draws))[start - first : end - first]
        values = read_values(out / f"tracks/{name}.relevance.bw", "chr2", start, end)
        np.testing.assert_allclose(values, expected, rtol=0, atol=1e-5)
        read += len(text) * int(draws)
    line = next(line for line in ran.err.splitlines() if line.startswith(f"{name}: reads"))
    assert f"reads {read:,} altered sequences (2 windows" in line
    assert re.search(r"; about [\d.e+]+ (s|min|h|days)$", line)


def test_bytes_do_not_depend_on_pieces_and_workers(run, few, tmp_path: Path) -> None:
    for out, more in (("one", ["--workers", "1"]), ("two", ["--shards", "2"])):
        options = ("--method", "ism", "--ism-draws", "1", "--out", tmp_path / out, *more)
        run("scan", *few.options(), *options)
    for name in ("cnn", "dnabert2"):
        one, two = (tmp_path / out / f"tracks/{name}.relevance.bw" for out in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_no_price_of_other_methods(run, few, tmp_path: Path) -> None:
    ran = run("scan", *few.options("cnn"), "--out", tmp_path / "out", "--method", "gradient")
    assert "altered" not in ran.err


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
def test_sequences_explained(few, name: str) -> None:
    texts = ["ACGTTGCATGNCGTATTGACCA", "GGCAT"]
    found = gtrack.explain(
        few.models[name], texts, method="ism", strand="forward", device="cpu", batch_units=64
    )
    model = open_model(few.models[name])
    for text, bases in zip(texts, found.bases, strict=True):
        np.testing.assert_allclose(bases[: len(text)], loop(model, text, 3), rtol=0, atol=1e-5)
    assert found.units[1]["text"].tolist() == list("GGCAT")


def test_both_strands_and_the_null_are_counted(run, few, tmp_path: Path) -> None:
    from gtrack.io.plan_folder import read_plan

    out = tmp_path / "out"
    run("plan", *few.options("cnn"), "--out", out, "--null-bases", "10000", "--method", "ism")
    plan = read_plan(out / "plan")
    cost = Cost.of(plan, "cnn", (384, 12.8), lanes=2)
    windows = len(plan.grid("cnn")) + len(plan.null_grids()["cnn"])
    assert (cost.rows, cost.bases) == (2 * windows, 2 * windows * 128)
    assert cost.passes == 3 * cost.bases
    assert cost.seconds == pytest.approx(cost.bases * 0.1 / 2)

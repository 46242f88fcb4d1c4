"""The whole scan again, slowly: one window at a time, in float64, with plain loops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyBigWig
import pytest
import torch

from gtrack.attribution import METHODS
from gtrack.core.catalogue import load
from gtrack.models.folder import open_model

COMPLEMENT = {"A": "T", "C": "G", "G": "C", "T": "A", "N": "N"}
BED = [
    ("chr2", 0, 50, "+"),
    ("chr2", 2900, 3100, "+"),
    ("chr2", 3450, 3550, "-"),
    ("chr2", 6000, 6500, "+"),
    ("chr2", 6450, 6700, "+"),
    ("chr2", 11950, 12000, "-"),
    ("tiny", 10, 60, "."),
]


def lay(regions, sizes: dict[str, int], window: int, stride: int):
    """Return {(chrom, start, end): strands wanted}, by DESIGN's rule."""
    laid: dict[tuple[str, int, int], set[str]] = {}
    for chrom, start, end, strand in regions:
        width = min(window, sizes[chrom])
        starts = [(start + end - width) // 2]
        if end - start > width:
            starts = [start]
            while starts[-1] + width < end:
                starts.append(starts[-1] + stride)
        for at in starts:
            at = max(0, min(at, sizes[chrom] - width))
            wanted = {"+": "+", "-": "-", ".": "+-"}[strand]
            laid.setdefault((chrom, at, at + width), set()).update(wanted)
    return laid


def project(values, encoding, length: int, mode: str, weights) -> list[float]:
    bases = [float("nan")] * length
    for value, (start, end), placed in zip(values, encoding.spans, encoding.placed, strict=False):
        if not placed:
            continue
        share = [
            0.0 if weights is None or np.isnan(weights[j]) else abs(float(weights[j]))
            for j in range(start, end)
        ]
        if not sum(share):
            share = [1.0] * (end - start)
        for j in range(start, end):
            bases[j] = {
                "uniform": value / (end - start),
                "repeat": value,
                "center": value if j == (start + end - 1) // 2 else 0.0,
                "weighted": value * share[j - start] / sum(share),
            }[mode]
    return bases


def twin(
    inputs, name: str, method: str, strand: str, mode: str, track=None, rule: str | None = None
):
    """Return {chrom: values} and {chrom: largest relevance of the owning window}."""
    genome = {
        chrom: "".join(b if b in "ACGT" else "N" for b in bases.upper())
        for chrom, bases in inputs.genome.items()
    }
    model = open_model(inputs.models[name], dtype=torch.float64)
    windows = lay(
        BED, {c: len(b) for c, b in genome.items()}, model.window_bp, model.window_bp // 2
    )
    made = load(METHODS, method, "")({} if rule is None else {"alibi_rule": rule})
    explained = {}
    with made.applied(model) as explain:
        for (chrom, start, end), wanted in windows.items():
            chosen = {"both": "+-", "forward": "+", "reverse": "-", "region": wanted}[strand]
            strands = []
            for one in sorted(chosen):
                text = genome[chrom][start:end]
                weights = None if track is None else track[chrom][start:end]
                if one == "-":
                    text = "".join(COMPLEMENT[b] for b in reversed(text))
                    weights = None if weights is None else weights[::-1]
                encodings = model.encode([text])
                encoding = encodings[0]
                batch = model.collate(encodings, 1, len(encoding))
                relevance = explain(batch, np.array([[-1.0, 1.0]])).relevance[0, 0]
                bases = project(relevance.tolist(), encoding, end - start, mode, weights)
                strands.append(bases if one == "+" else bases[::-1])
            explained[chrom, start, end] = np.mean(strands, axis=0)
    values = {chrom: np.full(len(bases), np.nan) for chrom, bases in genome.items()}
    scale = {chrom: np.ones(len(bases)) for chrom, bases in genome.items()}
    for chrom, start, end, _ in BED:
        mine = sorted(w for w in explained if w[0] == chrom)
        for at in range(start, end):
            owner = min(mine, key=lambda w: abs(w[1] + w[2] - 2 * at - 1))  # the left one on ties
            values[chrom][at] = explained[owner][at - owner[1]]
            scale[chrom][at] = np.nan_to_num(np.abs(explained[owner])).max()
    return values, scale


CASES = [
    ("cnn", "attnlrp", "both", "uniform", None),
    ("dnabert2", "attnlrp", "both", "uniform", None),
    ("dnabert2", "attnlrp", "forward", "repeat", "uniform"),
    ("dnabert2", "cplrp", "reverse", "center", None),
    ("dnabert2", "gradient", "region", "weighted", None),
    ("cnn", "gradient", "region", "uniform", None),
    ("cnn", "cplrp", "forward", "weighted", None),
]


@pytest.mark.parametrize(("name", "method", "strand", "mode", "rule"), CASES)
def test_the_tracks_are_those_of_the_twin(
    run, inputs, tmp_path: Path, name: str, method: str, strand: str, mode: str, rule: str | None
) -> None:
    inputs.bed.write_text("".join(f"{c}\t{a}\t{b}\tx\t0\t{s}\n" for c, a, b, s in BED))
    options, weights = ["--projection", mode], None
    if mode == "weighted":
        rng = np.random.default_rng(5)
        weights = {
            c: rng.standard_normal(len(b)).astype(np.float32) for c, b in inputs.genome.items()
        }
        path = tmp_path / "weights.bw"
        with pyBigWig.open(str(path), "w") as file:
            file.addHeader([(c, len(b)) for c, b in inputs.genome.items()])
            for chrom, values in weights.items():
                half = len(values) // 2  # the other half has no weight: shared evenly
                file.addEntries(chrom, 0, values=values[:half].tolist(), span=1, step=1)
                values[half:] = np.nan
        options = ["--projection", f"weighted={path}"]
    options += [] if rule is None else ["--alibi-rule", rule]
    out = tmp_path / "out"
    run(
        "scan",
        *inputs.options(name),
        "--out",
        out,
        "--method",
        method,
        "--strand",
        strand,
        *options,
    )
    values, scale = twin(inputs, name, method, strand, mode, weights, rule)
    with pyBigWig.open(str(out / f"tracks/{name}.relevance.bw")) as track:
        compared = 0
        for chrom, expected in values.items():
            found = track.values(chrom, 0, len(expected), numpy=True).astype(float)
            assert (np.isfinite(found) == np.isfinite(expected)).all()
            there = np.isfinite(found)
            assert (np.abs(found - expected)[there] <= 5e-5 * scale[chrom][there]).all()
            compared += there.sum()
    assert compared > 1000
    largest = max(np.nanmax(np.abs(v)) for v in values.values() if np.isfinite(v).any())
    assert largest > 1e-4, "the fixture explains something"

"""A lone peak seen from eight million bases away, on real files in a real Chromium."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gtrack.io.bigwig import BigWigWriter

TEST = Path(__file__).resolve().parents[2] / "igv_plugin" / "test" / "viewer" / "far.test.js"
LENGTH = 8_000_000
PEAK = 5_000_123
HEIGHT = 4.25
NOISE = 0.2
LINE = 80


def track(path: Path, sign: int) -> None:
    """Write regions of tiny noise of one sign, and at one base a peak of the other."""
    dice = np.random.default_rng(1)
    with BigWigWriter(path, {"chr1": LENGTH}) as writer:
        for start in range(0, LENGTH, 20_000):
            values: NDArray[np.float32] = (-sign * dice.uniform(0.1, NOISE, 1_000)).astype("f4")
            if start <= PEAK < start + 1_000:
                values[PEAK - start] = sign * HEIGHT
            writer.add("chr1", start, values)


def test_a_peak_of_one_base_in_eight_million(tmp_path: Path, node, chromium: str) -> None:
    bases = np.random.default_rng(2).choice(list(b"ACGT"), (LENGTH // LINE, LINE)).astype("u1")
    lines = np.concatenate([bases, np.full((len(bases), 1), ord("\n"), "u1")], axis=1)
    (tmp_path / "genome.fa").write_bytes(b">chr1\n" + lines.tobytes())
    (tmp_path / "genome.fa.fai").write_text(f"chr1\t{LENGTH}\t6\t{LINE}\t{LINE + 1}\n")
    (tmp_path / "regions.bed").write_text(f"chr1\t{PEAK - 100}\t{PEAK + 100}\tpeak\n")
    for name, sign in (("up", 1), ("down", -1)):
        track(tmp_path / f"{name}.bw", sign)
    manifest = {
        "schema": "gtrack-manifest/1",
        "genome": {"id": "custom", "fasta": "genome.fa", "bases": LENGTH},
        "models": [],
        "locus": {"chrom": "chr1", "start": PEAK - 70, "end": PEAK + 70},
        "regions": {"url": "regions.bed"},
        "tracks": [
            {
                **{"name": name, "model": name, "kind": "relevance", "format": "bigWig"},
                **{"url": f"{name}.bw", "p99": NOISE},
            }
            for name in ("up", "down")
        ],
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    case = {"folder": str(tmp_path), "length": LENGTH, "peak": PEAK, "height": HEIGHT}
    (tmp_path / "case.json").write_text(json.dumps(case))
    node(TEST, GTRACK_CASE=str(tmp_path / "case.json"), CHROMIUM=chromium)

"""How long a scan takes: CPU seconds per Mb for each model, and what every scan takes before.

The example's CNN and DNABERT-2 as they are, and a DNABERT-2 of the published size (117M, random
weights, a tokenizer of 4,096 tokens) at windows of 512 bp: `gtrack scan` of two lengths of random
sequence, both strands, one CPU thread, whole processes. The difference gives the seconds per Mb,
the rest is the start. One JSON line per model. Needs about 10 minutes.

    python benchmarks/scan_time.py
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from gtrack.models.dnabert2 import Dnabert2
from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import DnaTokenizer
from gtrack.workflows.training.tokenizer import train_tokenizer

EXAMPLE = Path(__file__).resolve().parent.parent / "example_data" / "models"
GENOME_BP = 1_200_000
LENGTHS_BP = {"cnn": (100_000, 1_100_000), "dnabert2": (20_000, 220_000), "117M": (5_000, 25_000)}


def make_published_size(folder: Path, sequence: str) -> Path:
    """Write a DNABERT-2 of 117M parameters with random weights and return its folder."""
    content = train_tokenizer([sequence[:200_000]], 4096, both_strands=False, seed=0)
    (folder / "tokenizer.json").write_bytes(content)
    torch.manual_seed(0)
    config = Dnabert2Config(window_bp=512, strands="both", num_labels=2)
    network = Dnabert2ForSequenceClassification(config)
    Dnabert2(network, DnaTokenizer.load(folder)).save(folder / "117M")
    return folder / "117M"


def scan_seconds(folder: Path, model: Path, length_bp: int) -> float:
    """Return the CPU seconds of one scan of the first `length_bp` bases."""
    bed = folder / "r.bed"
    bed.write_text(f"chr1\t0\t{length_bp}\n")
    options = [
        *("--bed", str(bed), "--fasta", str(folder / "g.fa"), "--model", f"m={model}"),
        *("--out", str(folder / f"{model.name}.{length_bp}"), "--workers", "1"),
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "gtrack", "scan", *options], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Measure each model."""
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sequence = "".join(np.random.default_rng(0).choice(list("ACGT"), GENOME_BP))
        (folder / "g.fa").write_text(f">chr1\n{sequence}\n")
        models = {key: EXAMPLE / key for key in ("cnn", "dnabert2")}
        models["117M"] = make_published_size(folder, sequence)
        for key, (short, long) in LENGTHS_BP.items():
            first = scan_seconds(folder, models[key], short)
            second = scan_seconds(folder, models[key], long)
            per_bp = (second - first) / (long - short)
            figures = {
                "cpu_s_per_mb": round(per_bp * 1e6, 1),
                "start_cpu_s": round(first - per_bp * short, 1),
            }
            print(json.dumps({"name": "scan_time", "model": key, **figures}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
